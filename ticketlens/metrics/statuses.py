"""What a ticket's history says about its status, made whole where the history has gaps."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from ticketlens.model.ticket import Actor, Event, Status

SOLVED: frozenset[str] = frozenset(status for status in Status if status.is_solved)


class Change(NamedTuple):
    """One move from a status to another; `before` of a change is `after` of the one before it."""

    at: datetime
    before: str
    after: str
    actor: Actor | None = None

    @property
    def solves(self) -> bool:
        return self.after in SOLVED and self.before not in SOLVED

    @property
    def reopens(self) -> bool:
        return self.before in SOLVED and self.after not in SOLVED


def in_order(history: Sequence[Event], field: str) -> list[Event]:
    """The events of one field, oldest first; events of the same moment keep their order."""
    return sorted((event for event in history if event.field == field), key=attrgetter("at"))


def status_changes(history: Sequence[Event]) -> list[Change]:
    """The status history as an unbroken chain, oldest first. Empty where there is none.

    Before the first event the status was its `before`, else new. Where an event starts from another status than the one
    before it ended with, the missing change is put at the later event's moment. Repeated events change nothing, and a
    ticket that is opened and solved again within the second of a solve was solved once.
    """
    return _once_a_second(list(_chain(in_order(history, "status"))))


def goes_back(history: Sequence[Event]) -> bool:
    """Whether the status history was told out of order; one told newest first is in order."""
    told = [event for event in history if event.field == "status"]
    times = [event.at for event in told]
    if times == sorted(times):
        return False
    return times != sorted(times, reverse=True) or _gaps(told) < _gaps(told[::-1])


def solves_twice_at_once(history: Sequence[Event]) -> bool:
    """Whether two solves stand in one second; the same event told twice is one."""
    if sum(event.field == "status" and event.after in SOLVED for event in history) < 2:
        return False
    events = [event for event, _ in groupby(in_order(history, "status"))]
    solves = [(_second(event.at), event.after) for event in events if event.after in SOLVED]
    undone = next(_reopened_at_once(list(_chain(events))), None)
    return len(set(solves)) < len(solves) or undone is not None


def _gaps(events: Sequence[Event]) -> int:
    """How many events start from another status than the one before ended with."""
    return sum(later.before is not None and later.before != before.after for before, later in pairwise(events))


def _reopened_at_once(changes: Sequence[Change]) -> Iterator[int]:
    """Places of solves that are undone and done again within their second."""
    for place in range(len(changes) - 2):
        solve, reopening, again = changes[place : place + 3]
        if solve.solves and reopening.reopens and again.solves and _second(solve.at) == _second(again.at):
            yield place


def _once_a_second(changes: list[Change]) -> list[Change]:
    while (place := next(_reopened_at_once(changes), None)) is not None:
        solve, _, again = changes[place : place + 3]
        changes[place : place + 3] = [Change(solve.at, solve.before, again.after, solve.actor)]
    return changes


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _chain(events: Sequence[Event]) -> Iterator[Change]:
    if not events:
        return
    state = str(events[0].before or Status.NEW)
    last: Event | None = None
    for event in events:
        if event == last:
            continue
        last = event
        if event.before is not None and event.before != state:
            yield Change(event.at, state, event.before)
            state = event.before
        after = event.after or state
        if after != state:
            yield Change(event.at, state, after, event.actor)
            state = after
