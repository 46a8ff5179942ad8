"""The one table of metrics: parser, help, page, docs and tests are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ticketlens.errors import ConfigError

Kind = Literal["duration", "share", "score", "amount"]
Cohort = Literal["arrived", "solved", "answered", "moment"]


LEFT_OUT = (
    "Spam, deleted, merged and test tickets, those to which no customer ever wrote, and those that bots alone answered."
)
"""Of every metric, as the setting `exclusions` is by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a figure means. `cohorts` are the ones it can be asked for, the default first.

    A cohort is the tickets that arrived in the period, those solved in it, the answers given in it, or what is open at
    its end ("moment"). `business`: there is a figure on the business clock; `answered`: this version computes it.
    """

    id: str
    name: str
    unit: str
    kind: Kind
    cohorts: tuple[Cohort, ...]
    definition: str
    exclusions: str = LEFT_OUT
    source: str = ""
    business: bool = False
    answered: bool = True


def _duration(
    id_: str,
    name: str,
    definition: str,
    exclusions: str = "",
    *,
    cohorts: tuple[Cohort, ...] = ("arrived", "solved"),
    answered: bool = True,
) -> Metric:
    return Metric(
        id=id_,
        name=name,
        unit="minutes",
        kind="duration",
        cohorts=cohorts,
        definition=definition,
        exclusions=f"{LEFT_OUT} {exclusions}".strip(),
        source="Kaplan and Meier 1958 for arrived tickets, plain percentiles for solved ones",
        business=True,
        answered=answered,
    )


_NO_TIME = "Tickets solved at an unknown time."
_NO_HISTORY = "Tickets without a status history."

METRICS: tuple[Metric, ...] = (
    _duration(
        "ttr.full",
        "Time to full resolution",
        "From creation to the last solve; opened again is not resolved. Open tickets count by their age so far.",
        _NO_TIME,
    ),
    _duration(
        "ttr.first",
        "Time to first resolution",
        "From creation to the first solve, whether or not the ticket was opened again.",
        _NO_TIME,
    ),
    _duration(
        "reply.first",
        "Time to first reply",
        "From creation to the first public reply by a human agent. Tickets without one count by their age so far.",
    ),
    _duration(
        "reply.next",
        "Time to next reply",
        "The latest wait of a ticket for a further reply: from the customer's first message without an answer, after a "
        "human reply, to the next public reply by a human agent. Waits that still run count by their age so far.",
        "Tickets whose customer never wrote again, and waits that a solve ended.",
    ),
    _duration(
        "wait.requester",
        "Customer's wait",
        "All time in new, open and on hold until the last solve: the customer waits for the desk.",
        _NO_HISTORY,
        cohorts=("solved",),
    ),
    _duration(
        "wait.agent",
        "Desk's wait",
        "All time in waiting for customer until the last solve: the desk waits for the customer.",
        _NO_HISTORY,
        cohorts=("solved",),
    ),
    _duration("wait.hold", "Time on hold", "All time on hold until the last solve.", _NO_HISTORY, cohorts=("solved",)),
    _duration(
        "handling.first", "First cycle", "The first cycle from open to solved.", _NO_HISTORY, cohorts=("solved",)
    ),
    _duration("handling.last", "Last cycle", "The last cycle from open to solved.", _NO_HISTORY, cohorts=("solved",)),
    _duration(
        "handling.sum", "All cycles", "The sum of all cycles from open to solved.", _NO_HISTORY, cohorts=("solved",)
    ),
    Metric(
        id="reopen_rate",
        name="Reopen rate",
        unit="share",
        kind="share",
        cohorts=("solved",),
        definition="Share of the tickets first solved in the period whose solve was undone within 7 days; "
        "shown once 7 days have passed since the period's end.",
        exclusions=f"{LEFT_OUT} Tickets reopened at an unknown time.",
        source="Interval: Wilson 1927",
    ),
    Metric(
        id="one_touch_rate",
        name="One-touch rate",
        unit="share",
        kind="share",
        cohorts=("solved",),
        definition="Share of the solved tickets with a public human reply that took exactly one and no reopening.",
        exclusions=f"{LEFT_OUT} Tickets without a reply, and those whose replies are not told.",
        source="Interval: Wilson 1927",
    ),
    Metric(
        id="breach_rate",
        name="SLA breach rate",
        unit="share",
        kind="share",
        cohorts=("arrived", "solved"),
        definition="Share of the tickets under a target that passed it, by the target in force then: of the priority "
        "and group that the ticket had then. Open tickets count as kept until their age passes it.",
        exclusions=f"{LEFT_OUT} Tickets under no target.",
        source="Interval: Wilson 1927",
    ),
    Metric(
        id="csat",
        name="Customer satisfaction",
        unit="share",
        kind="share",
        cohorts=("answered",),
        definition="Share of satisfied answers among the answers given in the period: good of good/bad, 4 or 5 of 5, "
        "6 or 7 of 7, 9 or 10 of 10. Of one survey, which the answer names; scales are never mixed.",
        source="Interval: Wilson 1927",
    ),
    Metric(
        id="nps",
        name="Net promoter score",
        unit="points",
        kind="score",
        cohorts=("answered",),
        definition="100 times the share of 9 and 10 less the share of 0 to 6, of answers from 0 to 10. Of one survey.",
        source="Interval: standard error 100 sqrt((p + d - (p - d)^2) / n)",
    ),
    Metric(
        id="ces",
        name="Customer effort score",
        unit="points",
        kind="score",
        cohorts=("answered",),
        definition="Mean of the answers on the scale as it was asked, 1 to 7 or 1 to 5. Of one survey.",
        source="Interval: mean +- 1.96 s / sqrt(n)",
    ),
    Metric(
        id="arrived",
        name="Arrived tickets",
        unit="tickets",
        kind="amount",
        cohorts=("arrived",),
        definition="Tickets created in the period.",
    ),
    Metric(
        id="solved",
        name="Solved tickets",
        unit="tickets",
        kind="amount",
        cohorts=("solved",),
        definition="Tickets whose last solve lies in the period and that are still solved.",
        exclusions=f"{LEFT_OUT} {_NO_TIME}",
    ),
    Metric(
        id="backlog",
        name="Backlog",
        unit="tickets",
        kind="amount",
        cohorts=("moment",),
        definition="Tickets open at the end of the period, replayed from the status history.",
        exclusions=f"{LEFT_OUT} Tickets that are no longer observed then.",
    ),
    Metric(
        id="backlog.age",
        name="Age of the backlog",
        unit="minutes",
        kind="amount",
        cohorts=("moment",),
        definition="Median age since creation of the tickets open at the end of the period, in calendar time.",
        exclusions=f"{LEFT_OUT} Tickets that are no longer observed then.",
    ),
    Metric(
        id="waited_hours",
        name="Customer hours waited",
        unit="hours",
        kind="amount",
        cohorts=("arrived",),
        definition="Sum of the time in new, open and on hold; without a status history, all time until the solve.",
    ),
    Metric(
        id="cost",
        name="Cost",
        unit="money",
        kind="amount",
        cohorts=("solved",),
        definition="Agents' minutes on the tickets solved in the period, times cost_per_hour. Tickets of which no "
        "source tells minutes count with minutes_per_ticket, an assumption, where that is set; else they are left out.",
    ),
)

BY_ID: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
ANSWERED: tuple[str, ...] = tuple(metric.id for metric in METRICS if metric.answered)


def metric(id_: str) -> Metric:
    """The row of an id that this version answers. Raises ConfigError that names the known ones."""
    found = BY_ID.get(id_)
    if found is None or not found.answered:
        reason = "no such metric" if found is None else "not computed in this version"
        raise ConfigError(f"metric {id_}: {reason}; known are {', '.join(ANSWERED)}")
    return found
