"""What every answer needs: the store, the zone, the clocks, and the moment that the figures are of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ticketlens.answers.curves import Histogram
from ticketlens.errors import ConfigError
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.periods import By, Period, complete, last_complete, periods
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.portion import Portion
from ticketlens.sources.state import states
from ticketlens.store.base import Question, Span, Store, Tally
from ticketlens.store.sizes import Sizes

WINDOW_WEEKS = 4
TREND_PERIODS = 26
MOST_PERIODS = 1_000
DAYS: Mapping[By, int] = {"day": 1, "week": 7, "month": 30, "quarter": 91}
USUAL_DAYS = 56
SILENT_DAYS = 14
"""After so many days without a new ticket, windows of a source that is pulled end where its tickets end."""

CALENDAR_HORIZON = 14 * 24 * 60
BUSINESS_HORIZON = 80 * 60
"""Restricted means go to 14 days, or 80 hours of business time, in minutes."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What work costs; without `cost_per_hour` nothing is known of it. The minutes of a ticket are an assumption."""

    cost_per_hour: float = 0.0
    minutes_per_ticket: float = 0.0
    currency: str = ""

    def of(self, told_seconds: int, assumed: int, told: int) -> float | None:
        """What the `told_seconds` of `told` tickets and the work on `assumed` other ones cost."""
        if not self.cost_per_hour or not told + assumed:
            return None
        return (told_seconds / 60 + assumed * self.minutes_per_ticket) / 60 * self.cost_per_hour


@dataclass(frozen=True)
class Desk:
    """One look at the store: `span` and `as_of` do not change while an answer is made."""

    store: Store
    zone: str
    clocks: Clocks
    asked: datetime | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    rates: Rates = Rates()
    pending: Callable[[], Sequence[str]] = tuple
    """Why stored times are not those of the settings, while they are computed again; nothing else."""

    _told: dict[tuple[str, ...], object] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def span(self) -> Span:
        """Raises ConfigError where there is no ticket."""
        span = self.store.span()
        if span is None:
            raise ConfigError("there are no tickets yet; import some with: ticketlens import FILE")
        return span

    @cached_property
    def as_of(self) -> datetime:
        """The moment asked for, else now; but never later than any source was read to: what came then is not known."""
        return min(self.asked or self.now(), self.span.read_to)

    @cached_property
    def past(self) -> bool:
        """Whether more was read than was known at `as_of`."""
        return self.as_of < self.span.read_to

    @cached_property
    def anchor(self) -> datetime:
        """Where trends end: `as_of`, or the last ticket where none came for long before it."""
        last = min(self.span.last, self.as_of)
        return self.as_of if self.as_of - last <= timedelta(days=SILENT_DAYS) else last

    @cached_property
    def known_to(self) -> datetime:
        """A period that ended by then is over. Files and pushes name no end of their own: time passes for them."""
        return self.as_of if self._pulled else min(self.asked or self.now(), self.now())

    @cached_property
    def _pulled(self) -> bool:
        return any(state.read_to for state in states(self.store).values())

    def over(self, period: Period) -> bool:
        """Whether all that was to come in it is there."""
        return complete(period, self.known_to) and not self._breaks_off(period)

    def _breaks_off(self, period: Period) -> bool:
        """Whether a file ends within it, earlier than its usual silent days explain."""
        if self._pulled or not period.start <= self._last_day < period.end:
            return False
        silent = (period.end - self._last_day).days - 1
        return self._usual_silence is not None and silent > self._usual_silence

    @property
    def _last_day(self) -> date:
        return self.day(min(self.span.last, self.as_of))

    @cached_property
    def _usual_silence(self) -> int | None:
        """The most days without a ticket in a row, of eight weeks before the last one; None where half were empty."""
        days = periods("day", self._last_day - timedelta(days=USUAL_DAYS), self._last_day, self.zone)
        busy = sorted({row.period for row in self.tally(Question(days, self.as_of, "arrived", EVERYTHING)) if row.n})
        if len({day // 7 for day in busy}) <= USUAL_DAYS // 14:
            return None
        return max(after - before - 1 for before, after in pairwise([-1, *busy]))

    def newest(self, by: By, count: int) -> tuple[Period, ...]:
        """The last complete periods, oldest first.

        Where no more tickets come, the last one holds the last ticket, or is the one before where that breaks off.
        """
        last = min(self.span.last, self.as_of)
        if self._pulled and self.as_of - last <= timedelta(days=SILENT_DAYS):
            return last_complete(by, count, self.as_of, self.zone)
        (final,) = periods(by, self.day(last), self.day(last), self.zone)
        return last_complete(by, count, final.end_at if self.over(final) else last, self.zone)

    def window(self, where: Filter) -> Period:
        """The days that a filter names; without any the last four complete weeks."""
        if where.first or where.last:
            first = where.first or self.day(self.span.first)
            return self.days(first, where.last or self.day(self.as_of))
        weeks = self.newest("week", WINDOW_WEEKS)
        return self.days(weeks[0].start, weeks[-1].end - timedelta(days=1))

    def days(self, first: date, last: date) -> Period:
        """The days from `first` to `last`, both included, as one period."""
        if last < first:
            raise ConfigError(f"from {first.isoformat()} is after to {last.isoformat()}; change one of them")
        (begin,), (end,) = (periods("day", day, day, self.zone) for day in (first, last))
        return Period(f"{first}..{last}", begin.start, end.end, begin.start_at, end.end_at)

    def shifted(self, period: Period, days: int) -> Period:
        return self.days(period.start + timedelta(days=days), period.end + timedelta(days=days - 1))

    def periods(self, by: By, first: date | None, last: date | None) -> tuple[Period, ...]:
        """Those that hold `first` to `last`; without `first` the last 26, the running one included."""
        final = last or self.day(self.anchor)
        start = first or final - timedelta(days=DAYS[by] * (TREND_PERIODS - 1))
        if final < start:
            raise ConfigError(f"from {start.isoformat()} is after to {final.isoformat()}; change one of them")
        if (final - start).days > MOST_PERIODS * DAYS[by]:
            raise ConfigError(f"a trend has {MOST_PERIODS} periods at most; name a later `from`, or longer periods")
        return periods(by, start, final, self.zone)

    def tally(self, question: Question) -> list[Tally]:
        """The store's tally; what was asked before in this look is remembered."""
        key = ("tally", repr(question))
        if key not in self._told:
            self._told[key] = self.store.tally(question)
        return cast(list[Tally], self._told[key])

    def sizes(self, question: Question, limit: int) -> Sizes:
        """The store's sizes of the largest groups; remembered likewise."""
        key = ("sizes", repr(question), repr(limit))
        if key not in self._told:
            self._told[key] = self.store.sizes(question, limit)
        return cast(Sizes, self._told[key])

    def facet(self, field: str, where: Filter, limit: int) -> list[tuple[str, int]]:
        """The store's facet; remembered likewise."""
        key = ("facet", field, repr(where), str(limit))
        if key not in self._told:
            self._told[key] = self.store.facet(field, where, limit=limit)
        return cast(list[tuple[str, int]], self._told[key])

    def portions(self, question: Question, figure: str) -> list[Portion]:
        """The store's portions; remembered likewise."""
        key = ("portions", figure, repr(question))
        if key not in self._told:
            self._told[key] = self.store.portions(question, figure)
        return cast(list[Portion], self._told[key])

    def histogram(
        self, question: Question, metric: str, clock: str, groups: Sequence[str | None] | None = None
    ) -> Histogram:
        """The store's histogram of these groups, or of all; remembered likewise."""
        key = (metric, clock, repr(question), repr(groups))
        if key not in self._told:
            cells = self.store.histogram(question, metric, clock, self.positions)
            self._told[key] = Histogram.of(cells, len(question.periods), groups)
        return cast(Histogram, self._told[key])

    def sized_histogram(self, question: Question, metric: str, clock: str, limit: int) -> tuple[Sizes, Histogram]:
        """The store's sizes of the largest groups, and the histogram of these; remembered, and so is that of all."""
        key = ("sized", metric, clock, repr(question), repr(limit))
        if key not in self._told:
            told = self.store.sized_histogram(question, metric, clock, self.positions, limit)
            for asked, (sizes, cells) in zip((replace(question, group_by=None), question), reversed(told), strict=True):
                found = Histogram.of(cells, len(question.periods), sizes.groups)
                self._told["sized", metric, clock, repr(asked), repr(limit)] = sizes, found
                self._told["sizes", repr(asked), repr(limit)] = sizes
        return cast(tuple[Sizes, Histogram], self._told[key])

    def positions(self, schedule: str, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        clock = self.clocks.named(schedule)
        if clock is None:
            remedy = "put them back, or wait until times are computed again"
            raise ConfigError(f"opening hours {schedule!r} are gone from the settings: {remedy}")
        return clock.positions(moments)

    def day(self, at: datetime) -> date:
        """The day of the workspace's zone at that moment."""
        return at.astimezone(ZoneInfo(self.zone)).date()
