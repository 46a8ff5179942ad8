"""Neighbour smoothing: each vector moves towards those that share its neighbourhood, so that dense regions separate."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags

from clustering.arrays import Floats, Ints, unit_rows
from clustering.neighbours import Neighbours

ROUNDS = 8
SHARE = np.float32(0.5)
COMMON = 0.7
MANY_PROBLEMS, ONE_PROBLEM = 0.5, 0.7
MARKED, LOOKS = 500_000, 50_000
"""Flags and looks at flags held at once, while shared neighbours are counted: both stay in the processor's cache."""


def less_of_the_mean(rows: Floats) -> Floats:
    """Unit rows without most of what all tickets have in common: fewer of them are everybody's neighbour.

    Where one problem fills the store the mean is that problem, and stays: it is 0.2 to 0.5 long in stores of many
    problems, and 0.7 to 0.8 in one problem (all-MiniLM-L6-v2).
    """
    mean = rows.mean(axis=0, dtype=np.float64)
    many_problems = np.clip((ONE_PROBLEM - np.linalg.norm(mean)) / (ONE_PROBLEM - MANY_PROBLEMS), 0, 1)
    return unit_rows(rows - (COMMON * many_problems * mean).astype(np.float32))


def shared_neighbour_graph(neighbours: Neighbours) -> Any:
    """Symmetric sparse (n, n): Jaccard index of the two neighbourhoods on each edge, twice where the edge is mutual.

    A neighbourhood holds the ticket itself. Shared neighbours as similarity: Jarvis and Patrick, 1973.
    """
    count, k = neighbours.indices.shape
    shared = shared_neighbours(neighbours.indices).ravel()
    weights = shared / (2 * (k + 1) - shared)
    directed = csr_matrix((weights, neighbours.indices.ravel(), np.arange(0, len(shared) + 1, k)), shape=(count, count))
    return (directed + directed.T).tocsr()


def shared_neighbours(indices: Ints) -> Floats:
    """How many neighbours each row has in common with each of its own, (n, k), both themselves counted.

    A block of rows at a time marks its neighbours in lines of n flags, where those of its neighbours look.
    """
    count, k = indices.shape
    around = np.column_stack([np.arange(count), indices])
    shared = np.empty((count, k), np.float32)
    step = min(count, max(1, MARKED // count, LOOKS // (k * (k + 1))))
    marked, line = np.zeros(step * count, np.bool_), np.arange(step) * count
    for start in range(0, count, step):
        block = around[start : start + step]
        lines = line[: len(block)]
        own = block + lines[:, None]
        marked[own] = True
        looks = around[block[:, 1:]] + lines[:, None, None]
        shared[start : start + step] = np.count_nonzero(marked[looks], axis=2)
        marked[own] = False
    return shared


def held_by_copies(graph: Any, counts: Ints, k: int) -> Any:
    """The graph with an edge to itself for each copy of a row, up to k: all neighbours that equal tickets share."""
    return graph + diags(2 * np.minimum(counts - 1, k).astype(np.float32))


def graph_of(near: Neighbours, k: int, counts: Ints) -> Any:
    """The graph of the k nearest of each row, equal ones among them; `counts` (n,) tickets are equal to each."""
    few = Neighbours(np.ascontiguousarray(near.indices[:, :k]), near.similarities[:, :k])
    return held_by_copies(shared_neighbour_graph(few), counts, few.indices.shape[1])


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
