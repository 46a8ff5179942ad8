"""Dense groups that are pieces of one topic are joined: there the graph of neighbours runs on from one to the other."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Ints

Doubles = NDArray[np.float64]

CLEARLY = 2.0
"""By how much closer than others two groups must be that were two topics before, and how much less two of one topic."""

NEARLY_ALL = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """Weights of the edges between groups, (groups, groups) and 0 within each; of all of each, inner ones with them."""

    edges: Doubles
    whole: Doubles

    def as_before(self, topics: Ints) -> "Between":
        """Edges heavier within a former topic and lighter between two of them; `topics` of each group, -1 for none.

        So what was one topic is parted, and what was two is joined, only where that is clear.
        """
        known = (topics >= 0)[:, None] & (topics >= 0)
        trust = np.where(topics[:, None] == topics, CLEARLY, 1 / CLEARLY)
        return Between(np.where(known, self.edges * trust, self.edges), self.whole)


def joined(between: Between, shared: float) -> Ints:
    """The topic of each group, (groups,): pairs are joined while the closest shares enough edges.

    How close two groups are: the weight of the edges between them as a share of all edges of the smaller one (as in
    Chameleon; Karypis, Han and Kumar, 1999).
    """
    edges, whole = between.edges.copy(), between.whole.copy()
    topic = np.arange(len(whole))
    shares = edges / np.minimum(whole[:, None], whole)
    closest, share = shares.argmax(axis=1), shares.max(axis=1)
    while share.max() >= shared:
        one = int(share.argmax())
        other = int(closest[one])
        _join(edges, whole, one, other)
        topic[topic == other] = one
        anew = edges[one] / np.minimum(whole[one], whole)
        closer = (anew > share) | ((anew == share) & (one < closest))
        closest[closer], share[closer] = one, anew[closer]
        for stale in np.flatnonzero(~closer & ((closest == one) | (closest == other))).tolist():
            own = edges[stale] / np.minimum(whole[stale], whole)
            closest[stale], share[stale] = own.argmax(), own.max()
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
    edges = (member.T @ (graph + among_copies) @ member).toarray()
    whole = np.maximum(edges.sum(axis=1), 1e-12)
    np.fill_diagonal(edges, 0)
    return Between(edges, whole)


def topics_before(labels: Ints, counts: Ints, before: Ints) -> Ints:
    """The topic in which nearly all tickets of each group were before, -1 where there is none such."""
    tallies: list[Counter[int]] = [Counter() for _ in range(int(labels.max(initial=-1)) + 1)]
    for label, topic, count in zip(labels.tolist(), before.tolist(), counts.tolist(), strict=True):
        if label >= 0:
            tallies[label][topic] += count
    nearly_all = [[topic for topic, n in own.items() if n >= NEARLY_ALL * own.total()] for own in tallies]
    return np.array([max(own, default=-1) for own in nearly_all], np.int64)


def _join(edges: Doubles, whole: Doubles, one: int, other: int) -> None:
    """`other` goes into `one` and has no edges any more."""
    edges[one] += edges[other]
    edges[one, [one, other]] = 0
    edges[other] = 0
    edges[:, one] = edges[one]
    edges[:, other] = 0
    whole[one] += whole[other]
