"""The themes that a run finds above its topics, with the numbers of those that they continue."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ticketlens.engine import Engine
from ticketlens.model.topic import Topic
from ticketlens.store.base import RecordStore

NOUN = "theme"
"""One record a theme that ever was: it holds its number, so that none is used twice."""

NONE = -1
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Theming:
    store: RecordStore
    engine: Engine
    at: datetime

    def told(self, topics: Sequence[Topic], before: Mapping[int, Topic], old: Labels, new: Labels) -> list[Topic]:
        """The topics, each with the theme that was found for it.

        `old` and `new` (n,) are the topics of the same n texts before and by this run, -1 is none: a theme goes on
        where more than half of the texts of both are in both.
        """
        alive = [topic for topic in topics if topic.centroid and not topic.lost]
        found = self._labels(alive)
        label = {topic.id: int(one) for topic, one in zip(alive, found, strict=True) if one >= 0}
        was = {topic.id: topic.theme_found for topic in before.values() if topic.theme_found is not None}
        kept = self.engine.match(_of(was, old), _of(label, new), int(found.max(initial=NONE)) + 1)
        ids = [self._new() if number is None else number for number in kept]
        return [replace(topic, theme_found=ids[label[topic.id]] if topic.id in label else None) for topic in topics]

    def joined(self, made: Sequence[Topic], topics: Sequence[Topic]) -> list[Topic]:
        """Topics that came beside others: each in the theme of most topics that would now be found in one with it.

        No theme begins or ends, and the others stay where they are.
        """
        there = [topic for topic in topics if topic.centroid and not topic.retired]
        labels = self._labels([*there, *made])
        found: dict[int, Counter[int]] = {}
        for topic, label in zip(there, labels.tolist(), strict=False):
            if topic.theme_found is not None and label != NONE:
                found.setdefault(label, Counter())[topic.theme_found] += 1
        most = {label: min(counts, key=lambda one: (-counts[one], one)) for label, counts in found.items()}
        return [
            replace(topic, theme_found=most.get(label))
            for topic, label in zip(made, labels[len(there) :].tolist(), strict=True)
        ]

    def _labels(self, topics: Sequence[Topic]) -> Labels:
        if not topics:
            return np.empty(0, np.int64)
        return self.engine.themes(np.stack([np.frombuffer(topic.centroid, dtype="<f4") for topic in topics]))

    def _new(self) -> int:
        number = max((int(record.id) for record in self.store.records(NOUN)), default=0) + 1
        while self.store.put_record(NOUN, f"{number:08d}", {"at": self.at.isoformat()}, expected=0) is None:
            number += 1
        return number


def _of(theme: Mapping[int, int], topics: Labels) -> Labels:
    return np.array([theme.get(topic, NONE) for topic in topics.tolist()], dtype=np.int64)
