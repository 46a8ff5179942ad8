"""Tickets counted by period, group and bin: columns of integers until the last step, since there are many."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ticketlens.metrics.bins import BINS
from ticketlens.store.base import Cell

Ints = NDArray[np.int64]


class Cells:
    """Collects entries (period, group, bin, ended), each of one ticket or of `n`."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}
        self._parts: list[Ints] = []

    def add(
        self, periods: ArrayLike, groups: Iterable[str | None], bins: ArrayLike, *, ended: bool, n: ArrayLike = 1
    ) -> None:
        self._add(periods, self._numbered(groups), bins, ended, n)

    def add_topics(self, periods: Ints, topics: Ints, bins: Ints, *, ended: bool) -> None:
        """Groups are topics as numbers, 0 is none."""
        found, places = np.unique(topics, return_inverse=True)
        numbers = self._numbered(str(topic) if topic else None for topic in found.tolist())
        self._add(periods, np.array(numbers, dtype=np.int64)[places], bins, ended, 1)

    def told(self) -> list[Cell]:
        """In order of period, group and bin; those without the event first."""
        names = sorted(self._numbers, key=lambda name: name or "")
        if not names:
            return []
        rank = np.argsort([self._numbers[name] for name in names])
        periods, groups, bins, ended, counts = np.concatenate(self._parts, axis=1)
        shape = (int(periods.max(initial=0)) + 1, len(names), BINS, 2)
        places = np.ravel_multi_index((periods, rank[groups], bins, ended), shape)
        ordered, which = np.unique(places, return_inverse=True)
        n = np.bincount(which, weights=counts).astype(np.int64)
        periods, groups, bins, ended = np.unravel_index(ordered, shape)
        of_group = (names[number] for number in groups.tolist())
        return list(map(Cell, periods.tolist(), of_group, bins.tolist(), (ended == 1).tolist(), n.tolist()))

    def _numbered(self, groups: Iterable[str | None]) -> list[int]:
        return [self._numbers.setdefault(group, len(self._numbers)) for group in groups]

    def _add(self, periods: ArrayLike, groups: ArrayLike, bins: ArrayLike, ended: bool, n: ArrayLike) -> None:
        columns: Sequence[ArrayLike] = (periods, groups, bins, int(ended), n)
        self._parts.append(np.array(np.broadcast_arrays(*(np.asarray(c, dtype=np.int64) for c in columns))))


def add_counted(cells: Cells, rows: Sequence[tuple[int, str | None, int, int]], *, ended: bool) -> None:
    """Count rows (period, group, bin, n)."""
    if rows:
        periods, groups, bins, n = zip(*rows, strict=True)
        cells.add(periods, groups, bins, ended=ended, n=n)
