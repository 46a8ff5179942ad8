"""Topics out of small dense pieces: those are joined over a graph of as many neighbours as suits the size of topics.

How far a topic reaches depends on how many tickets it has, which nobody knows before. So the pieces are first joined
over few neighbours; while the topics that this gives are large enough for more, again over more.
"""

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.assign import refine
from clustering.cluster import dense_pieces
from clustering.join import pieces_of_one
from clustering.neighbours import Neighbours
from clustering.smooth import graph_of
from ticketlens.model.grouping import UNGROUPED

STEPS = (4, 6, 10, 15, 20, 30, 45)
MOST_NEIGHBOURS = STEPS[-1]
OF_A_TOPIC = 0.7
"""The most neighbours that are looked at, as a share of the tickets of a topic."""

SHARED, GROWTH = 0.09, 0.35
"""The share of edges from which on two pieces are one, over the most neighbours; over fewer it is larger."""


def topics_of_pieces(smoothed: Floats, near: Neighbours, counts: Ints, smallest: int) -> tuple[Ints, Ints] | None:
    """Dense groups (n,), -1 for noise, and the nearest group of every row (n,); None where all are too small.

    `smoothed` (n, d) rows stand for `counts` (n,) equal tickets, `near` are neighbours of each. Equal tickets hold a
    piece together where they are enough for a topic of their own. What stays smaller than `smallest` tickets is no
    topic, and its rows settle elsewhere.
    """
    crowds = np.where(counts >= smallest, counts, 1)
    pieces = dense_pieces(smoothed, crowds, smallest)
    if pieces.max(initial=-1) < 0:
        return None
    settled = refine(smoothed, pieces, counts)
    topic: Ints | None = None
    for k in _steps(smallest, near.indices.shape[1]):
        if topic is not None and k > OF_A_TOPIC * counts.sum() / (topic.max() + 1):
            break
        joined = _large(smoothed, _joined(near, k, settled, crowds), settled, counts, smallest)
        topic = joined if joined is not None else topic
    if topic is None:
        return None
    topic = np.append(topic, UNGROUPED)
    return topic[pieces], refine(smoothed, topic[settled], counts)


def _steps(smallest: int, known: int) -> list[int]:
    """The numbers of neighbours to try, few first; a topic has no fewer tickets than the smallest."""
    least = min(OF_A_TOPIC * smallest, MOST_NEIGHBOURS)
    return [k for k in STEPS if least <= k <= known] or [known]


def _joined(near: Neighbours, k: int, settled: Ints, crowds: Ints) -> Ints:
    """The topic of each piece, over the graph of k neighbours."""
    shared = SHARED * (MOST_NEIGHBOURS / k) ** GROWTH
    return pieces_of_one(graph_of(near, k, crowds), settled, crowds, shared)


def _large(smoothed: Floats, topic: Ints, settled: Ints, counts: Ints, smallest: int) -> Ints | None:
    """The topic of each piece without those that are too small; None where all are."""
    sizes = np.bincount(refine(smoothed, topic[settled], counts), counts, minlength=int(topic.max()) + 1)
    large = sizes >= smallest
    return np.where(large, np.cumsum(large) - 1, UNGROUPED)[topic] if large.any() else None
