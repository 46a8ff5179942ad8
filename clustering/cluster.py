"""Dense groups by HDBSCAN in a few dimensions; the smallest group that counts is a rule of the number of tickets."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats, Ints

DIMENSIONS = 20
FEWEST = 4
PIECES = 8
FEWEST_IN_A_PIECE = 3


def smallest_topic(tickets: int) -> int:
    """Fewest tickets that make a topic: 4 in a tiny store, 10 of 1,000, 40 of 10,000, 98 of 60,000.

    Linear (0.4 %) where it was measured, between 2,500 and 10,000; by the cube root below 1,000 and the square
    root above 10,000, so that neither a small store stays empty nor a large one hides its small topics.
    """
    if tickets <= 1_000:
        return max(FEWEST, round(10 * float(np.cbrt(tickets / 1_000))))
    if tickets <= 10_000:
        return max(10, round(0.004 * tickets))
    return round(40 * sqrt(tickets / 10_000))


def principal_components(rows: Floats, dimensions: int = DIMENSIONS) -> NDArray[np.float64]:
    """Rows in their first principal axes, each axis turned so that its largest loading is positive."""
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :dimensions]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    reduced: NDArray[np.float64] = centred @ (axes * np.where(largest < 0, -1.0, 1.0))
    return reduced


def dense_groups(rows: Floats, counts: Ints, smallest: int) -> Ints:
    """A label for each of n distinct rows, -1 for noise; row i stands for `counts[i]` equal tickets.

    HDBSCAN (Campello, Moulavi and Sander, 2013), excess of mass. Where the whole store is one crowd, the
    denser half of it is the one group.
    """
    return _grouped(rows, counts, smallest, "eom")


def dense_pieces(rows: Floats, counts: Ints, smallest: int) -> Ints:
    """The same, but the finest dense groups there are (HDBSCAN's leaves), from an eighth of the smallest topic on."""
    return _grouped(rows, counts, max(FEWEST_IN_A_PIECE, smallest // PIECES), "leaf")


def _grouped(rows: Floats, counts: Ints, smallest: int, chosen: str) -> Ints:
    if int(counts.sum()) < smallest:
        return np.full(len(rows), -1)
    if len(rows) == 1:
        return np.zeros(1, np.int64)
    points, owner = _with_copies(principal_components(rows), counts, smallest)
    labels, _ = _hdbscan(points, smallest, chosen, single=False)
    if labels.max() < 0:
        labels, strength = _hdbscan(points, smallest, chosen, single=True)
        labels[strength < np.median(strength)] = -1
    first = np.searchsorted(owner, np.arange(len(rows)))
    return np.asarray(labels[first], dtype=np.int64)


def _with_copies(points: NDArray[np.float64], counts: Ints, most: int) -> tuple[NDArray[np.float64], Ints]:
    """Equal tickets as points a small step apart on an axis of their own.

    At distance zero their density would be infinite and would break up every topic around them. No more than
    `most` copies count: enough to be a topic alone, never enough to split in two.
    """
    copies = np.minimum(counts, most)
    owner = np.repeat(np.arange(len(points)), copies)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(copies) - copies, copies)
    if copies.max() == 1:
        return points, owner
    return np.column_stack([points[owner], number * _typical_step(points)]), owner


def _typical_step(points: NDArray[np.float64]) -> float:
    from scipy.spatial import cKDTree

    distances, _ = cKDTree(points).query(points, k=2)
    return max(float(np.median(distances[:, 1])) / 2, 1e-6)


def _hdbscan(points: NDArray[np.float64], smallest: int, chosen: str, single: bool) -> tuple[Ints, NDArray[np.float64]]:
    """Labels, and how deep in its group each point lies, 0 to 1."""
    from hdbscan import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=smallest,
        min_samples=1,
        cluster_selection_method=chosen,
        allow_single_cluster=single,
        core_dist_n_jobs=1,
    )
    labels = np.asarray(model.fit_predict(points), dtype=np.int64)
    return labels, np.asarray(model.probabilities_, dtype=np.float64)
