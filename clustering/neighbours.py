"""Exact nearest neighbours by blocked matrix products: no index, no seed, bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats

BLOCK_CELLS = 5_000_000  # similarities held at once: 20 MB, which stay in the processor's cache
GROUP = 16


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
    for start, block in _blocks(vectors, vectors):
        stop = start + len(block)
        block[np.arange(len(block)), np.arange(start, stop)] = -np.inf
        indices[start:stop], similarities[start:stop] = _largest(block, k)
    return Neighbours(indices, similarities)


def nearest_of_these(vectors: Floats, indices: NDArray[np.int64], k: int) -> Floats:
    """Cosines of each row to the k nearest (all, if fewer) of the rows that `indices` names for it, nearest first."""
    found = np.empty(indices.shape, np.float32)
    step = max(1, BLOCK_CELLS // max(indices.shape[1] * vectors.shape[1], 1))
    for start in range(0, len(vectors), step):
        part = slice(start, start + step)
        found[part] = np.einsum("id,ikd->ik", vectors[part], vectors[indices[part]])
    found.sort(axis=1)
    return found[:, ::-1][:, :k]


def nearest_of(queries: Floats, vectors: Floats, k: int, less: Floats) -> Neighbours:
    """The k nearest of other unit rows by cosine minus what each of them has in `less`; similarities are cosines."""
    indices = np.empty((len(queries), k), np.int64)
    similarities = np.empty((len(queries), k), np.float32)
    for start, block in _blocks(queries, vectors):
        stop = start + len(block)
        indices[start:stop], margins = _largest(np.subtract(block, less, out=block), k)
        similarities[start:stop] = margins + less[indices[start:stop]]
    return Neighbours(indices, similarities)


def mean_similarity(queries: Floats, vectors: Floats, k: int) -> Floats:
    """Mean cosine of each query to its k nearest of `vectors`."""
    means = np.empty(len(queries), np.float32)
    for start, block in _blocks(queries, vectors):
        means[start : start + len(block)] = _largest(block, k)[1].mean(axis=1)
    return means


def _blocks(queries: Floats, vectors: Floats) -> Iterator[tuple[int, Floats]]:
    """Cosines of a few queries at a time to all vectors, with the number of the first; each block overwrites the last.

    Memory that was used before is several times as fast as new memory.
    """
    step = min(max(1, BLOCK_CELLS // max(len(vectors), 1)), max(len(queries), 1))
    held = np.empty((step, len(vectors)), np.float32)
    for start in range(0, len(queries), step):
        part = queries[start : start + step]
        yield start, np.matmul(part, vectors.T, out=held[: len(part)])


def _largest(block: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """Columns and values of each row's k largest, largest first, equal ones by column."""
    count = len(block)
    limit = _reached_by(block, k)
    rows, columns = np.divmod(np.flatnonzero(block >= limit[:, None]), block.shape[1])
    values = block[rows, columns]
    order = np.lexsort((columns, -values, rows))
    first = np.searchsorted(rows, np.arange(count))
    chosen = order[first[:, None] + np.arange(k)]
    return columns[chosen], values[chosen]


def _reached_by(block: Floats, k: int) -> Floats:
    """A value that at least k of each row reach, and few more: the k-th largest of the maxima of small groups."""
    width = block.shape[1] // GROUP
    if width < 2 * k:
        return np.partition(block, block.shape[1] - k, axis=1)[:, -k]
    maxima = block[:, : GROUP * width].reshape(len(block), GROUP, width).max(axis=1)
    return np.partition(maxima, width - k, axis=1)[:, -k]
