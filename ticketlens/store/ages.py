"""Lengths of what had not ended, or ended at a moment asked for: rows of a store as bins of the log scale."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import bins_of
from ticketlens.metrics.periods import Period
from ticketlens.store.base import Positions
from ticketlens.store.cells import Cells
from ticketlens.store.codec import seconds

Ints = NDArray[np.int64]


class Length(NamedTuple):
    """From `start` to `stop`: epoch seconds, or for business time a start on the open seconds of `schedule`."""

    period: int
    group: str | None
    stop: int
    start: int
    schedule: str | None


def add_lengths(cells: Cells, lengths: Iterable[Length], clock: str, positions: Positions, *, ended: bool) -> None:
    """Count each by the bin of its length on the clock; one below zero counts as zero."""
    kept = list(lengths)
    spent = _calendar(kept) if clock == "calendar" else _business(kept, positions)
    cells.add([one.period for one in kept], (one.group for one in kept), bins_of(np.maximum(spent, 0)), ended=ended)


def by_day(periods: Sequence[Period], rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows (day, …) with the number of the period in place of the day (an ordinal), those outside left out."""
    number = {
        day: index
        for index, period in enumerate(periods)
        for day in range(period.start.toordinal(), period.end.toordinal())
    }
    for day, *rest in rows:
        if day in number:
            yield (number[day], *rest)


def by_moment(periods: Sequence[Period], rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows (epoch seconds, …) with the number of the period in place of the moment, those outside left out."""
    starts = [seconds(period.start_at) for period in periods]
    for at, *rest in rows:
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < seconds(periods[number].end_at):
            yield (number, *rest)


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
