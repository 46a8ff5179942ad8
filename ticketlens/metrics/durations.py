"""The durations of one ticket on both clocks. No ticket makes this raise; what is odd is named in `Timing.flaws`:

solved_at_unknown_time  solved with no time anywhere: no `ttr.*`, no cycle, no wait.
solved_before_created   the solve is too early: no `ttr.*` from it. Waits count from the creation on.
replied_before_created  so is the first reply: no `reply.first`.
changes_before_created  some change of status is older than the ticket: taken as happening at its creation.
history_out_of_order    the status history goes back in time: it is put in order. Told newest first it is in order.
two_solves_at_once      two solves in one second: they are one, and what lies between is no reopening.
history_contradicts_solved_at  the history has no solve where the source says that the last one was: it decides.
no_status_history       `wait.*` are unknown. The whole span until the solve counts in `waited_seconds`, as an upper
                        bound, and the ticket has one cycle, since a reopening's moment is not known.
outside_calendar        the ticket's life leaves the years of its schedule's table: no business time.

Instants are cut to whole seconds; see `statuses.status_changes` for its gaps.
"""

from datetime import datetime
from typing import NamedTuple

from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.statuses import SOLVED, Change, goes_back, solves_twice_at_once, status_changes
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Actor, Status, Ticket
from ticketlens.model.timing import Cycle, Timing

RULES = 2
"""The number of this way of measuring. It grows with each change of what a ticket's times come out as: a store that was
measured by another number is measured again."""

REOPEN_WINDOW = 7 * 86_400  # seconds

Pair = tuple[int | None, int | None]
UNKNOWN: Pair = (None, None)
REQUESTER, AGENT, HOLD = "wait.requester", "wait.agent", "wait.hold"


def measure(ticket: Ticket, clocks: Clocks) -> Timing:
    """Durations, cycles and waits of a ticket whose solved times agree with its history (`intake.solved`).

    ttr.full        creation -> last solve; None while open, also when it was solved before.
    ttr.first       creation -> first solve.
    reply.first     creation -> first public reply by a human agent.
    wait.requester  all stretches of new, open and on hold until the last solve; wait.hold those on hold alone.
    wait.agent      all stretches in which the desk waited for the customer.
    """
    start = _epoch(ticket.created_at)
    flaws: list[str] = []
    course = _course(ticket, start, flaws)
    track = Track(ticket, start, clocks)
    waits = _waits(course, track, start)
    return Timing(
        durations={
            "ttr.full": _since(start, course.last_solve, track, "solved_before_created", flaws),
            "ttr.first": _since(start, course.first_solve, track, "solved_before_created", flaws),
            "reply.first": _since(start, _first_reply(ticket), track, "replied_before_created", flaws),
            **(waits if course.told and course.last_solve is not None else dict.fromkeys(waits, UNKNOWN)),
        },
        start=start,
        schedule=track.last.clock.schedule.name if track.last.clock else None,
        business_start=track.last.zero,
        waited_seconds=waits[REQUESTER][0] or 0,
        waiting_since=_waiting_since(course, start),
        cycles=_cycles(course, start),
        reopened_within_7_days=_reopened(ticket, course),
        flaws=_named(flaws, ticket, course, track, start),
    )


class Course(NamedTuple):
    """How a ticket's status went: the moves from `state` on as (epoch seconds, before, after), and its solves."""

    first_state: str | None
    moves: list[tuple[int, str, str]]
    first_solve: int | None
    last_solve: int | None
    told: bool

    @property
    def final(self) -> str | None:
        return self.moves[-1][2] if self.moves else self.first_state


def _epoch(at: datetime) -> int:
    return int(at.timestamp())


def _course(ticket: Ticket, start: int, flaws: list[str]) -> Course:
    changes = status_changes(ticket.history)
    told = bool(changes)
    solves = [change.at for change in changes if change.solves]
    if not solves and not any(change.reopens for change in changes):
        if ticket.status.is_solved and ticket.solved_at is None:
            flaws.append("solved_at_unknown_time")
            first = ticket.first_solved_at
            return Course(None, [], None if first is None else _epoch(first), None, told)
        changes = _ended(changes, ticket)
    moves = [(_epoch(change.at), change.before, change.after) for change in changes]
    first_state = str(moves[0][1] if moves else ticket.status)
    first = ticket.first_solved_at or ticket.solved_at if not solves or first_state in SOLVED else solves[0]
    final_solve = next((at for at, before, after in reversed(moves) if after in SOLVED and before not in SOLVED), None)
    solved = bool(moves) and moves[-1][2] in SOLVED
    return Course(first_state, moves, None if first is None else _epoch(first), final_solve if solved else None, told)


def _ended(changes: list[Change], ticket: Ticket) -> list[Change]:
    """The chain with the solve that only the fields tell of; what came after it is dropped."""
    at = ticket.solved_at
    if at is None or not ticket.status.is_solved:
        return changes
    kept = [change for change in changes if change.at <= at]
    state = kept[-1].after if kept else changes[0].before if changes else Status.NEW
    return [*kept, Change(at, state, Status.SOLVED)]


def _since(start: int, end: int | None, track: Track, flaw: str, flaws: list[str]) -> Pair:
    if end is None:
        return UNKNOWN
    if end < start:
        flaws.append(flaw)
        return UNKNOWN
    return end - start, track.age(end)


def _first_reply(ticket: Ticket) -> int | None:
    """What an agent wrote at the creation itself opened the ticket, and answers nobody."""
    if ticket.first_reply_at is not None:
        return _epoch(ticket.first_reply_at)
    created = ticket.created_at
    written = [each.at for each in ticket.messages if each.author is Actor.AGENT and each.public and each.at > created]
    if not written:
        replies = (event for event in ticket.history if event.field == "reply" and event.actor is Actor.AGENT)
        written = [event.at for event in replies if event.at > created]
    return _epoch(min(written)) if written else None


def _waits(course: Course, track: Track, start: int) -> dict[str, Pair]:
    """Seconds of the finished stretches of status, by who waited."""
    calendar = {REQUESTER: 0, AGENT: 0, HOLD: 0}
    since, age = start, track.age(start)
    business: dict[str, int | None] = dict.fromkeys(calendar, None if age is None else 0)
    for moved, before, _ in course.moves:
        at = max(moved, start)
        now = track.age(at)
        for kind in _kinds(before):
            calendar[kind] += at - since
            known = business[kind]
            business[kind] = None if known is None or now is None or age is None else known + now - age
        since, age = at, now
    return {kind: (calendar[kind], business[kind]) for kind in calendar}


def _kinds(status: str) -> tuple[str, ...]:
    if status in SOLVED:
        return ()
    if status == Status.WAITING_CUSTOMER:
        return (AGENT,)
    return (REQUESTER, HOLD) if status == Status.ON_HOLD else (REQUESTER,)


def _waiting_since(course: Course, start: int) -> int | None:
    if course.final is None or REQUESTER not in _kinds(course.final):
        return None
    return max(course.moves[-1][0], start) if course.moves else start


def _cycles(course: Course, start: int) -> tuple[Cycle, ...]:
    if course.first_state is None:
        return ()
    cycles: list[Cycle] = []
    opened: int | None = start
    if course.first_state in SOLVED:
        opened = None
        cycles += [] if course.first_solve is None else [(start, max(course.first_solve, start))]
    for moved, before, after in course.moves:
        at = max(moved, start)
        if opened is not None and after in SOLVED:
            cycles.append((opened, at))
            opened = None
        elif before in SOLVED and after not in SOLVED:
            opened = at
    return tuple(cycles if opened is None else [*cycles, (opened, None)])


def _reopened(ticket: Ticket, course: Course) -> bool | None:
    """Whether the first solve was undone in time. Where no history tells of the reopening, its moment is unknown."""
    if course.first_solve is None:
        return None
    again = next((at for at, before, after in course.moves if before in SOLVED and after not in SOLVED), None)
    if again is not None:
        return again - course.first_solve <= REOPEN_WINDOW
    return False if course.last_solve == course.first_solve and (course.told or not ticket.reopens) else None


def _named(flaws: list[str], ticket: Ticket, course: Course, track: Track, start: int) -> tuple[str, ...]:
    if not course.told:
        flaws.append("no_status_history")
    if course.moves and course.moves[0][0] < start:
        flaws.append("changes_before_created")
    if goes_back(ticket.history):
        flaws.append("history_out_of_order")
    if solves_twice_at_once(ticket.history):
        flaws.append("two_solves_at_once")
    end = max(start, course.moves[-1][0]) if course.moves else start
    clock = track.last.clock
    if clock is not None and not clock.covers(start, end):
        flaws.append("outside_calendar")
    return tuple(dict.fromkeys((*flaws, *ticket.oddities)))
