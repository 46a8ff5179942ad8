"""What every answer needs: the store, the zone, the clocks, and the moment that the figures are of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ticketlens.answers.curves import Histogram
from ticketlens.errors import ConfigError
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.periods import By, Period, last_complete, periods
from ticketlens.model.filter import Filter
from ticketlens.model.portion import Portion
from ticketlens.store.base import Question, Span, Store, Tally

WINDOW_WEEKS = 4
TREND_PERIODS = 26
MOST_PERIODS = 1_000
DAYS: Mapping[By, int] = {"day": 1, "week": 7, "month": 30, "quarter": 91}
SILENT_DAYS = 14
"""After so many days without a new ticket, windows end where the tickets end."""

CALENDAR_HORIZON = 14 * 24 * 60
BUSINESS_HORIZON = 80 * 60
"""Restricted means go to 14 days, or 80 hours of business time, in minutes."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What work costs; without `cost_per_hour` nothing is known of it. The minutes of a ticket are an assumption."""

    cost_per_hour: float = 0.0
    minutes_per_ticket: float = 0.0
    currency: str = ""


@dataclass(frozen=True)
class Desk:
    """One look at the store: `span` and `as_of` do not change while an answer is made."""

    store: Store
    zone: str
    clocks: Clocks
    asked: datetime | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    rates: Rates = Rates()
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
    def anchor(self) -> datetime:
        """Where windows end: `as_of`, or the last ticket where none came for long before it."""
        last = min(self.span.last, self.as_of)
        return self.as_of if self.as_of - last <= timedelta(days=SILENT_DAYS) else last

    def window(self, where: Filter) -> Period:
        """The days that a filter names; without any the last four complete weeks."""
        if where.first or where.last:
            first = where.first or self.day(self.span.first)
            return self.days(first, where.last or self.day(self.as_of))
        weeks = last_complete("week", WINDOW_WEEKS, self.anchor, self.zone)
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

    def positions(self, schedule: str, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        clock = self.clocks.named(schedule)
        if clock is None:
            remedy = "put them back, or wait until times are computed again"
            raise ConfigError(f"opening hours {schedule!r} are gone from the settings: {remedy}")
        return clock.positions(moments)

    def day(self, at: datetime) -> date:
        """The day of the workspace's zone at that moment."""
        return at.astimezone(ZoneInfo(self.zone)).date()
