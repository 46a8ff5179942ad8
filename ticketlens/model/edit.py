"""One thing that a person did to topics. It is kept for good; what is undone says by whom and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

TOPIC_KINDS = ("problem", "question", "request", "praise")
FIELDS = {"name": "rename", "kind": "kind", "pinned": "pin", "hidden": "hide", "owner": "owner", "note": "note",
          "theme": "theme"}  # fmt: skip
"""What a person may set of a topic, and what such an edit is called."""

KINDS = (*FIELDS.values(), "change", "merge", "split", "move", "apart", "always", "call")
"""`change` sets several fields at once."""


@dataclass(frozen=True, slots=True)
class Undone:
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Edit:
    """`topics` begins with the topic that was edited; `tickets` are exactly those that a person named.

    `told` is what was set: fields of the topic; `into` (merge: the topic that goes on); `made` (split: the new topic);
    `to` (move: a topic, or None for none); `rule` (always: the parameters of a filter); `theme` and `name` (call).
    A field `theme` is the number of one, 0 for none, or None for the one that was found.
    """

    id: int
    at: datetime
    by: str
    kind: str
    topics: tuple[int, ...]
    tickets: tuple[tuple[str, str], ...] = ()
    told: Mapping[str, object] = field(default_factory=dict)
    why: str | None = None
    undone: Undone | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id, "at": self.at.isoformat(), "by": self.by, "kind": self.kind, "topics": list(self.topics),
            "tickets": [{"source": source, "id": id_} for source, id_ in self.tickets], "told": dict(self.told),
            "why": self.why, "undone": self.undone is not None,
            "undone_at": self.undone.at.isoformat() if self.undone else None,
            "undone_by": self.undone.by if self.undone else None,
        }  # fmt: skip
