"""One way to measure a ticket: from where to where, on which clock, and which statuses count."""

from dataclasses import dataclass, replace
from functools import cached_property

from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.definition import Clock
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Status, Ticket
from ticketlens.parity.story import Story

EVERY = frozenset(str(status) for status in Status)


@dataclass(frozen=True)
class Hours:
    """The opening hours of the installation, and the same without holidays."""

    clocks: Clocks

    @cached_property
    def without_holidays(self) -> Clocks:
        return Clocks(tuple(replace(each, closed=frozenset()) for each in self.clocks.schedules))


@dataclass(frozen=True, slots=True)
class Reading:
    """`counts` are the statuses whose time counts, None all time between `start` and `end` (epoch seconds)."""

    start: int
    end: int
    clock: Clock
    counts: frozenset[str] | None = None
    holidays: bool = True
    one_schedule: bool = False

    def counting(self, statuses: frozenset[str]) -> "Reading":
        return replace(self, counts=statuses)


def length(reading: Reading, ticket: Ticket, story: Story, hours: Hours) -> int | None:
    """Seconds; None where it ends before it starts, or where no opening hours fit."""
    if reading.end < reading.start:
        return None
    if reading.counts is None:
        return _span(reading, reading.start, reading.end, ticket, hours)
    total = 0
    for stretch in story.stretches:
        since, until = max(stretch.since, reading.start), min(stretch.until, reading.end)
        if stretch.status in reading.counts and until > since:
            part = _span(reading, since, until, ticket, hours)
            if part is None:
                return None
            total += part
    return total


def _span(reading: Reading, since: int, until: int, ticket: Ticket, hours: Hours) -> int | None:
    if reading.clock == "calendar":
        return until - since
    clocks = hours.clocks if reading.holidays else hours.without_holidays
    if reading.one_schedule:
        clock = clocks.pick(ticket.group, ticket.brand)
        return clock.seconds(since, until) if clock is not None and clock.covers(since, until) else None
    track = Track(ticket, min(since, reading.start), clocks)
    before, after = track.age(since), track.age(until)
    return None if before is None or after is None else after - before
