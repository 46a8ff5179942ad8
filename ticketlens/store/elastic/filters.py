"""A filter as a query of term, range and exists clauses that we build; no text of an asker is parsed as a query."""

from datetime import datetime
from typing import Any

from ticketlens.errors import ConfigError
from ticketlens.intake.tokens import search_tokens
from ticketlens.metrics.shares import TOP_BOXES
from ticketlens.model.filter import CUSTOM, FIELDS, LISTS, NONE, RATED_ON, TIMED, Ended, Filter
from ticketlens.model.topic import MATCHES
from ticketlens.store.codec import seconds
from ticketlens.store.fields import CYCLES, duration_column

Clause = dict[str, Any]

DAYS = {"arrived": "created_day", "solved": "solved_day", "first_solved": "first_solved_day", "rated": "rated_day"}
SOLVES = {"solved": "solved_at", "first_solved": "first_solved_at"}
KEYWORDS = {name: name for name in FIELDS if name not in (*LISTS, "topic")} | LISTS
ENDS = {
    "ttr.full": "solved_at",
    "ttr.first": "first_solved_at",
    "reply.first": "first_reply_at",
    "reply.next": "next_reply_at",
}
"""When the event of a metric was; waits and cycles are told of the last solve."""

OVER = {"ttr.full": "full_over", "ttr.first": "first_over"}
"""When a length was over, maybe before its event: a solve by an automation counts from when the waiting began."""

STARTS = {"calendar": "begun_at", "business": "business_start"}
SETTLED_AFTER = 7 * 86_400
NOTHING: Clause = {"match_none": {}}
OPEN: Clause = {"term": {"is_open": 1}}
SOLVED: Clause = {"term": {"is_open": 0}}
TARGETED: Clause = {"term": {"targeted": 1}}
WHOLE: Clause = {"terms": {"rating_score": list(range(max(TOP_BOXES) + 1))}}
STATES: dict[str, Clause] = {
    "open": OPEN,
    "solved": SOLVED,
    "reopened": {"range": {"reopens": {"gt": 0}}},
    "returned": {"term": {"returned": 1}},
    "rated": {"exists": {"field": "satisfied"}},
    "satisfied": {"term": {"satisfied": 1}},
    "dissatisfied": {"term": {"satisfied": 0}},
    "replied": {"exists": {"field": "one_touch"}},
    "one_touch": {"term": {"one_touch": 1}},
    "targeted": TARGETED,
    "worked": {"exists": {"field": "agent_seconds"}},
    **{state: {"bool": {"filter": [{"term": {"rating_scale": scale}}, WHOLE]}} for scale, state in RATED_ON.items()},
}


def every(*clauses: Clause) -> Clause:
    return {"bool": {"filter": list(clauses)}}


def some(*clauses: Clause) -> Clause:
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def never(*clauses: Clause) -> Clause:
    return {"bool": {"must_not": list(clauses)}}


def exists(name: str) -> Clause:
    return {"exists": {"field": name}}


def within(name: str, **bounds: int) -> Clause:
    """`within("created_day", gte=1, lt=8)`."""
    return {"range": {name: bounds}}


def paused(at: int) -> Clause:
    """A reopened ticket that stood as solved at that moment."""
    return {"term": {"pauses": at}}


def group_field(name: str, slot: int) -> str:
    """The field that holds what a filter's field means; raises ConfigError for one that is not known."""
    if name == "topic":
        return f"topic_{slot}"
    if name in KEYWORDS:
        return KEYWORDS[name]
    if name.startswith(CUSTOM):
        return name
    raise ConfigError(f"unknown field {name!r}; known are {', '.join(FIELDS)} and custom.NAME")


def clauses(
    where: Filter, as_of: datetime | None, *, slot: int, read_to: int | None, grown: bool = True
) -> list[Clause]:
    """What must hold for the tickets of `where` that were there by `as_of`; not `grown`: none came after it.

    `slot` is where the topics are that count now, `read_to` the latest moment that any source was read to.
    """
    as_of = where.as_of if as_of is None else as_of
    met: list[Clause] = []
    if where.excluded is None:
        met.append({"term": {"excluded": NONE}})
    elif where.excluded != "any":
        met.append({"term": {"excluded": where.excluded}})
    met += _dated(where)
    met += [of_field(name, chosen, slot) for name, chosen in where.where.items()]
    known_by = read_to if as_of is None else seconds(as_of)
    then = None if where.as_of is None or as_of is None else seconds(as_of)
    met += [_state(state, known_by, then, slot) for state in where.states]
    if where.as_of is not None and where.dated in SOLVES:
        met.append(within(SOLVES[where.dated], lte=seconds(where.as_of)))
    if where.open_at is not None:
        met.append(open_at(seconds(where.open_at)))
    if where.ended is not None:
        met.append(_ended(where.ended))
    if where.q is not None:
        met += _words(where.q)
    if as_of is not None and grown:
        met.append(within("created_at", lte=seconds(as_of)))
    return met


def _dated(where: Filter) -> list[Clause]:
    day = DAYS[where.dated]
    bounds = {}
    if where.first is not None:
        bounds["gte"] = where.first.toordinal()
    if where.last is not None:
        bounds["lte"] = where.last.toordinal()
    if bounds:
        return [within(day, **bounds)]
    return [exists(day)] if where.dated != "arrived" else []


def of_field(name: str, chosen: tuple[str, ...], slot: int) -> Clause:
    """Tickets with one of these values of a field of the filter."""
    if name == "topic":
        chosen = tuple(value if value == NONE else _topic(value) for value in chosen)
    found: Clause
    if name.startswith(CUSTOM):
        own = name.removeprefix(CUSTOM)
        parts = [{"term": {name: value}} for value in chosen if value != NONE]
        parts += [never({"term": {"custom_names": own}})] if NONE in chosen else []
        return some(*parts) if parts else NOTHING
    field = group_field(name, slot)
    found = {"terms": {field: list(chosen)}}
    return found


def _topic(value: str) -> str:
    if not (value.isascii() and value.isdigit()) or len(value) > 15:
        raise ConfigError(f"topic: {value[:40]!r} is not the number of a topic")
    return str(int(value))


def _state(state: str, known_by: int | None, then: int | None, slot: int) -> Clause:
    if then is not None and state in ("open", "solved"):
        return open_then(then) if state == "open" else never(open_then(then))
    if state in ("settled", "breached", "unobserved") or state in TIMED:
        return NOTHING if known_by is None else _by_then(state, known_by)
    if state in MATCHES:
        return {"term": {f"match_{slot}": MATCHES.index(state)}}
    return STATES[state]


def _by_then(state: str, at: int) -> Clause:
    """States that depend on how far time has gone."""
    if state in TIMED:
        return _timed(*TIMED[state], at)
    if state == "settled":
        return within("first_solved_at", lte=at - SETTLED_AFTER)
    if state == "unobserved":
        return every(OPEN, within("observed_until", lt=at))
    return every(TARGETED, within("breach_at", lte=at))


def _timed(how: str, metric: str, clock: str, at: int) -> Clause:
    """The tickets that the figure of a duration counts at that moment: as ended, or those that are watched too."""
    known = [exists(f"{duration_column(metric, clock)}_bin"), *([exists("solved_at")] if metric in CYCLES else [])]
    found, begun = [every(*known, within(ENDS.get(metric, "solved_at"), lte=at))], exists(started_field(metric, clock))
    if metric == "ttr.full":
        found.append(every(begun, paused(at)))
    if how == "watched":
        again = [never(paused(at))] if metric == "ttr.full" else []
        found.append(every(*not_ended(metric, at, live=False), begun, *again))
    return some(*found)


def started_field(metric: str, clock: str) -> str:
    """Where a length begins: in epoch seconds, or on the open seconds of the ticket's schedule."""
    if metric == "reply.next":
        return "next_since" if clock == "calendar" else "next_business_start"
    return STARTS[clock]


def not_ended(metric: str, at: int, *, live: bool) -> list[Clause]:
    """The event of a duration of `ENDS` had not come by then, and may come; `live`: nothing came after that moment."""
    if metric == "reply.next":
        none = never(exists("next_reply_at"))
        then = [within("next_since", lte=at), some(none, within("next_reply_at", gt=at))]
        return [exists("next_since"), none] if live else then
    if metric == "reply.first":
        none = never(exists("first_reply_at"))
        return [none] if live else [some(none, within("first_reply_at", gt=at))]
    end = ENDS[metric]
    still = every(OPEN, never(exists(end))) if metric == "ttr.first" else OPEN
    return [still] if live else [some(still, within(end, gt=at))]


def open_then(at: int) -> Clause:
    """Open as it stood at that moment, watched or not: no solve until then, or reopened since the last one."""
    return every(some(OPEN, within("solved_at", gt=at)), never(paused(at)))


def open_at(at: int) -> Clause:
    """Open at that moment, and still observed."""
    observed = every(OPEN, some(never(exists("observed_until")), within("observed_until", gte=at)))
    return every(within("created_at", lte=at), some(within("solved_at", gt=at), observed), never(paused(at)))


def ended_within(metric: str, clock: str, after: int, until: int) -> Clause:
    """Tickets whose event came after one second and up to the other, for good, with its length known on the clock.

    Those are left out that were over by the first of them, though they were closed later: by an automation.
    """
    known = [exists(f"{duration_column(metric, clock)}_bin"), exists(STARTS[clock])]
    if metric in OVER:
        known.append(within(OVER[metric], gt=after))
    return every(within(ENDS[metric], gt=after, lte=until), *known)


def stood_ended(clock: str, after: int, until: int) -> Clause:
    """Tickets solved after one second and still so at the other, that were reopened after that.

    One solved stretch holds `until`; where it began later, none holds both.
    """
    both = {"range": {"pauses": {"gte": after, "lte": until, "relation": "contains"}}}
    return every(paused(until), never(both), exists(STARTS[clock]))


def _ended(ended: Ended) -> Clause:
    after, until = seconds(ended.start) - 1, seconds(ended.end) - 1
    found = ended_within(ended.metric, ended.clock, after, until)
    if ended.metric == "ttr.full":
        found = some(found, stood_ended(ended.clock, after, until))
    return every(found, within("created_at", lte=until))


def _words(q: str) -> list[Clause]:
    words = search_tokens(q)[:32]
    return [{"term": {"tokens": word}} for word in words] if words else [NOTHING]
