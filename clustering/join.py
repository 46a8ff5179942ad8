"""Dense groups that are pieces of one topic are joined: there the graph of neighbours runs on from one to the other."""

from typing import Any

import numpy as np

from clustering.arrays import Ints

SHARED = 0.15


def pieces_of_one(graph: Any, labels: Ints, counts: Ints, shared: float = SHARED) -> Ints:
    """The topic of each group, shape (labels.max() + 1,): pairs are joined while the closest shares enough edges.

    How close two groups are: the weight of the edges between them as a share of all edges of the smaller one (as in
    Chameleon; Karypis, Han and Kumar, 1999). `graph` (n, n) is symmetric; label -1 belongs to no group. A row's edge
    to itself stands for those among equal tickets, and counts for each of its `counts`.
    """
    between = _edges_between(graph, labels, counts)
    topic = np.arange(len(between))
    while len(between) > 1:
        one, other = _closest(between)
        smaller = min(between[one].sum(), between[other].sum())
        if between[one, other] < shared * max(smaller, 1e-12):
            break
        _join(between, one, other)
        topic[topic == other] = one
    return np.unique(topic, return_inverse=True)[1].astype(np.int64).ravel()


def _edges_between(graph: Any, labels: Ints, counts: Ints) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Weight of all edges from group to group, inner ones on the diagonal."""
    from scipy.sparse import csr_matrix, diags

    inside = np.flatnonzero(labels >= 0)
    shape = (len(labels), int(labels.max(initial=-1)) + 1)
    member = csr_matrix((np.ones(len(inside)), (inside, labels[inside])), shape=shape)
    among_copies = diags(graph.diagonal() * (counts - 1))
    return np.asarray((member.T @ (graph + among_copies) @ member).toarray(), dtype=np.float64)


def _closest(between: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[int, int]:
    all_edges = np.maximum(between.sum(axis=1), 1e-12)
    share = between / np.minimum(all_edges[:, None], all_edges[None, :])
    np.fill_diagonal(share, -1)
    one, other = divmod(int(share.argmax()), len(between))
    return min(one, other), max(one, other)


def _join(between: np.ndarray[Any, np.dtype[np.float64]], one: int, other: int) -> None:
    """`other` goes into `one` and has no edges any more."""
    between[one] += between[other]
    between[:, one] += between[:, other]
    between[other] = 0
    between[:, other] = 0
