"""When a ticket was solved, by its status history where there is one, else by the times that its source gives."""

from dataclasses import replace
from datetime import datetime

from ticketlens.model import Event, Status, Ticket

_SOLVED = frozenset({Status.SOLVED.value, Status.CLOSED.value})


def apply_history(ticket: Ticket) -> Ticket:
    """The ticket with `solved_at`, `first_solved_at` and `reopens` made consistent with its history and status.

    A move between solved and closed is neither a solve nor a reopening. A history that never reaches solved says
    nothing about when: the given times count then.
    """
    moves = [event for event in ticket.history if event.field == "status" and event.after is not None]
    first, last, reopens = _walk(moves)
    if first is None:
        return _by_given_times(ticket)
    if not ticket.status.is_solved:
        return replace(ticket, first_solved_at=first, solved_at=None, reopens=reopens)
    if last is None and ticket.solved_at is not None and ticket.solved_at >= moves[-1].at:
        last = ticket.solved_at
    return replace(ticket, first_solved_at=first, solved_at=last, reopens=reopens)


def _walk(moves: list[Event]) -> tuple[datetime | None, datetime | None, int]:
    """First solve, last solve that still holds, reopenings."""
    first = last = None
    reopens = 0
    solved = bool(moves) and moves[0].before in _SOLVED
    for move in moves:
        now = move.after in _SOLVED
        if now and not solved:
            first, last = first or move.at, move.at
        elif solved and not now:
            last, reopens = None, reopens + 1
        solved = now
    return first, last, reopens


def _by_given_times(ticket: Ticket) -> Ticket:
    first, last = ticket.first_solved_at, ticket.solved_at
    if last is not None and (first is None or first > last):
        first = last
    return replace(ticket, first_solved_at=first, solved_at=last if ticket.status.is_solved else None)
