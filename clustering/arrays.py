"""Shapes of arrays that several steps share, and unit rows."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def unit_rows(rows: Floats) -> Floats:
    """Each row at length 1; a zero row stays zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = (rows / np.maximum(length, np.float32(1e-12))).astype(np.float32, copy=False)
    return scaled


def centroids(rows: Floats, labels: Ints, weights: Floats) -> Floats:
    """Weighted mean direction of each label's rows, shape (labels.max() + 1, columns); label -1 is left out."""
    from scipy.sparse import csr_matrix

    inside = labels >= 0
    topics = int(labels.max(initial=-1)) + 1
    where = (labels[inside], np.flatnonzero(inside))
    sums = csr_matrix((weights[inside], where), shape=(topics, len(rows)), dtype=np.float64) @ rows
    return unit_rows(np.asarray(sums, dtype=np.float32))
