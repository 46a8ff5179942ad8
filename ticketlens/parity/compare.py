"""A helpdesk's figures of each ticket beside ours: equal, or different for a reason."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from ticketlens.intake.solved import apply_history
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure
from ticketlens.metrics.statuses import status_changes
from ticketlens.model.ticket import Status, Ticket
from ticketlens.parity.columns import REOPENS, Column
from ticketlens.parity.explain import RESOLUTIONS, WAITS, Case, Why, explain
from ticketlens.parity.reading import Hours
from ticketlens.parity.reasons import Reason, told

Durations = Mapping[tuple[str, str], int | None]


@dataclass(frozen=True, slots=True)
class Ours:
    """A ticket as it is here, with its durations in seconds; `excluded` says why it stays out of every figure."""

    ticket: Ticket
    durations: Durations
    excluded: str | None = None

    def figure(self, column: Column) -> int | None:
        return self.ticket.reopens if column.metric == REOPENS else self.durations.get(column.key)


@dataclass(frozen=True, slots=True)
class Theirs:
    """A row of their export; figures in seconds, or counts."""

    source: str
    id: str
    figures: Mapping[Column, int | None]
    updated_at: datetime | None = None
    ends: Mapping[str, int] = field(default_factory=dict)
    """Moments that stand in the row itself, by column: epoch seconds."""


@dataclass(frozen=True)
class Terms:
    """What the comparison goes by: opening hours, zones that a shift may come from, the moment of their export."""

    clocks: Clocks = field(default_factory=Clocks)
    zones: tuple[str, ...] = ()
    as_of: datetime | None = None
    tolerance: int = 60

    @cached_property
    def hours(self) -> Hours:
        return Hours(self.clocks)

    def equal(self, column: Column, ours: int | None, theirs: int | None) -> bool:
        if ours is None or theirs is None:
            return ours is theirs
        return abs(ours - theirs) <= (0 if column.metric == REOPENS else self.tolerance)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one ticket. `why` is empty where both are equal."""

    source: str
    id: str
    column: Column
    ours: int | None
    theirs: int | None
    why: Why = ()

    @property
    def reasons(self) -> str:
        return "+".join(reason for reason, _ in self.why)

    @property
    def is_unexplained(self) -> bool:
        return bool(self.why) and self.why[0][0] is Reason.UNEXPLAINED

    @property
    def is_blank(self) -> bool:
        """Whether they show nothing, which is no other figure than ours."""
        return bool(self.why) and self.why[0][0] is Reason.NO_FIGURE

    @property
    def explanation(self) -> str:
        return " ".join(told(reason, detail) for reason, detail in self.why)

    @property
    def difference(self) -> int | None:
        return None if self.ours is None or self.theirs is None else self.theirs - self.ours

    def to_json(self) -> dict[str, object]:
        """Durations in minutes, `reopens` as a count."""
        size = 1 if self.column.metric == REOPENS else 60
        figures = {"theirs": self.theirs, "ours": self.ours, "difference": self.difference}
        return {
            "source": self.source, "id": self.id, "metric": self.column.metric, "clock": self.column.clock,
            "column": self.column.name,
            **{name: None if value is None else round(value / size, 3) for name, value in figures.items()},
            "reason": self.reasons, "explanation": self.explanation,
        }  # fmt: skip


def compare(theirs: Theirs, ours: Ours | None, terms: Terms) -> list[Compared]:
    """Each figure that at least one side has."""
    found = []
    for column, figure in theirs.figures.items():
        mine = None if ours is None or ours.excluded else ours.figure(column)
        if mine is None and figure is None:
            continue
        one = Compared(theirs.source, theirs.id, column, mine, figure)
        if not terms.equal(column, mine, figure):
            one = replace(one, why=_why(one, theirs, ours, terms))
        found.append(one)
    return found


def _why(one: Compared, theirs: Theirs, ours: Ours | None, terms: Terms) -> Why:
    if ours is None:
        return ((Reason.NOT_HERE, ""),)
    if ours.excluded:
        return ((Reason.LEFT_OUT, ours.excluded.replace("_", " ")),)
    if _as_of_export(one, ours.ticket, terms):
        return ((Reason.NEWER_HERE, ""),)
    found = _reopens(one, ours.ticket) if one.column.metric == REOPENS else _duration(one, theirs, ours, terms)
    if not found and theirs.updated_at and theirs.updated_at > ours.ticket.updated_at:
        return ((Reason.BEHIND, ""),)
    if one.theirs is None:
        return ((Reason.NO_FIGURE, ""),)
    return found or ((Reason.UNEXPLAINED, ": there is none here" if one.ours is None else ""),)


def _duration(one: Compared, theirs: Theirs, ours: Ours, terms: Terms) -> Why:
    metric, clock = one.column.key
    calendar = ours.durations.get((metric, "calendar"))
    ticket = ours.ticket
    nameless = ticket.status.is_solved and ticket.solved_at is None and not status_changes(ticket.history)
    if one.ours is None and calendar is None and nameless and metric in (*RESOLUTIONS, *WAITS):
        return ((Reason.UNKNOWN_TIME, ""),)
    if one.theirs is None:
        return ()
    found = explain(
        Case(
            ticket, metric, clock, one.ours, one.theirs, calendar, terms.hours, terms.zones, terms.tolerance,
            theirs.ends,
        )
    )  # fmt: skip
    if not found and one.ours is None and calendar is not None:
        return ((Reason.NO_HOURS, ""),)
    return found


def _reopens(one: Compared, ticket: Ticket) -> Why:
    solves = sum(change.solves for change in status_changes(ticket.history))
    return ((Reason.SOLVES_LESS_ONE, ""),) if one.theirs == max(0, solves - 1) else ()


def _as_of_export(one: Compared, ticket: Ticket, terms: Terms) -> bool:
    """Whether our figure was theirs at the moment of their export."""
    if terms.as_of is None or ticket.updated_at <= terms.as_of:
        return False
    if ticket.created_at > terms.as_of:
        return one.theirs is None
    past = _then(ticket, terms.as_of)
    durations = {
        (metric, clock): seconds
        for metric, pair in measure(past, terms.clocks).durations.items()
        for clock, seconds in zip(("calendar", "business"), pair, strict=True)
    }
    return terms.equal(one.column, Ours(past, durations).figure(one.column), one.theirs)


def _then(ticket: Ticket, at: datetime) -> Ticket:
    """The ticket as it was at a moment."""
    history = tuple(event for event in ticket.history if event.at <= at)
    changes = status_changes(history)
    solved_at = _by(ticket.solved_at, at)
    last = changes[-1].after if changes else ticket.status if solved_at else Status.OPEN
    told = Status(last) if last in Status.__members__.values() else Status.OPEN
    return apply_history(
        replace(
            ticket, status=told, history=history, solved_at=solved_at, updated_at=at,
            first_solved_at=_by(ticket.first_solved_at, at), first_reply_at=_by(ticket.first_reply_at, at),
            messages=tuple(message for message in ticket.messages if message.at <= at),
            reopens=sum(change.reopens for change in changes),
        )
    )  # fmt: skip


def _by(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment is not None and moment <= at else None


def summary(compared: Sequence[Compared]) -> dict[str, object]:
    """How many figures were compared, and how many differ, by their reasons, the most frequent first.

    Of each reason `n` figures of so many `tickets`. What they do not show is `blank`, neither equal nor differing.
    """
    blank = [one for one in compared if one.is_blank]
    differing = [one for one in compared if one.why and not one.is_blank]
    reasons = Counter((one.reasons, one.explanation) for one in differing)
    tickets: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for one in differing:
        tickets[one.reasons, one.explanation].add((one.source, one.id))
    unexplained = sum(one.is_unexplained for one in differing)
    return {
        "compared": len(compared) - len(blank), "equal": len(compared) - len(blank) - len(differing),
        "differing": len(differing), "explained": len(differing) - unexplained, "unexplained": unexplained,
        "blank": len(blank), "blank_tickets": len({(one.source, one.id) for one in blank}),
        "reasons": [
            {"reason": reason, "told": told, "n": n, "tickets": len(tickets[reason, told])}
            for (reason, told), n in reasons.most_common()
        ],
    }  # fmt: skip
