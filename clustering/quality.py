"""Figures of quality that need no truth."""

import numpy as np

from clustering.arrays import Floats
from ticketlens.model.grouping import Assignment, Match

SAMPLE = 2_000


def figures(assignment: Assignment, vectors: Floats, topics: int) -> dict[str, float]:
    """`topics`, shares of tickets (`coverage`, `core`, `weak`, `largest`), and the cosine `silhouette` of a sample."""
    count = max(len(assignment.labels), 1)
    grouped = np.flatnonzero(assignment.labels >= 0)
    sizes = np.bincount(assignment.labels[grouped], minlength=1)
    return {
        "topics": float(topics),
        "coverage": len(grouped) / count,
        "core": float((assignment.match == Match.CORE).sum()) / count,
        "weak": float((assignment.match == Match.WEAK).sum()) / count,
        "largest": float(sizes.max()) / count,
        "silhouette": _silhouette(vectors[grouped], assignment.labels[grouped]),
    }


def _silhouette(vectors: Floats, labels: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Rousseeuw, 1987, on an even sample; 0 where there is no second topic to be apart from."""
    from sklearn.metrics import silhouette_score

    by_label = np.argsort(labels, kind="stable")
    chosen = by_label[:: max(1, -(-len(labels) // SAMPLE))]
    topics = len(set(labels[chosen].tolist()))
    if not 1 < topics < len(chosen):
        return 0.0
    return float(silhouette_score(vectors[chosen], labels[chosen], metric="cosine"))
