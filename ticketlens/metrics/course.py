"""How a ticket's status went, from its history, or from its fields where no history tells of a solve."""

from datetime import datetime
from typing import NamedTuple

from ticketlens.metrics.statuses import SOLVED, Change, status_changes
from ticketlens.model.ticket import Actor, Status, Ticket

AUTOMATIC = (Actor.BOT, Actor.SYSTEM)


class Move(NamedTuple):
    """One move between two statuses, in epoch seconds.

    `end` is when the work before it was over: its own moment; but where an automation solves a ticket that waited for
    the customer, the moment at which that waiting began. Source: Plain, metrics ("effective time").
    """

    at: int
    before: str
    after: str
    end: int

    @property
    def solves(self) -> bool:
        return self.after in SOLVED and self.before not in SOLVED

    @property
    def reopens(self) -> bool:
        return self.before in SOLVED and self.after not in SOLVED


class Course(NamedTuple):
    """The moves from `first_state` on, the first and the last solve, and when the work before each was over."""

    first_state: str | None
    moves: list[Move]
    first_solve: int | None
    last_solve: int | None
    first_end: int | None
    last_end: int | None
    told: bool

    @property
    def final(self) -> str | None:
        return self.moves[-1].after if self.moves else self.first_state


def epoch(at: datetime) -> int:
    return int(at.timestamp())


def course_of(ticket: Ticket, start: int, flaws: list[str]) -> Course:
    """`start`: when the ticket's clock began; no work ends before it."""
    changes = status_changes(ticket.history)
    told = bool(changes)
    from_history = any(change.solves or change.reopens for change in changes)
    if not from_history:
        if ticket.status.is_solved and ticket.solved_at is None:
            flaws.append("solved_at_unknown_time")
            first = _seconds(ticket.first_solved_at)
            return Course(None, [], first, None, first, None, told)
        changes = _ended(changes, ticket)
    moves = _moves(changes, start)
    first_state = str(moves[0].before if moves else ticket.status)
    solves = [move for move in moves if move.solves]
    if from_history and solves and first_state not in SOLVED:
        return _of(first_state, moves, solves, solves[0].at, solves[0].end, told=told)
    first = _seconds(ticket.first_solved_at or ticket.solved_at)
    return _of(first_state, moves, solves, first, first, told=told)


def _of(
    first_state: str, moves: list[Move], solves: list[Move], first: int | None, first_end: int | None, *, told: bool
) -> Course:
    last = solves[-1] if solves and moves[-1].after in SOLVED else None
    last_solve, last_end = (last.at, last.end) if last else (None, None)
    return Course(first_state, moves, first, last_solve, first_end, last_end, told)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else epoch(at)


def _ended(changes: list[Change], ticket: Ticket) -> list[Change]:
    """The chain with the solve that only the fields tell of; what came after it is dropped."""
    at = ticket.solved_at
    if at is None or not ticket.status.is_solved:
        return changes
    kept = [change for change in changes if change.at <= at]
    state = kept[-1].after if kept else changes[0].before if changes else Status.NEW
    return [*kept, Change(at, state, Status.SOLVED)]


def _moves(changes: list[Change], start: int) -> list[Move]:
    moves: list[Move] = []
    since = start
    for change in changes:
        at = epoch(change.at)
        given_up = change.solves and change.before == Status.WAITING_CUSTOMER and change.actor in AUTOMATIC
        end = max(since, start) if given_up and at >= start else at
        moves.append(Move(at, change.before, change.after, end))
        since = at
    return moves
