"""Why a helpdesk's figure is another than ours: ways of counting are tried in order until one gives their figure.

First each way alone, then two of them together. What reproduces nothing is told as not explained.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ticketlens.metrics.definition import Clock
from ticketlens.model.ticket import Status, Ticket
from ticketlens.parity.reading import EVERY, Hours, Reading, length
from ticketlens.parity.reasons import Reason
from ticketlens.parity.story import Story, story_of

Why = tuple[tuple[Reason, str], ...]
Way = tuple[Reason, str, Reading]

RESOLUTIONS = ("ttr.full", "ttr.first")
WAITS: Mapping[str, frozenset[str]] = {
    "wait.requester": frozenset({Status.NEW, Status.OPEN, Status.ON_HOLD}),
    "wait.agent": frozenset({Status.WAITING_CUSTOMER}),
    "wait.hold": frozenset({Status.ON_HOLD}),
}
_SOLVED = frozenset({str(Status.SOLVED), str(Status.CLOSED)})
_HOLD, _WAITING = frozenset({str(Status.ON_HOLD)}), frozenset({str(Status.WAITING_CUSTOMER)})


@dataclass(frozen=True, slots=True)
class Case:
    """One figure of one ticket, ours and theirs, in seconds; `calendar` is ours on the calendar clock.

    `ends` are moments in their own row, by column.
    """

    ticket: Ticket
    metric: str
    clock: Clock
    ours: int | None
    theirs: int
    calendar: int | None
    hours: Hours
    zones: tuple[str, ...] = ()
    tolerance: int = 60
    ends: Mapping[str, int] = field(default_factory=dict)

    def fits(self, figure: int | None) -> bool:
        return figure is not None and abs(figure - self.theirs) <= self.tolerance


def explain(case: Case) -> Why:
    """The reasons that together give their figure; empty where none are found."""
    story = story_of(case.ticket)
    if case.ours is None and (found := _without_ours(case, story)):
        return found
    base = _base(case, story)
    if base is None:
        return ()
    alone = list(_ways(case, story, base))
    own = [(Reason.OWN_TIME, name, replace(base, end=end)) for name, end in case.ends.items()]
    return _first_that_fits(case, story, [*alone, *own]) or _shifted(case, base) or _pair(case, story, [*alone, *own])


def _base(case: Case, story: Story) -> Reading | None:
    """How ours was measured: the start and the end between which our calendar time lies."""
    if case.metric in WAITS:
        end = story.solves[-1] if story.solves else None
        return None if end is None else Reading(story.created, end, case.clock, WAITS[case.metric])
    if case.metric not in (*RESOLUTIONS, "reply.first"):
        return None
    if case.calendar is None:
        return Reading(story.created, story.created, case.clock)
    ends = {*story.solves, *story.waits.values(), *story.closes, *story.human_replies}
    starts = [start for start in story.starts if start + case.calendar in ends]
    start = starts[0] if starts else story.created
    return Reading(start, start + case.calendar, case.clock)


def _ways(case: Case, story: Story, base: Reading) -> Iterator[Way]:
    """Each single way of counting otherwise than `base`, in the order of the table of reasons."""
    other: Clock = "calendar" if base.clock == "business" else "business"
    if base.clock == case.clock and base.end > base.start:
        yield Reason.OTHER_CLOCK, other, replace(base, clock=other)
    ends = _reply_ends(story, base) if case.metric == "reply.first" else _solve_ends(case.metric, story, base)
    for reason, end in ends:
        if end != base.end:
            yield reason, "", replace(base, end=end)
    if base.start != story.created:
        yield Reason.FROM_CREATION, "", replace(base, start=story.created)
    if story.first_customer is not None and base.start != story.first_customer:
        yield Reason.FROM_CUSTOMER, "", replace(base, start=story.first_customer)
    if base.clock == "business":
        yield Reason.ONE_SCHEDULE, "", replace(base, one_schedule=True)
        yield Reason.NO_HOLIDAYS, "", replace(base, holidays=False)
    if case.metric != "reply.first":
        yield from _other_statuses(case.metric, base)


def _solve_ends(metric: str, story: Story, base: Reading) -> Iterator[tuple[Reason, int]]:
    if len(story.solves) > 1:
        yield (Reason.LAST_SOLVE, story.solves[-1]) if metric == "ttr.first" else (Reason.FIRST_SOLVE, story.solves[0])
    for solve, began in story.waits.items():
        if base.end == began:
            yield Reason.AUTOMATIC_CLOSE, solve
        if base.end == solve:
            yield Reason.WAITING_BEGAN, began
    for close in reversed(story.closes):
        if close > base.end:
            yield Reason.CLOSED, close


def _reply_ends(story: Story, base: Reading) -> Iterator[tuple[Reason, int]]:
    for reason, times in ((Reason.BOT_REPLY, story.bot_replies), (Reason.PRIVATE_NOTE, story.private_notes)):
        if times:
            yield reason, times[0]
    if story.human_replies and story.human_replies[0] <= story.created:
        yield Reason.OPENING_MESSAGE, story.human_replies[0]
    later = [at for at in story.human_replies if at > base.end]
    if later:
        yield Reason.SECOND_REPLY, later[0]


def _other_statuses(metric: str, base: Reading) -> Iterator[Way]:
    counts = EVERY if base.counts is None else base.counts
    if metric in RESOLUTIONS or metric == "wait.requester":
        yield Reason.WITHOUT_HOLD, "", base.counting(counts - _HOLD)
    if metric in RESOLUTIONS:
        yield Reason.WITHOUT_WAITING, "", base.counting(counts - _WAITING)
        yield Reason.WITHOUT_SOLVED, "", base.counting(counts - _SOLVED)
    if metric in ("wait.requester", "wait.agent"):
        yield Reason.WITH_SOLVED, "", base.counting(counts | _SOLVED)


def _first_that_fits(case: Case, story: Story, ways: list[Way]) -> Why:
    for reason, detail, reading in ways:
        if case.fits(length(reading, case.ticket, story, case.hours)):
            return ((reason, detail),)
    return ()


def _pair(case: Case, story: Story, alone: list[Way]) -> Why:
    for reason, detail, reading in alone:
        for second, more, both in _ways(case, story, reading):
            if second is not reason and case.fits(length(both, case.ticket, story, case.hours)):
                return ((reason, detail), (second, more))
    return ()


def _without_ours(case: Case, story: Story) -> Why:
    """Where we have no figure: the ticket is open, and was solved before or has waits so far."""
    if case.ticket.status.is_solved:
        return ()
    if case.metric in WAITS and story.stretches:
        end = story.stretches[-1].until
        so_far = Reading(story.created, end, case.clock, WAITS[case.metric])
        return ((Reason.STILL_OPEN, ""),) if case.fits(length(so_far, case.ticket, story, case.hours)) else ()
    if case.metric not in RESOLUTIONS:
        return ()
    for end in reversed(story.solves):
        base = Reading(story.created, end, case.clock)
        if case.fits(length(base, case.ticket, story, case.hours)):
            return ((Reason.REOPENED, ""),)
        if found := _first_that_fits(case, story, list(_ways(case, story, base))):
            return ((Reason.REOPENED, ""), *found)
    return ()


def _shifted(case: Case, base: Reading) -> Why:
    if case.ours is None or case.clock != "calendar":
        return ()
    for zone in case.zones:
        first, last = _offset(zone, base.start), _offset(zone, base.end)
        if first != last and case.fits(case.ours + last - first):
            return ((Reason.CLOCK_CHANGE, zone),)
        if any(offset and case.fits(case.ours + sign * offset) for offset in {first, last} for sign in (1, -1)):
            return ((Reason.ZONE, zone),)
    return ()


def _offset(zone: str, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
