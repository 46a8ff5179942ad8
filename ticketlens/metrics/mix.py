"""Why an average moved: because topics got slower, or because there are more tickets of slow topics.

Source: Kitagawa 1955, with the mix part centred on the mean of the two averages, so that a growing topic that is faster
than them counts as lowering the average.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Part:
    """A topic in one period: its share of the tickets (shares add up to 1) and its mean."""

    share: float
    mean: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one topic did to the average. `kind` is "kept", "new" or "vanished"; the latter two have no speed part."""

    kind: Literal["kept", "new", "vanished"]
    speed: float
    mix: float


@dataclass(frozen=True, slots=True)
class Split:
    """The averages before and after, and the effects by topic, whose sum is after - before."""

    before: float
    after: float
    effects: Mapping[str, Effect]

    @property
    def speed(self) -> float:
        return fsum(effect.speed for effect in self.effects.values())

    @property
    def mix(self) -> float:
        return fsum(effect.mix for effect in self.effects.values())


def split(before: Mapping[str, Part], after: Mapping[str, Part]) -> Split:
    """Splits the change of an average by topic. The mean of an open-ended duration is its restricted mean (RMST)."""
    averages = _average(before), _average(after)
    middle = sum(averages) / 2
    topics = dict.fromkeys((*before, *after))
    return Split(*averages, {topic: _effect(before.get(topic), after.get(topic), middle) for topic in topics})


def _average(parts: Mapping[str, Part]) -> float:
    return fsum(part.share * part.mean for part in parts.values())


def _effect(old: Part | None, new: Part | None, middle: float) -> Effect:
    if old is not None and new is not None:
        speed = (new.mean - old.mean) * (old.share + new.share) / 2
        return Effect("kept", speed, (new.share - old.share) * ((old.mean + new.mean) / 2 - middle))
    if new is not None:
        return Effect("new", 0.0, new.share * (new.mean - middle))
    return Effect("vanished", 0.0, 0.0 if old is None else -old.share * (old.mean - middle))
