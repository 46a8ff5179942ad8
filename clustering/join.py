"""Dense groups that are pieces of one topic are joined: there the graph of neighbours runs on from one to the other."""

from collections import Counter
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from clustering.arrays import Ints

CLEARLY = 2.0
"""By how much closer than others two groups must be that were two topics before, and how much less two of one topic."""

NEARLY_ALL = 0.8

Edges = list[dict[int, float]]
"""By group the weight of its edges to each other one."""


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """Weights of the edges between groups, and of all edges of each, inner ones with them."""

    edges: Edges
    whole: list[float]

    def as_before(self, topics: list[int]) -> "Between":
        """Edges heavier within a former topic and lighter between two of them; `topics` of each group, -1 for none.

        So what was one topic is parted, and what was two is joined, only where that is clear.
        """
        return Between([
            {other: weight * _trust(topics[one], topics[other]) for other, weight in own.items()}
            for one, own in enumerate(self.edges)
        ], self.whole)  # fmt: skip


def joined(between: Between, shared: float) -> Ints:
    """The topic of each group, (groups,): pairs are joined while the closest shares enough edges.

    How close two groups are: the weight of the edges between them as a share of all edges of the smaller one (as in
    Chameleon; Karypis, Han and Kumar, 1999).
    """
    edges, whole = [dict(own) for own in between.edges], list(between.whole)
    topic = np.arange(len(edges))
    closest = [(-_share(edges, whole, one, other), one, other) for one in range(len(edges)) for other in edges[one]]
    closest = [pair for pair in closest if pair[1] < pair[2]]
    heapify(closest)
    while closest and -closest[0][0] >= shared:
        told, one, other = heappop(closest)
        if other not in edges[one] or told != -_share(edges, whole, one, other):
            continue  # one of the two was joined with another since
        _join(edges, whole, one, other)
        topic[topic == other] = one
        for third in edges[one]:
            heappush(closest, (-_share(edges, whole, one, third), min(one, third), max(one, third)))
    return np.unique(topic, return_inverse=True)[1].astype(np.int64).ravel()


def edges_between(graph: Any, labels: Ints, counts: Ints) -> Between:
    """What `joined` goes by: `graph` (n, n) is symmetric, and label -1 of `labels` (n,) belongs to no group.

    A row's edge to itself stands for those among equal tickets, and counts for each of its `counts` (n,).
    """
    from scipy.sparse import csr_matrix, diags

    inside = np.flatnonzero(labels >= 0)
    shape = (len(labels), int(labels.max(initial=-1)) + 1)
    member = csr_matrix((np.ones(len(inside)), (inside, labels[inside])), shape=shape)
    among_copies = diags(graph.diagonal() * (counts - 1))
    between = (member.T @ (graph + among_copies) @ member).tocsr()
    whole = np.maximum(np.asarray(between.sum(axis=1), dtype=np.float64).ravel(), 1e-12)
    between.setdiag(0)
    between.eliminate_zeros()
    between.sort_indices()
    rows = [slice(*between.indptr[at : at + 2]) for at in range(shape[1])]
    edges = [dict(zip(between.indices[own].tolist(), between.data[own].tolist(), strict=True)) for own in rows]
    return Between(edges, whole.tolist())


def topics_before(labels: Ints, counts: Ints, before: Ints) -> list[int]:
    """The topic in which nearly all tickets of each group were before, -1 where there is none such."""
    tallies: list[Counter[int]] = [Counter() for _ in range(int(labels.max(initial=-1)) + 1)]
    for label, topic, count in zip(labels.tolist(), before.tolist(), counts.tolist(), strict=True):
        if label >= 0:
            tallies[label][topic] += count
    return [max((topic for topic, n in own.items() if n >= NEARLY_ALL * own.total()), default=-1) for own in tallies]


def _trust(one: int, other: int) -> float:
    if min(one, other) < 0:
        return 1.0
    return CLEARLY if one == other else 1 / CLEARLY


def _share(edges: Edges, whole: list[float], one: int, other: int) -> float:
    return edges[min(one, other)][max(one, other)] / min(whole[one], whole[other])


def _join(edges: Edges, whole: list[float], one: int, other: int) -> None:
    """`other` goes into `one` and has no edges any more."""
    del edges[one][other]
    for third, weight in edges[other].items():
        if third != one:
            edges[one][third] = edges[third][one] = edges[one].get(third, 0.0) + weight
            del edges[third][other]
    edges[other] = {}
    whole[one] += whole[other]
