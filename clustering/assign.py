"""Who belongs to which topic: members of the dense groups, near misses (weak), and the rest, which stays ungrouped."""

import numpy as np

from clustering.arrays import Floats, Ints, centroids
from ticketlens.model.grouping import UNGROUPED, Assignment, Match

REFINEMENTS = 3
MEMBER_QUANTILE = 0.05
CLEAR_BY = np.float32(0.03)
BLOCK_ROWS = 8_192


def refine(smoothed: Floats, labels: Ints, counts: Ints, rounds: int = REFINEMENTS) -> Ints:
    """Every row to the nearest centroid in the smoothed space, then `rounds` times again from the new centroids."""
    if labels.max(initial=-1) < 0:
        return labels
    weights = counts.astype(np.float32)
    for _ in range(rounds + 1):
        before, labels = labels, nearest_topic(smoothed, centroids(smoothed, labels, weights))
        if np.array_equal(labels, before):
            break
    return labels


def thresholds(similarities: Floats, labels: Ints, topics: int, junk_similarity: float) -> Floats:
    """From which cosine on a ticket is near enough to each topic.

    The 5th percentile of the topic's members; where word salad comes nearer than that, its own nearness
    (`junk_similarity`), but never more than the members' lower quartile.
    """
    limits = np.ones(topics, np.float32)
    for topic in range(topics):
        own = similarities[labels == topic]
        if len(own):
            low, quartile = np.quantile(own, (MEMBER_QUANTILE, 0.25))
            limits[topic] = max(low, min(junk_similarity, quartile))
    return limits


def assign_new(vectors: Floats, topic_centroids: Floats, topic_thresholds: Floats) -> Assignment:
    """Tickets that came after the last full run: the nearest topic, where near enough, in the unsmoothed space.

    Core where no other topic is nearly as near, else weak. A zero vector (no text) stays ungrouped.
    """
    if not len(topic_centroids):
        return nobody(len(vectors))
    labels, similarities, clear = _nearest(vectors, topic_centroids)
    inside = (similarities >= topic_thresholds[labels]) & vectors.any(axis=1)
    match = np.where(clear >= CLEAR_BY, Match.CORE, Match.WEAK)
    return Assignment(
        np.where(inside, labels, UNGROUPED), np.where(inside, match, Match.UNGROUPED).astype(np.uint8), similarities
    )


def nearest_topic(vectors: Floats, topic_centroids: Floats) -> Ints:
    """The nearest centroid of each row, however far."""
    if not len(topic_centroids):
        return np.full(len(vectors), UNGROUPED)
    labels = np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        labels[part] = (vectors[part] @ topic_centroids.T).argmax(axis=1)
    return labels


def nobody(count: int) -> Assignment:
    """All `count` tickets ungrouped."""
    return Assignment(np.full(count, UNGROUPED), np.zeros(count, np.uint8), np.zeros(count, np.float32))


def _nearest(rows: Floats, targets: Floats) -> tuple[Ints, Floats, Floats]:
    """Label of the nearest target, cosine to it, and by how much the next one is farther."""
    labels = np.empty(len(rows), np.int64)
    best = np.empty(len(rows), np.float32)
    clear = np.full(len(rows), np.inf, np.float32)
    for start in range(0, len(rows), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        block = rows[part] @ targets.T
        own = np.arange(len(block))
        labels[part] = block.argmax(axis=1)
        best[part] = block[own, labels[part]]
        if len(targets) > 1:
            block[own, labels[part]] = -np.inf
            clear[part] = best[part] - block.max(axis=1)
    return labels, best, clear
