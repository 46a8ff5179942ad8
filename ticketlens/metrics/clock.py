"""Business time: open seconds between two instants, from a table of open windows in UTC.

An instant is open when the wall clock of the schedule's zone stands inside a window. Hours that a clock change skips
are not there, hours that it repeats count twice: a night shift of 22:00-06:00 has 7 hours in spring and 9 in autumn.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ticketlens.metrics.schedule import FIRST_YEAR, LAST_YEAR, Schedule, span

DAY_SECONDS = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Ints = NDArray[np.int64]


class BusinessClock:
    """Open time of one schedule from 1 January `first_year` to 31 December `last_year`, UTC.

    `first` and `last` are the epoch seconds of the table's ends; nothing outside them is open.
    """

    def __init__(self, schedule: Schedule, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> None:
        self.schedule = schedule
        self.first = _epoch_day(date(first_year, 1, 1)) * DAY_SECONDS
        self.last = _epoch_day(date(last_year + 1, 1, 1)) * DAY_SECONDS
        starts, ends = _open_windows(schedule, self.first, self.last)
        before = np.concatenate(([0], np.cumsum(ends - starts)[:-1])) if starts.size else starts
        self._starts_array, self._ends_array, self._before_array = starts, ends, before
        self._starts, self._ends, self._before = starts.tolist(), ends.tolist(), before.tolist()

    def position(self, epoch_seconds: int) -> int:
        """Open seconds from the table's start to an instant."""
        row = bisect_right(self._starts, epoch_seconds) - 1
        if row < 0:
            return 0
        end: int = self._ends[row]
        reached = end if epoch_seconds > end else epoch_seconds
        position: int = self._before[row] + reached - self._starts[row]
        return position

    def seconds(self, start: int, end: int) -> int:
        """Open seconds from one instant to a later one, in epoch seconds."""
        return self.position(end) - self.position(start)

    def positions(self, epoch_seconds: ArrayLike) -> Ints:
        """`position` for an array of instants."""
        instants = np.asarray(epoch_seconds, dtype=np.int64)
        if not self._starts:
            return np.zeros_like(instants)
        rows = np.searchsorted(self._starts_array, instants, side="right") - 1
        at = np.maximum(rows, 0)
        open_ = np.minimum(instants, self._ends_array[at]) - self._starts_array[at]
        return np.where(rows < 0, 0, self._before_array[at] + open_)

    def covers(self, start: int, end: int) -> bool:
        """Whether both instants lie in the table."""
        return self.first <= start and end < self.last


def _epoch_day(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def _open_windows(schedule: Schedule, first: int, last: int) -> tuple[Ints, Ints]:
    starts, ends = _wall_windows(schedule, first // DAY_SECONDS - 2, last // DAY_SECONDS + 2)
    parts = [
        _cut(starts - offset, ends - offset, since, until)
        for since, until, offset in _offsets(schedule.zone, first, last)
    ]
    return _joined(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))


def _wall_windows(schedule: Schedule, first_day: int, last_day: int) -> tuple[Ints, Ints]:
    """Windows on the wall clock, as if it were UTC: seconds, ordered, over days since 1970."""
    days = np.arange(first_day, last_day, dtype=np.int64)
    other = {day for day, _ in schedule.special}
    closed = np.array([_epoch_day(day) for day in schedule.closed | other], dtype=np.int64)
    days = days[~np.isin(days, closed)]
    weekdays = (days + 3) % 7  # 1 January 1970 was a Thursday
    starts, ends = _special_windows(schedule, first_day, last_day)
    for weekday, windows in enumerate(schedule.hours):
        mondays = days[weekdays == weekday] - weekday
        for start, end in (span(weekday, window) for window in windows):
            starts.append(mondays * DAY_SECONDS + start * 60)
            ends.append(mondays * DAY_SECONDS + end * 60)
    start_column, end_column = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(start_column)
    return _joined(start_column[order], end_column[order])


def _special_windows(schedule: Schedule, first_day: int, last_day: int) -> tuple[list[Ints], list[Ints]]:
    spans = [
        (_epoch_day(day) * DAY_SECONDS + start * 60, _epoch_day(day) * DAY_SECONDS + end * 60)
        for day, windows in schedule.special
        if first_day <= _epoch_day(day) < last_day
        for start, end in (span(0, window) for window in windows)
    ]
    told = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return [told[:, 0]], [told[:, 1]]


def _offsets(zone_name: str, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Stretches (since, until, UTC offset) in seconds; the zone is asked once a day, and near a change more often."""
    zone = ZoneInfo(zone_name)
    since, offset = first, _offset(zone, first)
    for day in range(first, last, DAY_SECONDS):
        if _offset(zone, day + DAY_SECONDS) != offset:
            change = _change(zone, day, day + DAY_SECONDS)
            yield since, change, offset
            since, offset = change, _offset(zone, change)
    yield since, last, offset


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _cut(starts: Ints, ends: Ints, since: int, until: int) -> tuple[Ints, Ints]:
    low, high = np.searchsorted(ends, since, side="right"), np.searchsorted(starts, until, side="left")
    return np.maximum(starts[low:high], since), np.minimum(ends[low:high], until)


def _joined(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The same windows with those that touch or overlap made one."""
    if not starts.size:
        return starts, ends
    ends = np.maximum.accumulate(ends)
    gaps = starts[1:] > ends[:-1]
    return starts[np.concatenate(([True], gaps))], ends[np.concatenate((gaps, [True]))]


@dataclass(frozen=True)
class Clocks:
    """The business clocks of an installation, built when first asked for."""

    schedules: tuple[Schedule, ...] = ()
    first_year: int = FIRST_YEAR
    last_year: int = LAST_YEAR

    @cached_property
    def _by_name(self) -> dict[str, BusinessClock]:
        return {each.name: BusinessClock(each, self.first_year, self.last_year) for each in self.schedules}

    @cached_property
    def _picked(self) -> dict[tuple[str | None, str | None], BusinessClock | None]:
        return {}

    def named(self, name: str) -> BusinessClock | None:
        return self._by_name.get(name)

    def pick(self, group: str | None, brand: str | None) -> BusinessClock | None:
        """The first of: for this group and brand, for the group, for the brand, for everybody; None without one."""
        key = (group, brand)
        if key not in self._picked:
            schedule = best(self.schedules, group, brand)
            self._picked[key] = None if schedule is None else self._by_name[schedule.name]
        return self._picked[key]


class Scope(Protocol):
    """For whom opening hours are: these groups and brands, or all where there are none."""

    @property
    def groups(self) -> frozenset[str]: ...

    @property
    def brands(self) -> frozenset[str]: ...


Scoped = TypeVar("Scoped", bound=Scope)


def best(schedules: Sequence[Scoped], group: str | None, brand: str | None) -> Scoped | None:
    """The first of those that fit closest, in the order of `Clocks.pick`."""
    fitting = [
        each
        for each in schedules
        if (not each.groups or group in each.groups) and (not each.brands or brand in each.brands)
    ]
    return max(fitting, key=lambda each: 2 * bool(each.groups) + bool(each.brands), default=None)
