"""A filter as a condition with bound values; column names come from tables of ours, never from the asker."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ticketlens.errors import ConfigError
from ticketlens.intake.tokens import search_tokens
from ticketlens.model.filter import CUSTOM, FIELDS, LISTS, NONE, RATED_ON, TIMED, Ended, Filter
from ticketlens.model.topic import MATCHES
from ticketlens.store.codec import seconds
from ticketlens.store.fields import CYCLES, duration_column
from ticketlens.store.sqlite.numbers import PLAIN

DAYS = {"arrived": "created_day", "solved": "solved_day", "first_solved": "first_solved_day", "rated": "rated_day"}
STATES = {
    "open": "t.is_open",
    "solved": "NOT t.is_open",
    "reopened": "t.reopens > 0",
    "returned": "t.returned",
    "rated": "t.satisfied IS NOT NULL",
    "satisfied": "t.satisfied",
    "dissatisfied": "NOT t.satisfied",
    "replied": "t.one_touch IS NOT NULL",
    "one_touch": "t.one_touch",
    "targeted": "t.targeted",
    "worked": "t.agent_seconds IS NOT NULL",
    **{
        state: f"t.rating_scale = {scale:d} AND t.rating_score = CAST(t.rating_score AS INTEGER)"
        for scale, state in RATED_ON.items()
    },
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
NEXT_STARTS = {"calendar": "t.next_since", "business": "t.next_business_start"}
"""Where a wait for a further reply begins: epoch seconds, or on the open seconds of the ticket's schedule."""

EARLIER = ("ttr.full", "ttr.first")
"""Where a length may be over before its event: a solve by an automation counts from when the waiting began."""

SETTLED_AFTER = 7 * 86_400
BY_THEN = {
    "settled": f"t.first_solved_at <= {{at}} - {SETTLED_AFTER}",
    "breached": "t.targeted AND t.breach_at <= {at}",
    "unobserved": "t.is_open AND t.observed_until < {at}",
}
"""States that depend on how far time has gone."""

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


def condition(where: Filter, as_of: datetime | None = None, *, grown: bool = True, walked: bool = True) -> Condition:
    """The tickets of `where` that were there by `as_of`; not `grown`: none came after it, so nothing is to be left out.

    `walked`: days are walked, and a topic or what a search found is marked on the way; else it is found by itself first
    (a plus keeps SQLite from that).

    Without `as_of` what was settled or breached is told by the latest moment that any source was read to.
    """
    met = Condition()
    as_of = where.as_of if as_of is None else as_of
    if where.excluded is None:
        met.add("t.excluded IS NULL")
    elif where.excluded != "any":
        met.add("t.excluded = ?", where.excluded)
    _dated(met, where)
    for name, chosen in where.where.items():
        _field(met, name, chosen, "+t.topic" if walked else "t.topic")
    for state in where.states:
        _state(met, state, as_of, then=where.as_of is not None)
    if where.as_of is not None and where.dated in SOLVES:
        met.add(f"{SOLVES[where.dated]} <= ?", seconds(where.as_of))
    if where.open_at is not None:
        met.add(*_open_at(seconds(where.open_at)))
    if where.ended is not None:
        _ended(met, where.ended, counted=where.excluded is None)
    if where.q is not None:
        _search(met, where.q, "+t.key" if walked else "t.key")
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


def started(metric: str, clock: str) -> str:
    return (NEXT_STARTS if metric == "reply.next" else STARTS)[clock]


def not_ended(metric: str, at: str, *, live: bool) -> str:
    """The event of a duration of `ENDS` had not come by then, and may come; `live`: nothing came after that moment."""
    if metric == "reply.next":
        begun, ended = "t.next_since IS NOT NULL AND t.next_reply_at IS NULL", f"t.next_reply_at > {at}"
        return begun if live else f"t.next_since <= {at} AND (t.next_reply_at IS NULL OR {ended})"
    if metric == "reply.first":
        return "t.first_reply_at IS NULL" if live else f"(t.first_reply_at IS NULL OR t.first_reply_at > {at})"
    end = ENDS[metric]
    known = f"t.is_open AND {end} IS NULL" if metric == "ttr.first" else "t.is_open"
    return known if live else f"({known} OR {end} > {at})"


def _timed(how: str, metric: str, clock: str, at: str) -> str:
    """The tickets that the figure of a duration counts at that moment: as ended, or those that are watched too."""
    paused = f"EXISTS (SELECT 1 FROM pauses p WHERE p.key = t.key AND p.start <= {at} AND {at} < p.stop)"
    known, begun = f"t.{duration_column(metric, clock)}_bin IS NOT NULL", f"{started(metric, clock)} IS NOT NULL"
    solved = " AND t.solved_at IS NOT NULL" if metric in CYCLES else ""
    found = f"{known}{solved} AND {ENDS.get(metric, 't.solved_at')} <= {at}"
    if metric == "ttr.full":
        found = f"({found} OR {begun} AND {paused})"
    if how == "timed":
        return f"({found})"
    running = f"{not_ended(metric, at, live=False)} AND {begun}"
    running += f" AND NOT {paused}" if metric == "ttr.full" else ""
    return f"({found} OR {running})"


def _state(met: Condition, state: str, as_of: datetime | None, *, then: bool) -> None:
    at = "(SELECT max(at) FROM read_to)" if as_of is None else f"{seconds(as_of):d}"
    if then and as_of is not None and state in ("open", "solved"):
        met.add(_open_then(seconds(as_of)) if state == "open" else f"NOT {_open_then(seconds(as_of))}")
    elif state in TIMED:
        met.add(_timed(*TIMED[state], at))
    elif state in BY_THEN:
        met.add(BY_THEN[state].format(at=at))
    else:
        met.add(STATES[state])


def _field(met: Condition, name: str, chosen: tuple[str, ...], topic: str) -> None:
    some = [value for value in chosen if value != NONE]
    marks = ", ".join("?" * len(some))
    if name == "topic":
        _any_of(met, topic, marks, [topic_number(value) for value in some], NONE in chosen)
    elif name in PLAIN and len(some) == len(chosen) == 1:
        # The plus keeps SQLite from making an index of its own for the equality.
        met.add(f"+t.{name}_number = (SELECT number FROM texts WHERE text = ?)", *some)
    elif name in PLAIN:
        _any_of(met, f"t.{name}_number", f"SELECT number FROM texts WHERE text IN ({marks})", some, NONE in chosen)
    elif name in LISTS:
        sets = f"SELECT number FROM {LISTS[name]} WHERE value IN ({marks})"
        _any_of(met, f"t.{LISTS[name]}_number", sets, some, NONE in chosen)
    elif name.startswith(CUSTOM):
        _custom(met, name.removeprefix(CUSTOM), marks, some, none=NONE in chosen)
    else:
        raise ConfigError(f"unknown filter {name!r}; known are {', '.join(FIELDS)} and custom.NAME")


def _any_of(met: Condition, column: str, numbers: str, values: list[Any], none: bool) -> None:
    parts = [f"{column} IN ({numbers})"] if values else []
    parts += [f"{column} IS NULL"] if none else []
    met.add(f"({' OR '.join(parts) or '0'})", *values)


def _custom(met: Condition, key: str, marks: str, some: list[str], *, none: bool) -> None:
    """A ticket without the field has other fields, or none at all."""
    sets = "SELECT number FROM custom WHERE name = ?"
    parts = [f"t.custom_number IN ({sets} AND value IN ({marks}))"] if some else []
    parts += [f"t.custom_number IS NULL OR t.custom_number NOT IN ({sets})"] if none else []
    met.add(f"({' OR '.join(parts) or '0'})", *([key, *some] if some else []), *([key] if none else []))


def topic_number(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or len(value) > 15:
        raise ConfigError(f"topic: {value[:40]!r} is not the number of a topic")
    return int(value)


def _search(met: Condition, q: str, key: str) -> None:
    words = search_tokens(q)[:32]
    if not words:
        met.add(NOT_KNOWN)
        return
    met.add(f"{key} IN (SELECT rowid FROM search WHERE search MATCH ?)", " ".join(f'"{word}"' for word in words))
