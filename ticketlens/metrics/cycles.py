"""Cycles of a ticket, each from being opened to being solved, and whether the first solve held."""

from ticketlens.metrics.course import Course
from ticketlens.metrics.statuses import SOLVED
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Ticket
from ticketlens.model.timing import Cycle

REOPEN_WINDOW = 7 * 86_400  # seconds

Pair = tuple[int | None, int | None]
UNKNOWN: Pair = (None, None)
FIRST, LAST, SUM = "handling.first", "handling.last", "handling.sum"


def cycles_of(course: Course, created: int) -> tuple[tuple[Cycle, ...], tuple[int | None, ...]]:
    """(cycles, when the work of each was over)."""
    if course.first_state is None:
        return (), ()
    cycles: list[Cycle] = []
    ends: list[int | None] = []
    opened: int | None = created
    if course.first_state in SOLVED:
        opened = None
        if course.first_solve is not None:
            at = max(course.first_solve, created)
            cycles, ends = [(created, at)], [at]
    for move in course.moves:
        at = max(move.at, created)
        if opened is not None and move.after in SOLVED:
            cycles.append((opened, at))
            ends.append(max(move.end, created))
            opened = None
        elif move.reopens:
            opened = at
    if opened is not None:
        cycles.append((opened, None))
        ends.append(None)
    return tuple(cycles), tuple(ends)


def handling(
    cycles: tuple[Cycle, ...], ends: tuple[int | None, ...], start: int, track: Track, *, told: bool
) -> dict[str, Pair]:
    """The first, the last and the sum of the finished cycles; no cycle is known without a status history.

    One that was over before the clock began is none of the customer's.
    """
    finished = [
        _length(max(opened, start), max(end, start), track)
        for (opened, _), end in zip(cycles, ends, strict=True)
        if end is not None and told and end >= start
    ]
    if not finished:
        return dict.fromkeys((FIRST, LAST, SUM), UNKNOWN)
    calendar, business = zip(*finished, strict=True)
    known = [length for length in business if length is not None]
    whole = sum(known) if len(known) == len(finished) else None
    return {FIRST: finished[0], LAST: finished[-1], SUM: (sum(calendar), whole)}


def _length(opened: int, end: int, track: Track) -> tuple[int, int | None]:
    """A cycle that was opened while the ticket waited, and given up then, has no length."""
    until = max(opened, end)
    before, after = track.age(opened), track.age(until)
    return until - opened, None if before is None or after is None else after - before


def reopened_within_7_days(ticket: Ticket, course: Course) -> bool | None:
    """Whether the first solve was undone in time. Where no history tells of the reopening, its moment is unknown."""
    if course.first_solve is None:
        return None
    again = next((move.at for move in course.moves if move.reopens), None)
    if again is not None:
        return again - course.first_solve <= REOPEN_WINDOW
    return False if course.last_solve == course.first_solve and (course.told or not ticket.reopens) else None
