"""The fixed log scale on which durations are counted, so that every store gives the same integers.

Bin 0 is under one minute, zero included. Bin i covers [EDGES[i - 1], EDGES[i]) seconds; the edges are 60 * 1.02^k,
rounded up to whole seconds, up to ten years. The last bin is open-ended. A figure made from bins is known to one bin's
width, 2 %.
"""

from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

TEN_YEARS = 10 * 31_557_600  # seconds, of 365.25 days


def _edges() -> tuple[int, ...]:
    edges, rise = [60], 1
    while edges[-1] < TEN_YEARS:
        edge = -(-60 * 102**rise // 100**rise)  # whole numbers only: the same edges on every machine
        edges.append(min(edge, TEN_YEARS))
        rise += 1
    return tuple(edges)


EDGES: tuple[int, ...] = _edges()
BINS: int = len(EDGES) + 1

_EDGES_ARRAY: NDArray[np.int64] = np.array(EDGES, dtype=np.int64)


def bin_of(seconds: int) -> int:
    """The bin of a duration in whole seconds."""
    return bisect_right(EDGES, seconds)


def bins_of(seconds: ArrayLike) -> NDArray[np.int64]:
    """`bin_of` for an array of whole seconds, of any shape."""
    return np.searchsorted(_EDGES_ARRAY, np.asarray(seconds), side="right").astype(np.int64)


def representatives() -> NDArray[np.float64]:
    """Seconds that stand for each bin, shape (BINS,); ends and censored ages use the same ones.

    The geometric middle of the bin's edges; 30 s for bin 0, ten years for the last.
    """
    edges = _EDGES_ARRAY.astype(np.float64)
    middles: NDArray[Any] = np.sqrt(edges[:-1] * edges[1:])
    return np.concatenate(([30.0], middles, edges[-1:]))


_REPRESENTATIVES: tuple[float, ...] = tuple(representatives().tolist())


def representative(bin_: int) -> float:
    """Seconds that stand for one bin, by the rule of `representatives`."""
    return _REPRESENTATIVES[bin_]
