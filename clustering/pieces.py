"""Topics out of small dense pieces: those are joined over a graph of as many neighbours as suits the size of topics.

How far a topic reaches depends on how many tickets it has, which nobody knows before. So the pieces are joined over few
neighbours, over more, and over many; what keeps most edges within topics, beyond what chance would, is taken.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clustering.arrays import Floats, Ints, centroids
from clustering.assign import refine
from clustering.cluster import dense_pieces
from clustering.join import Between, edges_between, joined, topics_before
from clustering.neighbours import Neighbours
from clustering.smooth import graph_of
from ticketlens.model.grouping import UNGROUPED

STEPS = (4, 6, 8, 12, 18, 27, 45)
MOST_NEIGHBOURS = STEPS[-1]
OF_THE_SMALLEST = 0.76
"""The fewest neighbours that are looked at, as a share of the tickets of the smallest topic."""

RESOLUTION = 0.45
"""What the edges that chance would leave within topics weigh against those that are: more finds more topics."""

NEARLY = 0.01
"""What is worth so little less is as good."""

ALIKE, STILL_ALIKE = 0.975, 0.945
"""Tickets as near to the middle of their topic as that, on average, are not parted for the sake of edges. The second is
for each topic over the most neighbours, where a store of one problem is in one piece."""

FEW, MOSTLY = 15, 0.8
"""A row belongs to its topic for sure where so much of its edges to so many neighbours does."""

SHARED, GROWTH = 0.09, 0.35
"""The share of edges from which on two pieces are one, over the most neighbours; over fewer it is larger."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Topics over k neighbours: that of every row, (n,); what they are worth; the mean cosine of tickets to the middle
    of their topic, and the least such mean of one topic."""

    k: int
    settled: Ints
    worth: float
    alike: float
    least_alike: float


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
        self._told: dict[tuple[int, bytes], Joined | None] = {}

    def topics(self, before: Ints | None) -> tuple[Ints, Ints] | None:
        """Groups (n,), -1 for rows between them, and the nearest group of every row (n,); None where all are too small.

        `before` (n,) is the topic that each row was in, -1 for none.
        """
        if not self._good:
            return None
        settled = self._good[0].settled
        if before is not None:
            likest = max(self._good, key=lambda one: agreement(one.settled, before))
            found = self._over(likest.k, topics_before(self._settled, self._crowds, before))
            settled = likest.settled if found is None else found.settled
        return np.where(self._inside(settled) >= MOSTLY, settled, UNGROUPED), settled

    @cached_property
    def _good(self) -> list[Joined]:
        """What is worth most and what is worth nearly as much, as nothing before would tell; none if all are too small.

        A store that grows stays with as many neighbours as before, while others are not clearly better.
        """
        if self._pieces.max(initial=-1) < 0:
            return []
        steps = _steps(self.smallest, self.near.indices.shape[1])
        found = [one for one in (self._over(k, None) for k in steps) if one]
        if found and found[-1].least_alike >= STILL_ALIKE:
            return found[-1:]
        first = max((at for at, one in enumerate(found) if one.alike >= ALIKE), default=0)
        ranked = sorted(found[first:], key=lambda one: -one.worth)
        return [one for one in ranked if one.worth >= ranked[0].worth - NEARLY]

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

    def _over(self, k: int, former: Ints | None) -> Joined | None:
        """Topics over the graph of k neighbours; None where all are too small."""
        if k not in self._between:
            self._between[k] = edges_between(self._graph(k), self._settled, self._crowds)
        between = self._between[k] if former is None else self._between[k].as_before(former)
        topic = joined(between, SHARED * (MOST_NEIGHBOURS / k) ** GROWTH)
        if (known := (k, topic.tobytes())) not in self._told:
            self._told[known] = self._judged(k, topic)
        return self._told[known]

    def _judged(self, k: int, topic: Ints) -> Joined | None:
        """What the topic of each piece gives, without those that are too small."""
        settled = refine(self.smoothed, topic[self._settled], self.counts)
        large = np.bincount(settled, self.counts, minlength=int(topic.max()) + 1) >= self.smallest
        if not large.any():
            return None
        left = np.where(large, np.cumsum(large) - 1, UNGROUPED)[topic]
        settled = refine(self.smoothed, left[self._settled], self.counts)
        middle = centroids(self.smoothed, settled, self.counts.astype(np.float32))
        cosines = np.einsum("ij,ij->i", self.smoothed, middle[settled]) * self.counts
        alike = np.bincount(settled, cosines) / np.maximum(np.bincount(settled, self.counts), 1)
        worth = modularity(self._graph(k), settled)
        return Joined(k, settled, worth, float(cosines.sum() / self.counts.sum()), float(alike.min()))


def modularity(graph: Any, labels: Ints) -> float:
    """The share of all edges' weight that is within groups, less `RESOLUTION` times what chance would leave there.

    Newman and Girvan, 2004; its resolution by Reichardt and Bornholdt, 2006. `graph` (n, n) is symmetric.
    """
    edges = graph.tocoo()
    whole = max(float(edges.data.sum()), 1e-12)
    ends = np.bincount(labels[edges.row], edges.data) / whole
    within = float(edges.data[labels[edges.row] == labels[edges.col]].sum()) / whole
    return within - RESOLUTION * float((ends**2).sum())


def agreement(labels: Ints, before: Ints) -> int:
    """Rows in the main former topic of their group, and rows in the main group of their former topic, together."""
    told = before >= 0
    table = np.zeros((int(labels.max()) + 1, int(before.max(initial=-1)) + 2), np.int64)
    np.add.at(table, (labels[told], before[told]), 1)
    return int(table.max(axis=0).sum() + table.max(axis=1).sum())


def _steps(smallest: int, known: int) -> list[int]:
    """The numbers of neighbours to try, few first; a topic has no fewer tickets than the smallest."""
    least = min(OF_THE_SMALLEST * smallest, MOST_NEIGHBOURS)
    return [k for k in STEPS if least <= k <= known] or [known]
