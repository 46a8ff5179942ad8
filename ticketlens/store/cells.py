"""Tickets counted by period, group and bin: columns of integers until the last step, since there are many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ticketlens.metrics.bins import BINS
from ticketlens.store.base import Cell

Ints = NDArray[np.int64]
DENSE = 2**22
"""Numbers below are marked in a table of all that there can be; sorting takes longer."""


class Named(NamedTuple):
    """Names of numbered groups: `names[i]` is one of the group at `places[i]`; each group has one at least."""

    places: Ints
    names: list[str | None]


class Counted(Sequence[Cell]):
    """Cells as columns: `places` has the rows period, group (a place in `names`), bin, ended, n; shape (5, cells)."""

    def __init__(self, names: tuple[str | None, ...], places: Ints) -> None:
        self.names = names
        self.places = places

    def __len__(self) -> int:
        return int(self.places.shape[1])

    def __iter__(self) -> Iterator[Cell]:
        for period, group, bin_, ended, n in self.places.T.tolist():
            yield Cell(period, self.names[group], bin_, ended == 1, n)

    @overload
    def __getitem__(self, index: int) -> Cell: ...
    @overload
    def __getitem__(self, index: slice) -> list[Cell]: ...
    def __getitem__(self, index: int | slice) -> Cell | list[Cell]:
        return list(self)[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def columns(cells: Sequence[Cell]) -> Counted:
    """The same cells as columns."""
    if isinstance(cells, Counted):
        return cells
    names = {name: place for place, name in enumerate(dict.fromkeys(cell.group for cell in cells))}
    rows = [(cell.period, names[cell.group], cell.bin, int(cell.ended), cell.n) for cell in cells]
    return Counted(tuple(names), np.array(rows, dtype=np.int64).reshape(-1, 5).T)


class Cells:
    """Collects entries (period, group, bin, ended), each of one ticket or of `n`."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}
        self._parts: list[Ints] = []

    def add(
        self, periods: ArrayLike, groups: Iterable[str | None], bins: ArrayLike, *, ended: bool, n: ArrayLike = 1
    ) -> None:
        self._add(periods, self._numbered(groups), bins, ended, n)

    def add_named(
        self, periods: Ints, groups: Ints, bins: Ints, named: Callable[[Ints], Named], *, ended: bool
    ) -> None:
        """Groups are numbers; `named` is asked once for all of them, ascending. One of many names counts in each."""
        found, at = distinct(groups)
        told = named(found)
        numbers = np.array(self._numbered(told.names), dtype=np.int64)
        shape = (len(found), int(periods.max(initial=0)) + 1, BINS)
        cells, n = counted(np.ravel_multi_index((at, periods, bins), shape))
        at, periods, bins = np.unravel_index(cells, shape)
        entries, which = spread(at, told.places, len(found))
        self._add(periods[entries], numbers[which], bins[entries], ended, n[entries])

    def told(self) -> Counted:
        """In order of period, group and bin; those without the event first."""
        names = sorted(self._numbers, key=lambda name: name or "")
        if not names:
            return Counted((), np.zeros((5, 0), dtype=np.int64))
        rank = np.argsort([self._numbers[name] for name in names])
        periods, groups, bins, ended, counts = np.concatenate(self._parts, axis=1)
        shape = (int(periods.max(initial=0)) + 1, len(names), BINS, 2)
        places = np.ravel_multi_index((periods, rank[groups], bins, ended), shape)
        ordered, which = distinct(places)
        n = np.bincount(which, weights=counts).astype(np.int64)
        return Counted(tuple(names), np.array([*np.unravel_index(ordered, shape), n]))

    def _numbered(self, groups: Iterable[str | None]) -> list[int]:
        return [self._numbers.setdefault(group, len(self._numbers)) for group in groups]

    def _add(self, periods: ArrayLike, groups: ArrayLike, bins: ArrayLike, ended: bool, n: ArrayLike) -> None:
        columns: Sequence[ArrayLike] = (periods, groups, bins, int(ended), n)
        self._parts.append(np.array(np.broadcast_arrays(*(np.asarray(c, dtype=np.int64) for c in columns))))


def distinct(numbers: Ints) -> tuple[Ints, Ints]:
    """The numbers that there are (none below 0), ascending, and the place of each entry's among them."""
    most = int(numbers.max(initial=0)) + 1
    if most > DENSE + len(numbers):
        found, at = np.unique(numbers, return_inverse=True)
        return found, at
    there = np.zeros(most, dtype=bool)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]


def counted(numbers: Ints) -> tuple[Ints, Ints]:
    """The numbers that there are (none below 0), ascending, and how often each is there."""
    if int(numbers.max(initial=0)) > DENSE + len(numbers):
        found, n = np.unique(numbers, return_counts=True)
        return found, n
    table = np.bincount(numbers)
    found = np.flatnonzero(table)
    return found, table[found]


def spread(at: Ints, places: Ints, groups: int) -> tuple[Ints, Ints]:
    """Pairs (entry, name) for entries whose groups are `at`, and names whose groups are `places`."""
    order = np.argsort(places, kind="stable")
    each = np.bincount(places, minlength=groups)
    repeats = each[at]
    entries = np.repeat(np.arange(len(at)), repeats)
    within = np.arange(len(entries)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return entries, order[(np.cumsum(each) - each)[at][entries] + within]


def add_counted(cells: Cells, rows: Sequence[tuple[int, str | None, int, int]], *, ended: bool) -> None:
    """Count rows (period, group, bin, n)."""
    if rows:
        periods, groups, bins, n = zip(*rows, strict=True)
        cells.add(periods, groups, bins, ended=ended, n=n)
