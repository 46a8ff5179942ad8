"""Targets (SLA): which one was in force at each moment of a ticket's life, and when the ticket passed it.

A ticket that became urgent is held to the urgent target from that moment on, by the age that it has by then; what its
priority is today says nothing of the past. The same is true of its group, and of targets that came later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ticketlens.metrics.course import epoch
from ticketlens.metrics.statuses import in_order
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Priority, Ticket

METRICS = ("reply.first", "reply.next", "ttr.first", "ttr.full")
CLOCKS = ("calendar", "business")
FOREVER = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`metric` is to be over within `minutes` of `clock`; `since`: the first day on which this holds."""

    metric: str
    minutes: float
    clock: str = "calendar"
    priority: str | None = None
    group: str | None = None
    brand: str | None = None
    since: date | None = None

    @property
    def seconds(self) -> int:
        return int(self.minutes * 60)

    @property
    def names(self) -> int:
        """How closely it says whom it is for: a priority before a group, a group before a brand."""
        return 4 * (self.priority is not None) + 2 * (self.group is not None) + (self.brand is not None)


def target_from(told: Mapping[str, Any]) -> Target:
    """One table of the setting `targets`; raises ValueError that names the key."""
    if unknown := sorted(set(told) - set(Target.__dataclass_fields__)):
        raise ValueError(f"unknown key {unknown[0]!r}; known are {', '.join(Target.__dataclass_fields__)}")
    metric, clock = _chosen(told, "metric", METRICS), _chosen({"clock": "calendar", **told}, "clock", CLOCKS)
    minutes = told.get("minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= 5_256_000:
        raise ValueError("minutes: needs a number above 0")
    priority = _chosen(told, "priority", tuple(map(str, Priority))) if "priority" in told else None
    names = {name: str(told[name]) for name in ("group", "brand") if name in told}
    return Target(
        metric=metric, minutes=float(minutes), clock=clock, priority=priority, since=_day(told.get("since")), **names
    )


def _chosen(told: Mapping[str, Any], name: str, known: Sequence[str]) -> str:
    value = told.get(name)
    if value not in known:
        raise ValueError(f"{name}: {value!r} is none of {', '.join(known)}")
    return str(value)


def _day(value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError(f"since: {value!r} is no date such as 2026-01-31")


class Span(NamedTuple):
    """What a target is held against: it begins, and ends, or runs (None). Epoch seconds."""

    begun: int
    ended: int | None


class Held(NamedTuple):
    """Whether a ticket was ever under a target, and when it passes the first one that it does not meet; None: met."""

    targeted: bool
    breach_at: int | None


NONE = Held(False, None)


class Targets:
    """Targets with their days counted in a zone."""

    def __init__(self, rows: Sequence[Target] = (), zone: str = "UTC") -> None:
        self._by_metric: dict[str, list[tuple[int, Target]]] = {}
        for row in rows:
            since = -FOREVER if row.since is None else epoch(datetime.combine(row.since, time(), ZoneInfo(zone)))
            self._by_metric.setdefault(row.metric, []).append((since, row))

    def held(self, ticket: Ticket, spans: Mapping[str, Span | None], track: Track) -> Held:
        """`spans` by metric; what a source itself says counts where none of these targets was in force."""
        found = [
            one
            for metric, rows in self._by_metric.items()
            if (span := spans.get(metric)) is not None
            for one in _along(ticket, span, rows, track)
        ]
        if not found:
            return _as_told(ticket)
        return Held(True, min((at for at in found if at is not None), default=None))


def _as_told(ticket: Ticket) -> Held:
    if ticket.sla_met is None:
        return NONE
    return Held(
        True, None if ticket.sla_met else epoch(ticket.solved_at or ticket.first_solved_at or ticket.updated_at)
    )


def _along(ticket: Ticket, span: Span, rows: list[tuple[int, Target]], track: Track) -> Iterator[int | None]:
    """Of each stretch under one target: when the age passed it, or None."""
    last = FOREVER if span.ended is None else span.ended
    priority, group = _Then(ticket, "priority", ticket.priority), _Then(ticket, "group", ticket.group)
    moments = {span.begun, *priority.moments, *group.moments, *(since for since, _ in rows)}
    cuts = sorted(at for at in moments if span.begun <= at and (at < last or at == span.begun))
    for at, until in zip(cuts, [*(cut - 1 for cut in cuts[1:]), last], strict=True):
        target = _in_force(rows, at, priority.at(at), group.at(at), ticket.brand)
        if target is None:
            continue
        if target.clock == "calendar":
            passed = max(at, span.begun + target.seconds + 1)
            yield passed if passed <= until else None
        elif (age := track.age(span.begun)) is not None and track.age(at) is not None:
            yield _first_over(track, age + target.seconds, at, until)


def _in_force(
    rows: list[tuple[int, Target]], at: int, priority: str | None, group: str | None, brand: str | None
) -> Target | None:
    """The one that names the ticket most closely; of two such the later one."""
    fitting = [
        (target.names, since, index)
        for index, (since, target) in enumerate(rows)
        if since <= at and _fits(target, priority, group, brand)
    ]
    return rows[max(fitting)[2]][1] if fitting else None


def _fits(target: Target, priority: str | None, group: str | None, brand: str | None) -> bool:
    pairs = ((target.priority, priority), (target.group, group), (target.brand, brand))
    return all(wanted is None or wanted == there for wanted, there in pairs)


def _first_over(track: Track, limit: int, at: int, until: int) -> int | None:
    """The first second from `at` to `until` at which the business age is above `limit`."""
    clock = track.last.clock
    until = min(until, clock.last - 1) if clock is not None else until
    age = track.age(until)
    if until < at or age is None or age <= limit:
        return None
    while at < until:
        middle = (at + until) // 2
        known = track.age(middle)
        at, until = (at, middle) if known is None or known > limit else (middle + 1, until)
    return at


class _Then:
    """The value of one field at each moment of a ticket's life, by its history."""

    def __init__(self, ticket: Ticket, field: str, now: str | None) -> None:
        events = in_order(ticket.history, field)
        self._moves = [(epoch(event.at), _folded(event.after, field)) for event in events]
        self._first = _folded(events[0].before if events else now, field)

    @property
    def moments(self) -> list[int]:
        return [at for at, _ in self._moves]

    def at(self, moment: int) -> str | None:
        return next((value for at, value in reversed(self._moves) if at <= moment), self._first)


def _folded(value: str | None, field: str) -> str | None:
    return value.strip().lower() if value is not None and field == "priority" else value
