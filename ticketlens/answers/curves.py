"""From a store's cells to survival curves: one a group and period."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import BINS
from ticketlens.metrics.survival import TOO_FEW, Counts, KaplanMeier, kaplan_meier
from ticketlens.store.base import Cell

Floats = NDArray[np.float64]


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


def curves(cells: Sequence[Cell], periods: int, groups: Sequence[str | None] | None = None) -> Curves:
    """Curves of shape (groups, periods); groups in the order given, or as they come, at least one."""
    keys = tuple(dict.fromkeys(cell.group for cell in cells)) if groups is None else tuple(groups)
    keys = keys or (None,)
    number = {key: index for index, key in enumerate(keys)}
    ended = np.zeros((len(keys), periods, BINS), dtype=np.int64)
    censored = np.zeros_like(ended)
    for period, group, bin_, over, n in cells:
        if group in number:
            (ended if over else censored)[number[group], period, bin_] += n
    return Curves(keys, kaplan_meier(Counts(ended, censored)))


def known(value: Any) -> float | None:
    """A figure as JSON has it: None in place of NaN."""
    return None if np.isnan(value) else float(value)
