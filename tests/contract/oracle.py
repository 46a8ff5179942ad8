"""What a store is asked, answered the slow and plain way: a walk over every ticket."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from ticketlens.intake.tokens import search_tokens
from ticketlens.metrics.bins import bin_of
from ticketlens.metrics.clock import Clocks
from ticketlens.model.filter import NONE, RATED_ON, TIMED, Ended, Filter
from ticketlens.model.portion import Portion
from ticketlens.model.ticket import Satisfaction
from ticketlens.store.base import Assignment, Cell, Exposure, Prepared, Question, Tally
from ticketlens.store.sizes import Sizes

WEEK = 7 * 86_400
DAY_OF = {
    "arrived": lambda p: p.created_day,
    "solved": lambda p: p.solved_day,
    "first_solved": lambda p: p.first_solved_day,
    "rated": lambda p: p.rated_day,
}


class World(NamedTuple):
    """Tickets as they are stored, each once, the topic of each text, the opening hours, and the zone's days."""

    tickets: Sequence[Prepared]
    topics: dict[str, Assignment]
    clocks: Clocks
    day_of: Callable[[int], int]

    def read_to(self, source: str | None = None) -> int:
        told = [p.ticket for p in self.tickets if source is None or p.ticket.source == source]
        return max(_at(max(t.updated_at, t.created_at)) for t in told)


def _at(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def values(world: World, p: Prepared, field: str) -> list[str]:
    """All values of a field of the filter; [""] where it has none."""
    ticket = p.ticket
    if field in ("tag", "flaw"):
        return list(ticket.tags if field == "tag" else p.timing.flaws) or [NONE]
    if field.startswith("custom."):
        return [ticket.custom.get(field.removeprefix("custom."), NONE)]
    if field == "topic":
        found = world.topics.get(p.text.fingerprint)
        return [str(found.topic) if found else NONE]
    value = p.text.language if field == "language" else getattr(ticket, field)
    return [str(value) if value is not None else NONE]


def passes(world: World, p: Prepared, where: Filter, as_of: datetime | None = None) -> bool:
    ticket = p.ticket
    reason = p.excluded
    if (reason is not None) if where.excluded is None else where.excluded not in ("any", reason):
        return False
    if as_of is not None and _at(ticket.created_at) > _at(as_of):
        return False
    if not _dated(p, where):
        return False
    if any(not set(values(world, p, name)) & set(chosen) for name, chosen in where.where.items()):
        return False
    if not all(_state(world, p, state, as_of) for state in where.states):
        return False
    if where.open_at is not None and not is_open(p, _at(where.open_at), observed=True):
        return False
    if where.ended is not None and not _ended(world, p, where.ended):
        return False
    return where.q is None or _found(p, where.q)


def _ended(world: World, p: Prepared, ended: Ended) -> bool:
    after, until = _at(ended.start) - 1, _at(ended.end) - 1
    if _at(p.ticket.created_at) > until:
        return False
    found = watched(world, p, ended.metric, ended.clock, after, until)
    return found is not None and found[2]


def _dated(p: Prepared, where: Filter) -> bool:
    day: date | None = DAY_OF[where.dated](p)
    if day is None:
        return False
    return (where.first is None or day >= where.first) and (where.last is None or day <= where.last)


def _found(p: Prepared, q: str) -> bool:
    wanted = search_tokens(q)
    text = " ".join((p.ticket.id, p.text.subject, p.text.body, *p.text.messages))
    return bool(wanted) and set(wanted) <= set(search_tokens(text))


def _state(world: World, p: Prepared, state: str, as_of: datetime | None) -> bool:
    ticket = p.ticket
    found = world.topics.get(p.text.fingerprint)
    known_by = _at(as_of) if as_of else world.read_to()
    if state in TIMED:
        how, metric, clock = TIMED[state]
        return _length(world, p, metric, clock, known_by, "solved" if how == "timed" else "arrived") is not None
    return {
        "open": not ticket.status.is_solved,
        "solved": ticket.status.is_solved,
        "reopened": ticket.reopens > 0,
        "settled": ticket.first_solved_at is not None and _at(ticket.first_solved_at) <= known_by - WEEK,
        "returned": bool(p.timing.reopened_within_7_days),
        "rated": p.satisfied is not None,
        "satisfied": bool(p.satisfied),
        "dissatisfied": p.satisfied is False,
        "replied": p.timing.one_touch is not None,
        "one_touch": bool(p.timing.one_touch),
        "targeted": p.timing.targeted,
        "breached": p.timing.targeted and (p.timing.breach_at or known_by + 1) <= known_by,
        "unobserved": not ticket.status.is_solved and (_at(ticket.observed_until) or known_by) < known_by,
        "worked": ticket.agent_minutes is not None,
        **{state: _rated_on(ticket.satisfaction, scale) for scale, state in RATED_ON.items()},
    }.get(state, state == (found.match if found else "ungrouped"))


def _rated_on(answer: Satisfaction | None, scale: int) -> bool:
    return answer is not None and answer.scale == scale and float(answer.score).is_integer()


def solved_by(p: Prepared, at: int) -> int | None:
    """When the ticket was solved, as it stands at that moment; None while it is open."""
    begun = [cycle for cycle in p.timing.cycles if cycle[0] <= at]
    return begun[-1][1] if begun and begun[-1][1] is not None and begun[-1][1] <= at else None


def is_open(p: Prepared, at: int, *, observed: bool = False) -> bool:
    if not p.timing.cycles or _at(p.ticket.created_at) > at:
        return False
    until = _at(p.ticket.observed_until)
    lost = observed and p.ticket.solved_at is None and until is not None and until < at
    return solved_by(p, at) is None and not lost


def _asked(world: World, question: Question) -> Iterator[tuple[int, str | None, Prepared]]:
    """(period, group, ticket) of all that a question is over."""
    at = _at(question.as_of)
    for p in world.tickets:
        if not passes(world, p, question.where, question.as_of):
            continue
        day = DAY_OF[question.cohort](p)
        if question.cohort == "solved":
            solved = solved_by(p, at)
            day = None if solved is None else date.fromordinal(world.day_of(solved))
        if question.cohort == "first_solved" and day is not None and _at(p.ticket.first_solved_at) > at:
            day = None
        groups = _groups(world, p, question)
        for number, period in enumerate(question.periods):
            if day is not None and period.start <= day < period.end:
                yield from ((number, group, p) for group in groups)


def _sorted(counts: Counter[tuple[int, str | None, int, bool]]) -> list[Cell]:
    return [Cell(*key, n) for key, n in sorted(counts.items(), key=lambda i: (i[0][0], i[0][1] or "", *i[0][2:]))]


def histogram(world: World, question: Question, metric: str, clock: str) -> list[Cell]:
    counts: Counter[tuple[int, str | None, int, bool]] = Counter()
    for period, group, p in _asked(world, question):
        found = _length(world, p, metric, clock, _at(question.as_of), question.cohort)
        if found is not None:
            counts[period, group, bin_of(max(0, found[0])), found[1]] += 1
    return _sorted(counts)


def exposure(world: World, question: Question, metric: str, clock: str) -> Exposure:
    leaving: Counter[tuple[int, str | None, int, bool]] = Counter()
    late: Counter[tuple[int, str | None, int, bool]] = Counter()
    for number, period in enumerate(question.periods):
        after = _at(period.start_at) - 1
        until = min(_at(period.end_at) - 1, _at(question.as_of))
        for p in world.tickets if after < until else ():
            if not passes(world, p, question.where, datetime.fromtimestamp(until, UTC)):
                continue
            found = watched(world, p, metric, clock, after, until)
            if found is None:
                continue
            entry, length, over = found
            for group in _groups(world, p, question):
                leaving[number, group, bin_of(max(0, length)), over] += 1
                if entry > 0:
                    late[number, group, bin_of(entry), False] += 1
    return Exposure(_sorted(leaving), _sorted(late))


def watched(world: World, p: Prepared, metric: str, clock: str, after: int, until: int) -> tuple[int, int, bool] | None:
    """(age in the second before the window, age at the end, whether it ended), or None where it was not there."""
    found = _length(world, p, metric, clock, until, "arrived")
    if metric == "ttr.full" and (solved := _undone_later(p, until)) is not None:
        found = _span(world, p, clock, solved, ended=True)
    if found is None or (left := _left(world, p, metric, until, over=found[1])) is None or left <= after:
        return None
    before = _span(world, p, clock, after, ended=False)
    return None if before is None else (before[0], *found)


def _left(world: World, p: Prepared, metric: str, until: int, *, over: bool) -> int | None:
    """The moment of the event, or until when the ticket was seen without it."""
    if over:
        calendar, _ = p.timing.durations[metric]
        undone = _undone_later(p, until) if metric == "ttr.full" else None
        return (p.timing.started or p.timing.start) + (calendar or 0) if undone is None else undone
    ends = [until, world.read_to(p.ticket.source), _at(p.ticket.observed_until)]
    ends += [_at(p.ticket.solved_at)] if metric == "reply.first" else []
    return min(end for end in ends if end is not None)


def _undone_later(p: Prepared, until: int) -> int | None:
    """The solve under which a ticket stood as solved then, where it was opened again after that."""
    solved = solved_by(p, until)
    return None if solved is None or solved == _at(p.ticket.solved_at) else solved


def _groups(world: World, p: Prepared, question: Question) -> list[str | None]:
    return [None] if question.group_by is None else [v or None for v in values(world, p, question.group_by)]


def _length(world: World, p: Prepared, metric: str, clock: str, at: int, cohort: str) -> tuple[int, bool] | None:
    """(seconds, whether the event happened by `at`), or None where it is not known or not counted."""
    calendar, business = p.timing.durations[metric]
    if metric == "ttr.full" and (solved := solved_by(p, at)) is not None:
        if solved == _at(p.ticket.solved_at):
            length = calendar if clock == "calendar" else business
            return None if length is None else (length, True)
        return _span(world, p, clock, _worked_until(p, solved), ended=True)
    happened = {
        "ttr.first": _at(p.ticket.first_solved_at),
        "reply.first": p.timing.replied_at,
        "reply.next": p.timing.next_reply_at,
    }.get(metric, _at(p.ticket.solved_at))
    if happened is not None and happened <= at and metric != "ttr.full":
        length = calendar if clock == "calendar" else business
        return None if length is None else (length, True)
    if cohort != "arrived" or metric.startswith(("wait.", "handling.")) or _never(p, metric):
        return None
    ends = [at, world.read_to(p.ticket.source), _at(p.ticket.observed_until)]
    if metric == "reply.next":
        if p.timing.next_since is None or p.timing.next_since > at:
            return None
        return _since(world, p, clock, min(end for end in ends if end is not None))
    ends += [_at(p.ticket.solved_at)] if metric == "reply.first" else []
    return _span(world, p, clock, min(end for end in ends if end is not None), ended=False)


def _never(p: Prepared, metric: str) -> bool:
    """Whether the event is known to have happened, at no known time."""
    if metric == "reply.first":
        return p.timing.durations[metric][0] is None and p.timing.replied_at is not None
    if metric == "reply.next":
        return False
    return not p.timing.cycles and p.ticket.first_solved_at is None


def _span(world: World, p: Prepared, clock: str, until: int, *, ended: bool) -> tuple[int, bool] | None:
    if clock == "calendar":
        return until - (p.timing.started or p.timing.start), ended
    if p.timing.business_start is None or p.timing.schedule is None:
        return None
    return world.clocks.named(p.timing.schedule).position(until) - p.timing.business_start, ended


def _since(world: World, p: Prepared, clock: str, until: int) -> tuple[int, bool] | None:
    """How long the customer has waited for a further reply."""
    if clock == "calendar":
        return until - p.timing.next_since, False
    if p.timing.next_business_start is None or p.timing.schedule is None:
        return None
    return world.clocks.named(p.timing.schedule).position(until) - p.timing.next_business_start, False


def _worked_until(p: Prepared, solved: int) -> int:
    return next(
        end for (_, stop), end in reversed(list(zip(p.timing.cycles, p.timing.ends, strict=True))) if stop == solved
    )


def tally(world: World, question: Question) -> list[Tally]:
    sums: dict[tuple[int, str | None], list[int]] = {}
    at = _at(question.as_of)
    for period, group, p in _asked(world, question):
        row = sums.setdefault((period, group), [0] * 7)
        row[0] += 1
        if question.cohort == "arrived":
            row[1] += is_open(p, at)
            row[2] += p.timing.waited_seconds + _running_wait(world, p, at)
        if question.cohort in ("arrived", "rated"):
            row[5] += p.satisfied is not None
            row[6] += bool(p.satisfied)
        if question.cohort == "first_solved" and _at(p.ticket.first_solved_at) <= at - WEEK:
            row[3] += 1
            row[4] += bool(p.timing.reopened_within_7_days)
    return [Tally(*key, *row) for key, row in sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))]


def sizes(world: World, question: Question, limit: int) -> Sizes:
    n = Counter((period, group) for period, group, _ in _asked(world, question))
    whole = Counter({None: 0} if question.group_by is None else {})
    for (_, group), count in n.items():
        whole[group] += count
    groups = sorted(whole, key=lambda group: (-whole[group], group or ""))
    told = [tuple(n[period, group] for period in range(len(question.periods))) for group in groups[:limit]]
    return Sizes(tuple(groups[:limit]), tuple(told), len(groups[limit:]))


def portions(world: World, question: Question, figure: str) -> list[Portion]:
    sums: dict[tuple[int, str | None], list[int]] = {}
    at = _at(question.as_of)
    for period, group, p in _asked(world, question):
        told = {
            "one_touch": p.timing.one_touch,
            "breach": p.timing.targeted and (p.timing.breach_at or at + 1) <= at if p.timing.targeted else None,
            "due": _due(p, at) if p.timing.targeted else None,
            "effort": None if p.ticket.agent_minutes is None else round(p.ticket.agent_minutes * 60),
        }[figure]
        if told is not None:
            row = sums.setdefault((period, group), [0, 0])
            row[0] += 1
            row[1] += int(told)
    return [Portion(*key, *row) for key, row in sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))]


def _due(p: Prepared, at: int) -> bool:
    """Whether it may pass a target after that moment; one that met it later did not know that yet."""
    ends = p.timing.breach_at or _at(p.ticket.solved_at)
    return ends is not None and ends > at


def _running_wait(world: World, p: Prepared, at: int) -> int:
    since = p.timing.waiting_since
    if since is None or p.ticket.status.is_solved:
        return 0
    ends = (at, world.read_to(p.ticket.source), _at(p.ticket.observed_until))
    return max(0, min(end for end in ends if end is not None) - since)
