"""What a run found, and how that differs from what was there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ticketlens.model.topic import Topic

TURNS = ("new", "split", "merged", "retired")
"""What can become of a topic in a run, besides going on: it is new, it was split from others, it went into others, or
no topic continues it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One topic that does not simply go on. `others` are those that it was split from, or went into, largest first;
    `tickets` are its own: those that it has by this run, or had before it."""

    kind: str
    topic: int
    name: str
    others: tuple[int, ...]
    tickets: int

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind, "topic": self.topic, "name": self.name, "others": list(self.others),
            "tickets": self.tickets,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """`continued` topics go on. Of the tickets that were in a topic and in none before, `moved` are in another one by
    this run, `left` are in none, `joined` are in one now, `stayed` are where they were."""

    turns: tuple[Turn, ...] = ()
    continued: int = 0
    stayed: int = 0
    moved: int = 0
    joined: int = 0
    left: int = 0

    @property
    def share_moved(self) -> float:
        """Of the tickets that were in a topic, those that are in another one or in none."""
        grouped = self.stayed + self.moved + self.left
        return (self.moved + self.left) / grouped if grouped else 0.0

    @property
    def is_none(self) -> bool:
        """Whether everything stays as it is."""
        return not (self.turns or self.moved or self.joined or self.left)

    def count(self, kind: str) -> int:
        return sum(turn.kind == kind for turn in self.turns)

    def to_json(self) -> dict[str, object]:
        return {
            "turns": [turn.to_json() for turn in self.turns], "continued": self.continued, "stayed": self.stayed,
            "moved": self.moved, "joined": self.joined, "left": self.left,
        }  # fmt: skip


def difference_of(told: Mapping[str, Any]) -> Difference:
    """What `to_json` was made of."""
    turns = tuple(Turn(t["kind"], t["topic"], t["name"], tuple(t["others"]), t["tickets"]) for t in told["turns"])
    return Difference(turns, *(told[name] for name in ("continued", "stayed", "moved", "joined", "left")))


@dataclass(frozen=True, slots=True)
class Found:
    """Where a run puts one text: a topic or none, how surely, and its cosine to the middle."""

    topic: int | None
    match: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Layout:
    """All topics, retired ones too, and all texts as a run found them, before what people did is put on top.

    `offsets`: what each language's vectors have of their own, packed as text.
    """

    at: datetime
    model: str
    topics: tuple[Topic, ...]
    texts: Mapping[str, Found]
    quality: Mapping[str, float] = field(default_factory=dict)
    kind: str = "full"
    difference: Difference = field(default_factory=Difference)
    offsets: Mapping[str, str] = field(default_factory=dict)
