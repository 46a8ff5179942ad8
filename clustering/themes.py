"""Themes above topics: topics whose middles lie nearer together than chance would put them, or none.

Average linkage of the middles, cut where few merges of a cloud of the same spread still are. Where the topics do not
merge below that height clearly more often than such clouds do, the data has one level only.
"""

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats, Ints, unit_rows
from ticketlens.model.grouping import UNGROUPED

Heights = NDArray[np.float64]

FEWEST_TOPICS = 6
FEWEST_MERGES = 2
CLOUDS = 10
SHARES_BY_CHANCE = (0.3, 0.2, 0.1, 0.05)
"""The cut: the height below which this share of the merges of clouds lies; the first at which the topics merge clearly
more often is taken."""

CLEARER_THAN_CHANCE = 1.15
"""By how much more merges must lie below it than in any of the clouds."""


def themes(middles: Floats) -> Ints:
    """The theme of each topic (t,), numbered from 0 by the first topic, -1 for one that stands alone.

    `middles` (t, d) are unit rows. The order of topics changes nothing but the numbers.
    """
    alone = np.full(len(middles), UNGROUPED)
    if len(middles) < FEWEST_TOPICS:
        return alone
    order = np.lexsort(middles.T)
    rows = middles[order]
    tree, by_chance = _linkage(rows), [_linkage(_cloud(rows, seed))[:, 2] for seed in range(CLOUDS)]
    height = _height(tree[:, 2], np.array(by_chance))
    if height is None:
        return alone
    labels = np.empty(len(rows), np.int64)
    labels[order] = _cut(tree, height)
    return _numbered(labels)


def _height(merges: Heights, by_chance: Heights) -> float | None:
    """Where to cut, from the heights of t - 1 merges and of those of the clouds, shape (clouds, t - 1)."""
    for share in SHARES_BY_CHANCE:
        height = float(np.quantile(by_chance, share))
        most = int((by_chance < height).sum(axis=1).max())
        if int((merges < height).sum()) >= CLEARER_THAN_CHANCE * max(most, FEWEST_MERGES):
            return height
    return None


def _linkage(rows: Floats) -> Heights:
    """The tree of merges, by cosine distance around the middle of all; equal rows merge at zero."""
    from scipy.cluster.hierarchy import linkage

    centred = unit_rows(rows - rows.mean(axis=0))
    apart = np.clip(1 - centred @ centred.T, 0, 2).astype(np.float64)
    tree: Heights = linkage(apart[np.triu_indices(len(rows), 1)], "average")
    return tree


def _cut(tree: Heights, height: float) -> Ints:
    from scipy.cluster.hierarchy import fcluster

    return np.asarray(fcluster(tree, np.nextafter(height, 0), "distance"), dtype=np.int64)


def _cloud(rows: Floats, seed: int) -> Floats:
    """As many unit rows of a normal distribution with the same mean and covariance."""
    middle = rows.mean(axis=0)
    mixed = np.random.default_rng(seed).standard_normal((len(rows), len(rows)), dtype=np.float32)
    return unit_rows(middle + mixed @ (rows - middle) / np.float32(np.sqrt(len(rows))))


def _numbered(labels: Ints) -> Ints:
    """Groups of two and more by their first topic, -1 for the others."""
    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    large = counts > 1
    numbers = np.full(len(counts), UNGROUPED)
    numbers[np.flatnonzero(large)[np.argsort(first[large])]] = np.arange(int(large.sum()))
    return numbers[inverse]
