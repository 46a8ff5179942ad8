"""The durations of one ticket on both clocks. No ticket makes this raise; what is odd is named in `Timing.flaws`:

solved_at_unknown_time  solved with no time anywhere: no `ttr.*`, no cycle, no wait.
solved_before_created   the solve is too early: no `ttr.*` from it. Waits and cycles count from the creation on, and are
                        unknown where all was over by then.
solved_before_begun     so it is where an agent opened the ticket, and solved it before the customer wrote at all.
replied_before_created  so is the first reply: no `reply.first`.
changes_before_created  some change of status is older than the ticket: taken as happening at its creation.
history_out_of_order    the status history goes back in time: it is put in order. Told newest first it is in order.
two_solves_at_once      two solves in one second: they are one, and what lies between is no reopening.
history_contradicts_solved_at  the history has no solve where the source says that the last one was: it decides.
no_status_history       `wait.*` and `handling.*` are unknown. The whole span until the solve counts in
                        `waited_seconds`, as an upper bound, and the ticket has one cycle, since a reopening's moment
                        is not known.
outside_calendar        the ticket's life leaves the years of its schedule's table: no business time.

Instants are cut to whole seconds; see `statuses.status_changes` for its gaps.
"""

from ticketlens.metrics import replies
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.course import Course, course_of, epoch
from ticketlens.metrics.cycles import UNKNOWN, Pair, cycles_of, handling, reopened_within_7_days
from ticketlens.metrics.replies import Wait
from ticketlens.metrics.statuses import SOLVED, goes_back, solves_twice_at_once
from ticketlens.metrics.targets import Span, Targets
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Status, Ticket
from ticketlens.model.timing import Timing

RULES = 3
"""The number of this way of measuring. It grows with each change of what a ticket's times come out as: a store that was
measured by another number is measured again."""

NO_TARGETS = Targets()
REQUESTER, AGENT, HOLD = "wait.requester", "wait.agent", "wait.hold"


def measure(ticket: Ticket, clocks: Clocks, targets: Targets = NO_TARGETS) -> Timing:
    """Durations, cycles and waits of a ticket whose solved times agree with its history (`intake.solved`).

    All but the waits begin with the clock: at the creation, or where an agent opened the ticket at the customer's first
    message. A solve by an automation, of a ticket that waited for the customer, ends `ttr.*` and `handling.*` at the
    moment where that waiting began.

    ttr.full        start -> last solve; None while open, also when it was solved before.
    ttr.first       start -> first solve.
    reply.first     start -> first public reply by a human agent.
    reply.next      the customer's first message without an answer, after a human reply -> the next such reply.
    wait.requester  all stretches of new, open and on hold until the last solve; wait.hold those on hold alone.
    wait.agent      all stretches in which the desk waited for the customer.
    handling.*      the first, the last and the sum of the finished cycles from open to solved.
    """
    created, begun = epoch(ticket.created_at), replies.begun_at(ticket)
    start = epoch(begun)
    flaws: list[str] = []
    course = course_of(ticket, start, flaws)
    track = Track(ticket, start, clocks)
    waits = _waits(course, track, start)
    cycles, ends = cycles_of(course, created)
    replied = replies.replies(ticket, begun)
    first = replies.first_reply(ticket, begun, replied)
    wait = replies.next_wait(ticket, first, replied, course)
    early = "solved_before_created" if start == created else "solved_before_begun"
    spans = _spans(start, course, first, wait)
    held = targets.held(ticket, spans, track)
    return Timing(
        durations={
            "ttr.full": _since(start, course.last_end, track, early, flaws),
            "ttr.first": _since(start, course.first_end, track, early, flaws),
            "reply.first": _since(start, first, track, "replied_before_created", flaws),
            "reply.next": _length(wait, track),
            **(waits if course.told and _ends_after(start, course) else dict.fromkeys(waits, UNKNOWN)),
            **handling(cycles, ends, start, track, told=course.told),
        },
        start=created,
        started=None if start == created else start,
        schedule=track.last.clock.schedule.name if track.last.clock else None,
        business_start=track.last.zero,
        waited_seconds=waits[REQUESTER][0] or 0,
        waiting_since=_waiting_since(course, start),
        cycles=cycles,
        ends=ends,
        reopened_within_7_days=reopened_within_7_days(ticket, course),
        replied_at=first,
        next_since=wait.since if wait else None,
        next_reply_at=wait.until if wait else None,
        next_business_start=_business_start(wait, track),
        one_touch=replies.one_touch(ticket, replied),
        targeted=held.targeted,
        breach_at=held.breach_at,
        flaws=_named(flaws, ticket, course, track, start),
    )


def _ends_after(start: int, course: Course) -> bool:
    return course.last_solve is not None and course.last_solve >= start


def _since(start: int, end: int | None, track: Track, flaw: str, flaws: list[str]) -> Pair:
    if end is None:
        return UNKNOWN
    if end < start:
        flaws.append(flaw)
        return UNKNOWN
    return end - start, track.age(end)


def _length(wait: Wait | None, track: Track) -> Pair:
    if wait is None or wait.until is None:
        return UNKNOWN
    before, after = track.age(wait.since), track.age(wait.until)
    return wait.until - wait.since, None if before is None or after is None else after - before


def _business_start(wait: Wait | None, track: Track) -> int | None:
    """Where the open seconds of the last schedule stood when the wait began, as `Timing.business_start` has it."""
    if wait is None or track.last.zero is None or (age := track.age(wait.since)) is None:
        return None
    return track.last.zero + age


def _spans(start: int, course: Course, first: int | None, wait: Wait | None) -> dict[str, Span | None]:
    """What each target is held against; a solve ends the wait for a reply."""
    return {
        "ttr.full": _span(start, course.last_end),
        "ttr.first": _span(start, course.first_end),
        "reply.first": _span(start, course.last_solve if first is None else first),
        "reply.next": None if wait is None else Span(*wait),
    }


def _span(start: int, end: int | None) -> Span | None:
    return None if end is not None and end < start else Span(start, end)


def _waits(course: Course, track: Track, start: int) -> dict[str, Pair]:
    """Seconds of the finished stretches of status, by who waited."""
    calendar = {REQUESTER: 0, AGENT: 0, HOLD: 0}
    since, age = start, track.age(start)
    business: dict[str, int | None] = dict.fromkeys(calendar, None if age is None else 0)
    for move in course.moves:
        at = max(move.at, start)
        now = track.age(at)
        for kind in _kinds(move.before):
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
    return max(course.moves[-1].at, start) if course.moves else start


def _named(flaws: list[str], ticket: Ticket, course: Course, track: Track, start: int) -> tuple[str, ...]:
    if not course.told:
        flaws.append("no_status_history")
    if course.moves and course.moves[0].at < epoch(ticket.created_at):
        flaws.append("changes_before_created")
    if goes_back(ticket.history):
        flaws.append("history_out_of_order")
    if solves_twice_at_once(ticket.history):
        flaws.append("two_solves_at_once")
    end = max(start, course.moves[-1].at) if course.moves else start
    clock = track.last.clock
    if clock is not None and not clock.covers(start, end):
        flaws.append("outside_calendar")
    return tuple(dict.fromkeys((*flaws, *ticket.oddities)))
