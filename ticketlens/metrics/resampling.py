"""How sure a split of a mean into mix and speed is: tickets drawn again, with replacement, within each side.

Source: Efron 1979, percentile intervals. Tickets are drawn from the cells (group, bin, ended) of a histogram. Where
there are many cells, neighbouring bins are joined first; what that moves is taken out of the intervals again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import representatives

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 1_000
SEED = 20_221  # the same counts give the same intervals
MOST_CELLS = 2_500
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Of each resample and group, shape (resamples, groups): its share of the tickets, and its restricted mean.

    The first row is the histogram itself. A group without a ticket in a resample has the mean NaN.
    """

    shares: Floats
    means: Floats


@dataclass(frozen=True, eq=False)
class Spread:
    """95 % intervals by group, each (low, high) of shape (groups,) around 0, and of the sums over all groups."""

    speed: tuple[Floats, Floats]
    mix: tuple[Floats, Floats]
    total: tuple[Floats, Floats]
    all_speed: tuple[float, float]
    all_mix: tuple[float, float]
    change: tuple[float, float]


def spread(before: tuple[Ints, Ints], after: tuple[Ints, Ints], tau: float, resamples: int = RESAMPLES) -> Spread:
    """How far each effect strays when the tickets of both sides are drawn again.

    A side is (ended, censored), each (groups, BINS); `tau`, the horizon of the means, and the intervals are in seconds.
    """
    random = np.random.default_rng(SEED)
    width = _width(before, after)
    old, new = (draw(side, tau, random, resamples, width) for side in (before, after))
    speed, mix = effects(old, new)
    return Spread(
        _around(speed), _around(mix), _around(speed + mix), _ends(speed.sum(axis=1)), _ends(mix.sum(axis=1)),
        _ends((speed + mix).sum(axis=1)),
    )  # fmt: skip


def effects(old: Drawn, new: Drawn) -> tuple[Floats, Floats]:
    """(speed, mix) by resample and group: the formula of `mix.split`; a group that is new or gone has no speed."""
    there, was = ~np.isnan(new.means), ~np.isnan(old.means)
    m0, m1 = np.where(was, old.means, 0.0), np.where(there, new.means, 0.0)
    middle = ((old.shares * m0).sum(axis=1) + (new.shares * m1).sum(axis=1))[:, None] / 2
    speed = np.where(was & there, (m1 - m0) * (old.shares + new.shares) / 2, 0.0)
    own = np.where(was & there, (m0 + m1) / 2, np.where(there, m1, m0))
    return speed, (new.shares - old.shares) * (own - middle)


def draw(side: tuple[Ints, Ints], tau: float, random: np.random.Generator, resamples: int, width: int = 1) -> Drawn:
    ended, censored = (_joined(part, width) for part in side)
    times = _times(width)
    counts = np.stack((ended, censored), axis=2)
    cells = np.argwhere(counts > 0)
    n = counts[tuple(cells.T)]
    found = _resampled(n, random, resamples)
    groups, means = ended.shape[0], np.full((resamples + 1, ended.shape[0]), np.nan)
    sizes = np.zeros((resamples + 1, groups))
    for group in range(groups):
        mine = cells[:, 0] == group
        if mine.any():
            sizes[:, group], means[:, group] = _mean(found[:, mine], cells[mine, 1], cells[mine, 2] == 0, times, tau)
    return Drawn(sizes / max(int(n.sum()), 1), means)


def _resampled(n: Ints, random: np.random.Generator, resamples: int) -> Ints:
    """Row 0: the counts themselves; each other row as many tickets drawn from them, by ticket or by cell."""
    total = int(n.sum())
    if not total:
        return np.zeros((resamples + 1, 0), dtype=np.int64)
    if total > 4 * n.size:
        drawn = random.multinomial(total, n / total, size=resamples)
    else:
        owner = np.repeat(np.arange(n.size), n)
        rows = np.arange(resamples)[:, None] * n.size
        picked = owner[random.integers(0, total, size=(resamples, total), dtype=np.int32)] + rows
        drawn = np.bincount(picked.ravel(), minlength=resamples * n.size).reshape(resamples, n.size)
    return np.concatenate((n[None, :], drawn))


def _mean(found: Ints, bins: Ints, is_end: NDArray[np.bool_], times: Floats, tau: float) -> tuple[Floats, Floats]:
    """(tickets, restricted mean) of each row, by Kaplan-Meier over the bins that the group has."""
    steps, place = np.unique(bins, return_inverse=True)
    ended, leaving = np.zeros((found.shape[0], steps.size)), np.zeros((found.shape[0], steps.size))
    ended[:, place[is_end]] = found[:, is_end]
    leaving[:, place[is_end]] = found[:, is_end]
    leaving[:, place[~is_end]] += found[:, ~is_end]
    at_risk = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
    survival = np.cumprod(1 - ended / np.maximum(at_risk, 1), axis=1)
    edges = np.minimum(np.append(times[steps], tau), tau)
    size = at_risk[:, 0]
    return size, np.where(size > 0, edges[0] + survival @ np.diff(edges), np.nan)


def _width(*sides: tuple[Ints, Ints]) -> int:
    """How many neighbouring bins are joined so that no side has more than `MOST_CELLS` cells."""
    for width in WIDTHS:
        if max(sum(int((_joined(part, width) > 0).sum()) for part in side) for side in sides) <= MOST_CELLS:
            return width
    return WIDTHS[-1]


def _joined(counts: Ints, width: int) -> Ints:
    if width == 1:
        return counts
    rest = -counts.shape[1] % width
    padded = np.pad(counts, ((0, 0), (0, rest)))
    return np.asarray(padded.reshape(counts.shape[0], -1, width).sum(axis=2))


def _times(width: int) -> Floats:
    """The time of each joined bin: the middle one of its bins'."""
    times = representatives()
    return times if width == 1 else times[np.minimum(np.arange(0, times.size, width) + width // 2, times.size - 1)]


def _around(drawn: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(drawn[1:], (0.025, 0.975), axis=0) - drawn[0]
    return low, high


def _ends(drawn: Floats) -> tuple[float, float]:
    low, high = _around(drawn)
    return float(low), float(high)
