"""A filter as a condition with bound values; column names come from tables of ours, never from the asker."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ticketlens.errors import ConfigError
from ticketlens.intake.tokens import search_tokens
from ticketlens.model.filter import CUSTOM, FIELDS, LISTS, NONE, Ended, Filter
from ticketlens.model.topic import MATCHES
from ticketlens.store.codec import seconds
from ticketlens.store.fields import duration_column

DAYS = {"arrived": "created_day", "solved": "solved_day", "first_solved": "first_solved_day", "rated": "rated_day"}
COLUMNS = {name: f't."{name}"' for name in FIELDS if name not in LISTS}
STATES = {
    "open": "t.is_open",
    "solved": "NOT t.is_open",
    "reopened": "t.reopens > 0",
    "returned": "t.returned",
    "rated": "t.satisfied IS NOT NULL",
    "satisfied": "t.satisfied",
    **{name: f"t.match = {number}" for number, name in enumerate(MATCHES)},
}
SOLVES = {"solved": "t.solved_at", "first_solved": "t.first_solved_at"}
ENDS = {
    "ttr.full": "t.solved_at",
    "ttr.first": "t.first_solved_at",
    "reply.first": "t.first_reply_at",
    "reply.next": "t.next_reply_at",
}
"""When the event of a metric was; waits and cycles are told of the last solve."""

STARTS = {"calendar": "coalesce(t.started_at, t.created_at)", "business": "t.business_start"}
EARLIER = ("ttr.full", "ttr.first")
"""Where a length may be over before its event: a solve by an automation counts from when the waiting began."""

SETTLED_AFTER = 7 * 86_400
NOT_KNOWN = "0"
"""A condition that no ticket meets: a search for nothing but punctuation finds nothing."""


@dataclass(slots=True)
class Condition:
    """SQL that is true for the tickets (alias t) of a filter, and the values it binds."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> None:
        self.parts.append(sql)
        self.values += values

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts) or "1"


def condition(where: Filter, as_of: datetime | None = None, *, grown: bool = True) -> Condition:
    """The tickets of `where` that were there by `as_of`; not `grown`: none came after it, so nothing is to be left out.

    Without `as_of` what was settled is told by the latest moment that any source was read to.
    """
    met = Condition()
    as_of = where.as_of if as_of is None else as_of
    if where.excluded is None:
        met.add("t.excluded IS NULL")
    elif where.excluded != "any":
        met.add("t.excluded = ?", where.excluded)
    _dated(met, where)
    for name, chosen in where.where.items():
        _field(met, name, chosen)
    for state in where.states:
        _state(met, state, as_of, then=where.as_of is not None)
    if where.as_of is not None and where.dated in SOLVES:
        met.add(f"{SOLVES[where.dated]} <= ?", seconds(where.as_of))
    if where.open_at is not None:
        met.add(*_open_at(seconds(where.open_at)))
    if where.ended is not None:
        _ended(met, where.ended, counted=where.excluded is None)
    if where.q is not None:
        _search(met, where.q)
    if as_of is not None and grown:
        met.add("t.created_at <= ?", seconds(as_of))
    return met


def _dated(met: Condition, where: Filter) -> None:
    day = DAYS[where.dated]
    if where.first is not None:
        met.add(f"t.{day} >= ?", where.first.toordinal())
    if where.last is not None:
        met.add(f"t.{day} <= ?", where.last.toordinal())
    if where.dated != "arrived" and where.first is None and where.last is None:
        met.add(f"t.{day} IS NOT NULL")


def _open_at(at: int) -> tuple[Any, ...]:
    return (
        "t.created_at <= ? AND (t.solved_at > ? OR t.is_open AND coalesce(t.observed_until >= ?, 1)) "
        "AND (t.reopens = 0 OR NOT EXISTS (SELECT 1 FROM pauses p "
        "WHERE p.key = t.key AND p.start <= ? AND ? < p.stop))",
        at, at, at, at, at,
    )  # fmt: skip


def ended_within(metric: str, clock: str, after: int, until: int) -> str:
    """Tickets whose event came after one second and up to the other, for good, with its length known on the clock.

    Those are left out that were over by the first of them, though they were closed later: by an automation.
    """
    known = f"t.{duration_column(metric, clock)}_bin IS NOT NULL AND {STARTS[clock]} IS NOT NULL"
    if metric in EARLIER:
        known += f" AND {STARTS['calendar']} + t.{duration_column(metric, 'calendar')} > {after:d}"
    return f"({ENDS[metric]} > {after:d} AND {ENDS[metric]} <= {until:d} AND {known})"


def _ended(met: Condition, ended: Ended, *, counted: bool) -> None:
    """`counted`: the filter keeps to tickets that count, which its indexes hold alone."""
    after, until = seconds(ended.start) - 1, seconds(ended.end) - 1
    found = ended_within(ended.metric, ended.clock, after, until)
    if ended.metric == "ttr.full":
        only = "t.excluded IS NULL AND " if counted else ""
        stood = f"SELECT p.key FROM pauses p WHERE p.start > {after:d} AND p.start <= {until:d} AND {until:d} < p.stop"
        keys = f"SELECT t.key FROM tickets t WHERE {only}{found} UNION ALL {stood}"
        found = f"t.key IN ({keys}) AND {STARTS[ended.clock]} IS NOT NULL"
    met.add(f"{found} AND +t.created_at <= {until:d}")


def _open_then(at: int) -> str:
    """Open as it stood at that moment, watched or not: no solve until then, or reopened since the last one."""
    paused = f"EXISTS (SELECT 1 FROM pauses p WHERE p.key = t.key AND p.start <= {at:d} AND {at:d} < p.stop)"
    return f"((t.is_open OR coalesce(t.solved_at > {at:d}, 0)) AND NOT {paused})"


def _state(met: Condition, state: str, as_of: datetime | None, *, then: bool) -> None:
    if then and as_of is not None and state in ("open", "solved"):
        met.add(_open_then(seconds(as_of)) if state == "open" else f"NOT {_open_then(seconds(as_of))}")
    elif state == "settled":
        at = "(SELECT max(at) FROM read_to)" if as_of is None else f"{seconds(as_of):d}"
        met.add(f"t.first_solved_at <= {at} - {SETTLED_AFTER}")
    else:
        met.add(STATES[state])


def _field(met: Condition, name: str, chosen: tuple[str, ...]) -> None:
    some = [value for value in chosen if value != NONE]
    if name in LISTS:
        everyone = f"SELECT key FROM {LISTS[name]}"
        _side_table(met, f"{everyone} WHERE ", everyone, ["value = ?"] * len(some), some, chosen)
    elif name.startswith(CUSTOM):
        key = name.removeprefix(CUSTOM)
        found = [text for value in some for text in (key, value)]
        each = ["name = ? AND value = ?"] * len(some)
        everyone = "SELECT key FROM custom WHERE name = ?"
        _side_table(met, "SELECT key FROM custom WHERE ", everyone, each, found, chosen, key)
    elif name in COLUMNS:
        _column(met, COLUMNS[name], [topic_number(value) for value in some] if name == "topic" else some, chosen)
    else:
        raise ConfigError(f"unknown filter {name!r}; known are {', '.join(FIELDS)} and custom.NAME")


def _column(met: Condition, column: str, some: list[Any], chosen: tuple[str, ...]) -> None:
    parts = list(_alternatives(column, some, none=NONE in chosen))
    met.add(f"({' OR '.join(parts) or '0'})", *some)


def _alternatives(column: str, some: list[Any], *, none: bool) -> Iterator[str]:
    if some:
        yield f"{column} IN ({', '.join('?' * len(some))})"
    if none:
        yield f"{column} IS NULL"


def _side_table(
    met: Condition, select: str, everyone: str, each: list[str], values: list[str], chosen: tuple[str, ...], *bound: str
) -> None:
    parts = [f"t.key IN ({select}{' OR '.join(f'({one})' for one in each)})"] if each else []
    if NONE in chosen:
        parts.append(f"t.key NOT IN ({everyone})")
        values = [*values, *bound]
    met.add(f"({' OR '.join(parts) or '0'})", *values)


def topic_number(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or len(value) > 15:
        raise ConfigError(f"topic: {value[:40]!r} is not the number of a topic")
    return int(value)


def _search(met: Condition, q: str) -> None:
    words = search_tokens(q)[:32]
    if not words:
        met.add(NOT_KNOWN)
        return
    met.add("t.key IN (SELECT rowid FROM search WHERE search MATCH ?)", " ".join(f'"{word}"' for word in words))
