"""What one clustering pass found, before topics have ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

UNGROUPED = -1


class Match(IntEnum):
    """How surely a ticket belongs to its topic; `name.lower()` is the word that people and programs see."""

    UNGROUPED = 0
    WEAK = 1
    CORE = 2
    EDITED = 3


@dataclass(frozen=True, slots=True, eq=False)
class TopicDraft:
    """A topic as found: `typical` and `edge` are positions of tickets in the input, nearest and farthest first.

    `centroid` has shape (dimensions,) and length 1; a ticket is near enough from a cosine of `threshold` on.
    """

    name: str
    words: tuple[str, ...]
    size: int
    centroid: NDArray[np.float32]
    threshold: float
    typical: tuple[int, ...]
    edge: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """For n tickets: `labels` (n,) positions of topics, -1 = ungrouped; `match` (n,) values of `Match`;

    `similarity` (n,) cosine to the centroid of the own topic, for ungrouped ones to the nearest.
    """

    labels: NDArray[np.int64]
    match: NDArray[np.uint8]
    similarity: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping(Assignment):
    """An assignment, its topics (largest first) and figures of quality by name.

    `nearest` (n,) is the best topic of each ticket, near enough or not: what to suggest for an ungrouped one.
    """

    nearest: NDArray[np.int64]
    topics: tuple[TopicDraft, ...]
    quality: Mapping[str, float]
