"""The middle of some tickets, by which new ones find a topic that a person made."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from ticketlens.edits.shape import Key
from ticketlens.engine import Engine
from ticketlens.intake.visible import name_key
from ticketlens.model.grouping import TopicDraft
from ticketlens.model.topic import Topic
from ticketlens.store.base import Store, Vectors
from ticketlens.store.places import Place

Item = TypeVar("Item")

FARTHEST_PERCENT = 5
"""As many of a topic's own tickets may lie outside of its threshold."""

ENOUGH = 50
SHOWN = 10
SAMPLE = 1_000
"""Texts of a part, and of what stays, that its name is made from."""


@dataclass(frozen=True, slots=True)
class Centre:
    """`model` is the key of the vectors where no run has taken effect; else they are those of the last one's model,
    which a new middle has to lie among, whatever the settings say by now. `aligned` gives rows as middles are.
    """

    store: Store
    model: str
    aligned: Callable[[Sequence[str], Vectors], Vectors]
    engine: Engine

    def part(self, id: int, parent: Topic, there: Mapping[Key, Place], taken: Collection[str], at: datetime) -> Topic:
        """A topic of these tickets, which nobody named yet: called by what sets them apart in `parent`."""
        names, vectors = self.vectors(sorted({place.text for place in there.values()}))
        if not names:
            return Topic(id, free_name(f"part of {parent.name}", taken), label=f"part of {parent.name}", born=at)
        middle = vectors.mean(axis=0)
        centroid = (middle / max(float(np.linalg.norm(middle)), 1e-12)).astype(np.float32)
        cosines = vectors @ centroid
        ranked = [names[i] for i in np.argsort(-cosines, kind="stable")]
        texts = self.store.subjects([*ranked[:SHOWN], *ranked[-SHOWN:]])
        told = self._described(names, vectors, parent.id)
        name = free_name(told.name, taken)
        return Topic(
            id=id,
            name=name,
            label=name,
            words=told.words,
            language=parent.language,
            theme_found=parent.theme_found,
            centroid=centroid.astype("<f4").tobytes(),
            threshold=reach(cosines, parent.threshold),
            typical=tuple(texts[name].key for name in ranked[:SHOWN] if name in texts),
            edge=tuple(texts[name].key for name in ranked[::-1][:SHOWN] if name in texts),
            born=at,
        )

    def _described(self, own: Sequence[str], vectors: Vectors, parent: int) -> TopicDraft:
        """Name and words of the texts, held against those that stay in the topic."""
        inside = set(own)
        rest, others = self.vectors(_sampled(sorted({text for _, text in self.store.members(parent)} - inside)))
        chosen = _sampled(range(len(own)))
        names, rows = [*(own[at] for at in chosen), *rest], [vectors[chosen], *([others] if rest else [])]
        told = self.store.subjects(names)
        texts = [told[name].words if name in told else "" for name in names]
        languages = [told[name].language if name in told else None for name in names]
        labels = np.array([name not in inside for name in names], dtype=np.int64)
        return self.engine.described(np.concatenate(rows), texts, languages, labels)[0]

    def vectors(self, texts: Sequence[str]) -> tuple[list[str], Vectors]:
        """Those of these texts that have a vector, and their unit rows (n, d) as the middles of topics are."""
        names, vectors = self.store.vectors_of(self._space(), texts)
        return (names, self.aligned(names, vectors)) if names else (names, vectors)

    def _space(self) -> str:
        runs = self.store.records("run")
        return str(runs[-1].fields.get("model", self.model)) if runs else self.model


def reach(cosines: Vectors, before: float) -> float:
    """From which cosine on a ticket is near enough: where the farthest of the own ones lie. Of few that says little, so
    they reach no less far than the topic they came from."""
    own = float(np.percentile(cosines, FARTHEST_PERCENT))
    return own if len(cosines) >= ENOUGH else min(own, before)


def _sampled(items: Sequence[Item]) -> list[Item]:
    """At most SAMPLE of them, evenly."""
    return list(items[:: max(1, -(-len(items) // SAMPLE))])


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where others have it, of whom `taken` has the keys."""
    number, free = 1, name
    while name_key(free) in taken:
        number += 1
        free = f"{name} ({number})"
    return free
