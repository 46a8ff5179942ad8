"""Lengths of what had not ended, or ended at a moment asked for: rows of a store as bins of the log scale."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import bins_of
from ticketlens.metrics.periods import Period
from ticketlens.store.base import Cell, Positions
from ticketlens.store.codec import seconds

Ints = NDArray[np.int64]
Counts = Counter[tuple[int, str | None, int, bool]]
"""Tickets by (period, group, bin, ended)."""


class Length(NamedTuple):
    """From `start` to `stop`: epoch seconds, or a start on the open seconds of `schedule` for business time."""

    period: int
    group: str | None
    stop: int
    start: int
    schedule: str | None


def add_lengths(count: Counts, lengths: Sequence[Length], clock: str, positions: Positions, *, ended: bool) -> None:
    """Count each by the bin of its length on the clock; one below zero counts as zero."""
    spent = _calendar(lengths) if clock == "calendar" else _business(lengths, positions)
    for one, number in zip(lengths, bins_of(np.maximum(spent, 0)).tolist(), strict=True):
        count[one.period, one.group, number, ended] += 1


def cells(count: Counts) -> list[Cell]:
    """In order of period, group, bin."""
    ordered = sorted(count.items(), key=lambda item: (item[0][0], item[0][1] or "", *item[0][2:]))
    return [Cell(*place, n) for place, n in ordered]


def by_day(periods: Sequence[Period]) -> dict[int, int]:
    """The number of the period of each day (an ordinal)."""
    return {
        day: index
        for index, period in enumerate(periods)
        for day in range(period.start.toordinal(), period.end.toordinal())
    }


def by_moment(periods: Sequence[Period], moments: Iterable[int]) -> Iterator[int | None]:
    """The number of the period of each moment (epoch seconds)."""
    starts = [seconds(period.start_at) for period in periods]
    for at in moments:
        number = bisect_right(starts, at) - 1
        yield number if number >= 0 and at < seconds(periods[number].end_at) else None


def _calendar(lengths: Sequence[Length]) -> Ints:
    return np.array([one.stop - one.start for one in lengths], dtype=np.int64)


def _business(lengths: Sequence[Length], positions: Positions) -> Ints:
    spent = np.zeros(len(lengths), dtype=np.int64)
    by_schedule: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(lengths):
        by_schedule[one.schedule or ""].append(index)
    for schedule, indices in by_schedule.items():
        stops = np.array([lengths[index].stop for index in indices], dtype=np.int64)
        starts = np.array([lengths[index].start for index in indices], dtype=np.int64)
        spent[indices] = positions(schedule, stops) - starts
    return spent
