"""What a ticket's history says about its status, made whole where the history has gaps."""

from collections.abc import Iterator, Sequence
from datetime import datetime
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
    before it ended with, the missing change is put at the later event's moment. Repeated events change nothing.
    """
    return list(_chain(in_order(history, "status")))


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
