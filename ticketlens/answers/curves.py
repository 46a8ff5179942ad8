"""From a store's cells to survival curves: one a group and period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import BINS
from ticketlens.metrics.survival import TOO_FEW, Counts, KaplanMeier, kaplan_meier
from ticketlens.store.base import Cell
from ticketlens.store.cells import columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Histogram:
    """Tickets by (group, period, bin): those with the event and those without; at least one group."""

    groups: tuple[str | None, ...]
    ended: Ints
    censored: Ints

    @classmethod
    def of(cls, cells: Sequence[Cell], periods: int, groups: Sequence[str | None] | None = None) -> "Histogram":
        """Of these groups in the order given, or of all that there are."""
        told = columns(cells)
        keys = (told.names if groups is None else tuple(groups)) or (None,)
        number = {key: index for index, key in enumerate(keys)}
        counts = np.zeros((2, len(keys), periods, BINS), dtype=np.int64)
        period, place, bins, ended, n = told.places
        group = np.array([number.get(name, -1) for name in told.names], dtype=np.int64)[place]
        kept = group >= 0
        np.add.at(counts, (ended[kept], group[kept], period[kept], bins[kept]), n[kept])
        return cls(keys, counts[1], counts[0])

    def pooled(self, name: Callable[[str | None], str | None]) -> "Histogram":
        """Groups of one name as one, in order of their first."""
        names = [name(group) for group in self.groups]
        keys = tuple(dict.fromkeys(names))
        number = {key: index for index, key in enumerate(keys)}
        return Histogram(keys, *(_added(part, [number[one] for one in names]) for part in (self.ended, self.censored)))

    def picked(self, groups: Sequence[str | None]) -> "Histogram":
        """These groups in the order given, without a ticket where they are not there."""
        number = {key: index for index, key in enumerate(self.groups)}
        rows = [number.get(group, -1) for group in groups]
        found = np.array([row >= 0 for row in rows], dtype=bool)[:, None, None]
        return Histogram(tuple(groups), self.ended[rows] * found, self.censored[rows] * found)

    def beside(self, other: "Histogram") -> "Histogram":
        """The periods of both, side by side."""
        keys = tuple(dict.fromkeys((*self.groups, *other.groups)))
        one, two = self.picked(keys), other.picked(keys)
        ended, censored = ((one.ended, two.ended), (one.censored, two.censored))
        return Histogram(keys, np.concatenate(ended, axis=1), np.concatenate(censored, axis=1))


def _added(counts: Ints, numbers: Sequence[int]) -> Ints:
    """Rows of the same number as one row."""
    total = np.zeros((max(numbers) + 1, *counts.shape[1:]), dtype=np.int64)
    np.add.at(total, list(numbers), counts)
    return total


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves by (group, period); figures in minutes, NaN where not reached or with fewer than 20 ends."""

    groups: tuple[str | None, ...]
    estimate: KaplanMeier

    def quantile(self, q: float) -> Floats:
        return self._shown(self.estimate.quantiles(q))

    def interval(self, q: float) -> tuple[Floats, Floats]:
        low, high = self.estimate.quantile_intervals(q)
        return self._shown(low), self._shown(high)

    def mean(self, horizon: float) -> tuple[Floats, Floats]:
        """(restricted mean to `horizon` minutes, its standard error), both in minutes."""
        mean, error = self.estimate.restricted_means(horizon * 60)
        return self._shown(mean), self._shown(error)

    @property
    def too_few(self) -> NDArray[np.bool_]:
        return np.asarray(self.estimate.events < TOO_FEW)

    def _shown(self, seconds: Floats) -> Floats:
        return np.where(self.too_few, np.nan, seconds / 60)


def curves(histogram: Histogram) -> Curves:
    """Curves of shape (groups, periods)."""
    return Curves(histogram.groups, kaplan_meier(Counts(histogram.ended, histogram.censored)))


def known(value: Any) -> float | None:
    """A figure as JSON has it: None in place of NaN."""
    return None if np.isnan(value) else float(value)
