"""How a topic falls apart, as it was found and kept for a person to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Exactly these tickets of a topic. `typical` are some of them, nearest to the part's middle first."""

    name: str
    words: tuple[str, ...]
    typical: tuple[Key, ...]
    tickets: tuple[Key, ...]
    key: str

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key, "name": self.name, "words": list(self.words), "n": len(self.tickets),
            "typical": _json(self.typical), "tickets": _json(self.tickets),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Parts of a topic that had `tickets` tickets, largest first; without any, it does not fall apart."""

    topic: int
    at: datetime
    tickets: int
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "topic": self.topic, "at": self.at.isoformat(), "tickets": self.tickets,
            "parts": [part.to_json() for part in self.parts],
        }  # fmt: skip


def key_of(tickets: Sequence[Key]) -> str:
    """What a part is chosen by: other tickets, another key."""
    told = "\x1e".join("\x1f".join(ticket) for ticket in sorted(tickets))
    return sha256(told.encode()).hexdigest()[:8]


def suggestion_of(told: Mapping[str, Any]) -> Suggestion:
    """What `to_json` was made of."""
    parts = tuple(
        Part(one["name"], tuple(one["words"]), _keys(one["typical"]), _keys(one["tickets"]), one["key"])
        for one in told["parts"]
    )
    return Suggestion(told["topic"], datetime.fromisoformat(told["at"]), told["tickets"], parts)


def _json(tickets: Sequence[Key]) -> list[dict[str, str]]:
    return [{"source": source, "id": id_} for source, id_ in tickets]


def _keys(told: Sequence[Mapping[str, str]]) -> tuple[Key, ...]:
    return tuple((one["source"], one["id"]) for one in told)
