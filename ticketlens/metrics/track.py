"""Business time along a ticket's life, where the schedule may change with the group."""

from collections.abc import Sequence
from typing import NamedTuple

from ticketlens.metrics.clock import BusinessClock, Clocks
from ticketlens.metrics.statuses import in_order
from ticketlens.model.ticket import Event, Ticket


class Leg(NamedTuple):
    """From `since` (epoch seconds) on, the business age at T is `clock.position(T) - zero`; a None is unknown."""

    since: int
    clock: BusinessClock | None
    zero: int | None

    def age(self, at: int) -> int | None:
        clock = self.clock
        if clock is None or self.zero is None or not clock.first <= at < clock.last:
            return None
        return clock.position(at) - self.zero


class Track:
    """The legs of one ticket. Once a leg has no schedule, the business age stays unknown."""

    __slots__ = ("_legs", "last")

    def __init__(self, ticket: Ticket, start: int, clocks: Clocks) -> None:
        moves = in_order(ticket.history, "group")
        self.last = _leg(clocks.pick(_first_group(ticket, moves), ticket.brand), start, 0)
        self._legs = [self.last]
        for move in moves:
            clock = clocks.pick(move.after, ticket.brand)
            if clock is not self.last.clock:
                since = max(start, int(move.at.timestamp()))
                self.last = _leg(clock, since, self.last.age(since))
                self._legs.append(self.last)

    def age(self, at: int) -> int | None:
        """Open seconds from the ticket's creation to `at`, an instant not before it."""
        if len(self._legs) == 1 or at >= self.last.since:
            return self.last.age(at)
        return next(leg for leg in reversed(self._legs) if leg.since <= at).age(at)


def groups_of(ticket: Ticket) -> tuple[str | None, ...]:
    """The groups that a ticket was in, in order: those that pick its schedules."""
    moves = in_order(ticket.history, "group")
    return (_first_group(ticket, moves), *(move.after for move in moves))


def _first_group(ticket: Ticket, moves: Sequence[Event]) -> str | None:
    return moves[0].before if moves else ticket.group


def _leg(clock: BusinessClock | None, since: int, age: int | None) -> Leg:
    if clock is None or age is None or not clock.first <= since < clock.last:
        return Leg(since, clock, None)
    return Leg(since, clock, clock.position(since) - age)
