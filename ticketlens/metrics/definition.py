"""What a row of the table of metrics says, and what holds for all; the rows are in `ticketlens.metrics.contract`.

`RULES` hold for every figure; `OWN_WAY` tells where the project differs from usual practice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["duration", "share", "score", "amount"]
Clock = Literal["calendar", "business"]
Cohort = Literal["arrived", "solved", "answered", "moment"]

COHORTS: Mapping[Cohort, str] = {
    "arrived": "tickets that arrived in the period, open ones included",
    "solved": "tickets solved in the period, of any age",
    "answered": "survey answers given in the period",
    "moment": "what is open at the end of the period",
}
UNITS: Mapping[str, str] = {
    "minutes": "minutes, kept to the second; written as minutes, hours or days",
    "share": "a share from 0 to 1, written in per cent; changes in points",
    "points": "points of the scale",
    "tickets": "tickets",
    "hours": "hours",
    "money": "money, in what the setting `currency` names",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a figure means. `cohorts` are the ones it can be asked for, the default first.

    `heading` is the name over a narrow column. `instead` says what is printed in place of a figure, and when. `differs`
    says where helpdesks' own figures, or usual practice, are another. `business`: there is a figure on the business
    clock.
    """

    id: str
    name: str
    heading: str
    unit: str
    kind: Kind
    cohorts: tuple[Cohort, ...]
    definition: str
    formula: str
    source: str
    exclusions: str
    instead: str
    differs: str
    business: bool = False

    @property
    def clocks(self) -> tuple[Clock, ...]:
        return ("calendar", "business") if self.business else ("calendar",)

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id, "name": self.name, "heading": self.heading, "kind": self.kind, "unit": self.unit,
            "clocks": list(self.clocks), "cohorts": list(self.cohorts), "definition": self.definition,
            "formula": self.formula, "source": self.source, "exclusions": self.exclusions, "instead": self.instead,
            "differs": self.differs,
        }  # fmt: skip


RULES: tuple[tuple[str, str], ...] = (
    ("Start", "The creation of the ticket; where an agent opened it, the customer's first message."),
    (
        "End",
        "The solve. Where an automation closed a ticket that waited for the customer, the moment that the waiting "
        "began: its delay is nobody's work.",
    ),
    (
        "Open tickets",
        "In the arrived cohort they count by their age at the moment of the figures, and never end today. In the "
        "solved cohort they are not there. The two are never drawn as one line.",
    ),
    (
        "n",
        "The tickets, or answers, that the figure is of. A duration that only some tickets have, such as the time to a "
        "further reply, is of those; the others of the cohort are told as left out, and its list has none of them.",
    ),
    (
        "Clocks",
        "Calendar time counts every hour. Business time adds up the opening hours of each schedule while it held, less "
        "its holidays; wholly out of hours is 0, and an unknown schedule is nothing, never 0.",
    ),
    ("Days and weeks", "Those of the setting `zone`, for every reader; weeks begin on Monday (ISO 8601)."),
    (
        "Bins",
        "A ticket keeps its exact seconds. Curves and percentiles are counted in bins, each 2 % wider than the one "
        "before it, from one minute to ten years: a percentile is known to its bin.",
    ),
)
OWN_WAY: tuple[tuple[str, str], ...] = (
    ("Full resolution is the default", "Many tables of helpdesks mean the first one, which `ttr.first` shows."),
    (
        "Twenty ends, not twenty tickets",
        "A duration needs 20 ends in either cohort; usual practice asks for 20 tickets where all of them are solved.",
    ),
    (
        "Interval of a percentile",
        "By Brookmeyer and Crowley on the log-log scale, in place of a bootstrap: the same from every store, at once.",
    ),
    (
        "What is left out is left out",
        "Spam, merged and deleted tickets are no competing risk (Aalen and Johansen 1978); they are counted, and each "
        "can be switched.",
    ),
    ("Reopen rate", "By first solve, each ticket once, in place of every solve of the period."),
    ("Waits", "Told for solved tickets only: an open one still waits. `waited_hours` counts open ones so far."),
)
