"""When a ticket was solved: its history decides where there is one."""

from dataclasses import replace
from datetime import datetime, timedelta

from ticketlens.metrics.statuses import SOLVED, Change, status_changes
from ticketlens.model.ticket import Status, Ticket

CONTRADICTS = "history_contradicts_solved_at"
NEAR = timedelta(minutes=1)
"""A solved time and a move of status that are no further apart are the same solve, told by two clocks."""


def apply_history(ticket: Ticket) -> Ticket:
    """The ticket with `status`, `first_solved_at`, `solved_at` and `reopens` that agree with each other.

    A history with a move into solved or closed decides: first and last such move, not solved where opened again. A move
    between solved and closed is neither a solve nor a reopening. A history that never speaks of solving decides
    nothing: then the fields hold, and an open ticket with a solved time was reopened.
    """
    changes = status_changes(ticket.history)
    if any(change.solves or change.reopens for change in changes):
        return _by_history(ticket, changes)
    return _by_fields(ticket)


def _by_history(ticket: Ticket, changes: list[Change]) -> Ticket:
    solves = [change.at for change in changes if change.solves]
    final = changes[-1].after
    solved = final in SOLVED
    return replace(
        ticket,
        status=ticket.status if ticket.status.is_solved is solved else _status(final),
        first_solved_at=ticket.first_solved_at if changes[0].before in SOLVED or not solves else solves[0],
        solved_at=solves[-1] if solved and solves else None,
        oddities=(*ticket.oddities, CONTRADICTS) if _contradicts(ticket.solved_at, changes) else ticket.oddities,
        reopens=sum(change.reopens for change in changes),
    )


def _contradicts(told: datetime | None, changes: list[Change]) -> bool:
    """Whether a solved time was told, and the history has no move into solved or closed at that moment."""
    ends = [change.at for change in changes if change.after in SOLVED]
    return told is not None and not any(abs(at - told) <= NEAR for at in ends)


def _by_fields(ticket: Ticket) -> Ticket:
    times = [at for at in (ticket.first_solved_at, ticket.solved_at) if at is not None]
    if not times:
        return ticket
    first = min(times)
    if ticket.status.is_solved:
        only = first if ticket.reopens == 0 else None
        last = ticket.solved_at or only
        if (ticket.first_solved_at, ticket.solved_at) == (first, last):
            return ticket
        return replace(ticket, first_solved_at=first, solved_at=last)
    return replace(ticket, first_solved_at=first, solved_at=None, reopens=max(1, ticket.reopens))


def _status(value: str) -> Status:
    """A status from a history; one that we do not know is open, as everywhere."""
    return Status(value) if value in Status.__members__.values() else Status.OPEN
