"""Neighbour smoothing: each vector moves towards those that share its neighbourhood, so that dense regions separate."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags

from clustering.arrays import Floats, Ints
from clustering.neighbours import Neighbours

ROUNDS = 8
SHARE = np.float32(0.5)


def shared_neighbour_graph(neighbours: Neighbours) -> Any:
    """Symmetric sparse (n, n): Jaccard index of the two neighbourhoods on each edge, twice where the edge is mutual.

    A neighbourhood holds the ticket itself. Shared neighbours as similarity: Jarvis and Patrick, 1973.
    """
    count, k = neighbours.indices.shape
    rows = np.repeat(np.arange(count), k)
    columns = neighbours.indices.ravel()
    ones = np.ones(count * (k + 1), np.float32)
    own = np.column_stack([np.arange(count), neighbours.indices]).ravel()
    around = csr_matrix((ones, own, np.arange(0, len(own) + 1, k + 1)), shape=(count, count))
    shared = np.concatenate([_shared(around, rows[part], columns[part]) for part in _parts(len(rows))])
    weights = shared / (2 * (k + 1) - shared)
    directed = csr_matrix((weights, columns, np.arange(0, len(columns) + 1, k)), shape=(count, count))
    return (directed + directed.T).tocsr()


def held_by_copies(graph: Any, counts: Ints, k: int) -> Any:
    """The graph with an edge to itself for each copy of a row, up to k: all neighbours that equal tickets share."""
    return graph + diags(2 * np.minimum(counts - 1, k).astype(np.float32))


def smooth(vectors: Floats, graph: Any, rounds: int = ROUNDS) -> Floats:
    """`rounds` times the unit mean of a row and the weighted mean of its neighbours; rows without any stay."""
    weight = np.maximum(np.asarray(graph.sum(axis=1), dtype=np.float32).ravel(), np.float32(1e-9))
    stay = diags(np.full(len(vectors), 1 - SHARE, np.float32))
    step = (stay + diags(SHARE / weight) @ graph).astype(np.float32).tocsr()
    rows = vectors
    for _ in range(rounds):
        rows = step @ rows
        rows /= np.maximum(np.sqrt(np.einsum("ij,ij->i", rows, rows)), np.float32(1e-12))[:, None]
    return rows


def _parts(edges: int, step: int = 200_000) -> list[slice]:
    return [slice(start, start + step) for start in range(0, edges, step)]


def _shared(around: Any, rows: np.ndarray[Any, Any], columns: np.ndarray[Any, Any]) -> Floats:
    both = around[rows].multiply(around[columns])
    return np.asarray(both.sum(axis=1), dtype=np.float32).ravel()
