"""A run is held to what people did: parts of a split, and topics that are kept apart, stay topics of their own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Vectors = NDArray[np.float32]

AT_HOME = 1 / 3
"""The least share of a topic's texts that makes the topic found with most of them its home."""


@dataclass(frozen=True, slots=True, eq=False)
class Divided:
    """`labels` (n,) after the division; `kept` has the id of each label that a division gave to a topic of people."""

    labels: Labels
    kept: Mapping[int, int]


def groups(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Topics that any chain of pairs binds together, each group and all groups in order."""
    home: dict[int, set[int]] = {}
    for one, other in pairs:
        joined = home.get(one, {one}) | home.get(other, {other})
        for topic in joined:
            home[topic] = joined
    return sorted({id(group): sorted(group) for group in home.values()}.values())


def divide(
    labels: Labels, old: Labels, vectors: Vectors, centroids: Mapping[int, Vectors], pairs: Iterable[tuple[int, int]]
) -> Divided:
    """Where two topics of a group would become one, each of its texts goes to the nearer of their middles.

    `labels` (n,) are those found, `old` (n,) the ids of the topics that the texts were in; -1 is none.
    """
    labels, kept, free = labels.copy(), dict[int, int](), int(labels.max(initial=-1)) + 1
    for group in groups(pairs):
        homes: dict[int, list[int]] = defaultdict(list)
        for topic in group:
            home = _home(labels, old, topic) if topic in centroids else None
            if home is not None:
                homes[home].append(topic)
        for home, topics in homes.items():
            if len(topics) > 1:
                own = np.flatnonzero(labels == home)
                nearest = (vectors[own] @ np.stack([centroids[topic] for topic in topics]).T).argmax(axis=1)
                for position, topic in enumerate(topics):
                    label = home if position == 0 else free + position - 1
                    labels[own[nearest == position]] = label
                    kept[label] = topic
                free += len(topics) - 1
    return Divided(labels, kept)


def _home(labels: Labels, old: Labels, topic: int) -> int | None:
    """The label that most of the topic's texts have now, where that is a good part of them."""
    own = labels[old == topic]
    inside = own[own >= 0]
    if not len(inside):
        return None
    counts = np.bincount(inside)
    best = int(counts.argmax())
    return best if counts[best] >= AT_HOME * len(own) else None


def middle(vectors: Vectors) -> Vectors:
    """The unit vector of their mean."""
    mean = vectors.mean(axis=0)
    unit: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return unit


def ids_of(found: Sequence[int | None], kept: Mapping[int, int], labels: int) -> list[int | None]:
    """The id of each of `labels` labels: what a division gave, else what the match found, no id twice."""
    given = set(kept.values())
    matched = [one if one not in given else None for one in (*found, *[None] * (labels - len(found)))]
    return [kept.get(label, matched[label]) for label in range(labels)]
