"""Exact nearest neighbours by blocked matrix products: no index, no seed, bounded memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats

BLOCK_CELLS = 16_000_000  # similarities held at once: 64 MB


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """`indices` (n, k) and `similarities` (n, k), nearest first; a row is never its own neighbour."""

    indices: NDArray[np.int64]
    similarities: Floats


def nearest(vectors: Floats, k: int) -> Neighbours:
    """The k nearest rows by cosine of each unit row, k < n; equally near ones in the order of their index."""
    count = len(vectors)
    indices = np.empty((count, k), np.int64)
    similarities = np.empty((count, k), np.float32)
    step = max(1, BLOCK_CELLS // max(count, 1))
    for start in range(0, count, step):
        block = vectors[start : start + step] @ vectors.T
        rows = np.arange(len(block))
        block[rows, start + rows] = -np.inf
        stop = start + len(block)
        indices[start:stop], similarities[start:stop] = _largest(block, k)
    return Neighbours(indices, similarities)


def mean_similarity(queries: Floats, vectors: Floats, k: int) -> Floats:
    """Mean cosine of each query to its k nearest of `vectors`."""
    means = np.empty(len(queries), np.float32)
    step = max(1, BLOCK_CELLS // max(len(vectors), 1))
    for start in range(0, len(queries), step):
        block = queries[start : start + step] @ vectors.T
        means[start : start + step] = _largest(block, k)[1].mean(axis=1)
    return means


def _largest(block: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    chosen = np.argpartition(block, block.shape[1] - k, axis=1)[:, -k:]
    values = np.take_along_axis(block, chosen, axis=1)
    order = np.lexsort((chosen, -values), axis=1)
    return np.take_along_axis(chosen, order, axis=1), np.take_along_axis(values, order, axis=1)
