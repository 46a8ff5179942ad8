"""Topics out of small dense pieces: those are joined over a graph of as many neighbours as suits the size of topics.

How far a topic reaches depends on how many tickets it has, which nobody knows before. So the pieces are first joined
over few neighbours; while the topics that this gives are large enough for more, again over more.
"""

from typing import Any

import numpy as np

from clustering.arrays import Floats, Ints
from clustering.assign import refine
from clustering.cluster import dense_pieces
from clustering.join import Between, edges_between, joined, topics_before
from clustering.neighbours import Neighbours
from clustering.smooth import graph_of
from ticketlens.model.grouping import UNGROUPED

STEPS = (4, 6, 10, 15, 20, 30, 45)
MOST_NEIGHBOURS = STEPS[-1]
OF_A_TOPIC = 0.7
"""The most neighbours that are looked at, as a share of the tickets of a topic."""

FEW, MOSTLY = 15, 0.8
"""A row belongs to its topic for sure where so much of its edges to so many neighbours does."""

SHARED, GROWTH = 0.09, 0.35
"""The share of edges from which on two pieces are one, over the most neighbours; over fewer it is larger."""


class Pieces:
    """Small dense groups of n `smoothed` rows (n, d), which stand for `counts` (n,) tickets; `near` are neighbours.

    Equal tickets hold a piece together where they are enough for a topic of their own. What stays smaller than
    `smallest` tickets is no topic, and its rows settle elsewhere.
    """

    def __init__(self, smoothed: Floats, near: Neighbours, counts: Ints, smallest: int) -> None:
        self.smoothed, self.near, self.counts, self.smallest = smoothed, near, counts, smallest
        self._crowds = np.where(counts >= smallest, counts, 1)
        self._pieces = dense_pieces(smoothed, self._crowds, smallest)
        self._settled = refine(smoothed, self._pieces, counts)
        self._graphs: dict[int, Any] = {}
        self._between: dict[int, Between] = {}
        self._larges: dict[bytes, Ints | None] = {}

    def topics(self, before: Ints | None) -> tuple[Ints, Ints] | None:
        """Groups (n,), -1 for rows between them, and the nearest group of every row (n,); None where all are too small.

        `before` (n,) is the topic that each row was in, -1 for none.
        """
        topic: Ints | None = None
        former = None if before is None else topics_before(self._settled, self._crowds, before)
        for k in _steps(self.smallest, self.near.indices.shape[1]) if self._pieces.max(initial=-1) >= 0 else ():
            if topic is not None and k > OF_A_TOPIC * self.counts.sum() / (topic.max() + 1):
                break
            large = self._large(self._joined(k, former))
            topic = large if large is not None else topic
        if topic is None:
            return None
        settled = refine(self.smoothed, topic[self._settled], self.counts)
        return np.where(self._inside(settled) >= MOSTLY, settled, UNGROUPED), settled

    def _inside(self, settled: Ints) -> Floats:
        """The share of each row's edges to its few nearest that stay in its group."""
        edges = self._graph(min(FEW, self.near.indices.shape[1])).tocoo()
        own = settled[edges.row] == settled[edges.col]
        within, whole = (np.bincount(edges.row, edges.data * told, minlength=len(settled)) for told in (own, 1))
        return (within / np.maximum(whole, 1e-12)).astype(np.float32)

    def _graph(self, k: int) -> Any:
        if k not in self._graphs:
            self._graphs[k] = graph_of(self.near, k, self._crowds)
        return self._graphs[k]

    def _joined(self, k: int, former: Ints | None) -> Ints:
        """The topic of each piece, over the graph of k neighbours."""
        if k not in self._between:
            self._between[k] = edges_between(self._graph(k), self._settled, self._crowds)
        between = self._between[k] if former is None else self._between[k].as_before(former)
        return joined(between, SHARED * (MOST_NEIGHBOURS / k) ** GROWTH)

    def _large(self, topic: Ints) -> Ints | None:
        """The topic of each piece without those that are too small; None where all are."""
        if (known := topic.tobytes()) not in self._larges:
            self._larges[known] = self._without_small(topic)
        return self._larges[known]

    def _without_small(self, topic: Ints) -> Ints | None:
        settled = refine(self.smoothed, topic[self._settled], self.counts)
        large = np.bincount(settled, self.counts, minlength=int(topic.max()) + 1) >= self.smallest
        return np.where(large, np.cumsum(large) - 1, UNGROUPED)[topic] if large.any() else None


def _steps(smallest: int, known: int) -> list[int]:
    """The numbers of neighbours to try, few first; a topic has no fewer tickets than the smallest."""
    least = min(OF_A_TOPIC * smallest, MOST_NEIGHBOURS)
    return [k for k in STEPS if least <= k <= known] or [known]
