"""A filter: what is asked for, the same on every page, in the API, in exports and on the command line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from ticketlens.metrics.shares import TOP_BOXES

FIELDS = (
    "source", "group", "assignee", "brand", "channel", "priority", "language",
    "tag", "organization", "requester", "status", "topic", "flaw",
)  # fmt: skip
LISTS = {"tag": "tags", "flaw": "flaws"}
"""Fields of which a ticket may have several values, and where a store keeps those."""

DATED = ("arrived", "solved", "first_solved", "rated")
RATED_ON: Mapping[int, str] = MappingProxyType({scale: f"rated_{scale}" for scale in TOP_BOXES})
"""The state of tickets with a whole score on that scale: those that one survey of ratings is of."""

ENDING = ("ttr.full", "ttr.first", "reply.first")
"""The durations whose event has a moment of its own: what had not come yet is censored."""

DURATIONS = (*ENDING, "reply.next", "wait.requester", "wait.agent", "wait.hold", "handling.first", "handling.last",
             "handling.sum")  # fmt: skip
TIMED: Mapping[str, tuple[str, str, str]] = MappingProxyType({
    ".".join((how, metric, *([clock] if clock != "calendar" else []))): (how, metric, clock)
    for how, metrics in (("timed", DURATIONS), ("watched", (*ENDING, "reply.next")))
    for metric in metrics
    for clock in ("calendar", "business")
})  # fmt: skip
"""The states of tickets that the figure of a duration is of: (how, metric, clock)."""

STATES = (
    "open", "solved", "reopened", "settled", "returned", "rated", "satisfied", "dissatisfied", *RATED_ON.values(),
    "replied", "one_touch", "targeted", "breached", "worked", "unobserved", "core", "weak", "edited", "ungrouped",
    *TIMED,
)  # fmt: skip
CUSTOM = "custom."
NONE = ""

NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ended:
    """The event of a duration came from `start` up to, without, `end`, as it stood then, and its length is known."""

    metric: str
    clock: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """Every part given must hold; several values of one field are alternatives, and "" stands for "has none".

    "flaw" is what is odd in a ticket, by its name in `ticketlens.metrics.durations`.
    `first` and `last` are days of the workspace's zone, both included, on the date that `dated` names.
    `states` all hold at once: "open" (neither solved nor closed), "solved", "reopened" (at least once), "settled"
    (first solved 7 days ago or more), "returned" (reopened within 7 days of its first solve), "rated" (on a scale with
    a rule), "rated_5" (a whole score of 5), "satisfied", "dissatisfied", "replied" (its replies are known, and there
    was one), "one_touch" (exactly one, and no reopening), "targeted" (under a target), "breached" (passed it by
    `as_of`), "worked" (agents' work is told), "unobserved" (open when it was last seen, before `as_of`),
    "timed.reply.next" (that duration ended by `as_of`, and its length is known; "timed.reply.next.business": on that
    clock), "watched.reply.next" (so, or its end is awaited), and how its
    topic was found.
    `open_at` keeps what was open at that moment. `as_of` keeps what was there by then, with "open" and "solved" as they
    stood: the list behind a figure that was asked for as of that moment. `excluded` asks for what stays out of every
    figure: "spam", … `ended` keeps the tickets that a figure of a window counts as ended in it.
    """

    first: date | None = None
    last: date | None = None
    dated: str = "arrived"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    q: str | None = None
    states: tuple[str, ...] = ()
    open_at: datetime | None = None
    excluded: str | None = None
    as_of: datetime | None = None
    ended: Ended | None = None

    def between(self, first: date | None, last: date | None, dated: str = "arrived") -> "Filter":
        return replace(self, first=first, last=last, dated=dated)

    def having(self, name: str, values: str | Iterable[str]) -> "Filter":
        """The same filter with field `name` narrowed to `values` in place of what it was."""
        chosen = (values,) if isinstance(values, str) else tuple(values)
        return replace(self, where={**self.where, name: chosen})

    def without(self, name: str) -> "Filter":
        return replace(self, where={key: values for key, values in self.where.items() if key != name})


EVERYTHING = Filter()
