"""A topic as plain JSON values, for the places of a store that only hold it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ticketlens.model.topic import Topic

OUTSIDE = ("id", "centroid", "retired")
"""What a store keeps in places of their own."""


def topic_fields(topic: Topic) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(topic).items() if name not in OUTSIDE}
    fields["born"] = topic.born.isoformat() if topic.born else None
    return fields


def topic_of(id: int, retired: bool, centroid: bytes, told: Mapping[str, Any]) -> Topic:
    """What `topic_fields` was made of."""
    fields: dict[str, Any] = defaultdict(lambda: None, told)
    fields["words"] = tuple(fields["words"])
    fields["named_for"] = tuple(fields["named_for"] or ())
    for name in ("typical", "edge"):
        fields[name] = tuple((source, id_) for source, id_ in fields[name])
    fields["born"] = datetime.fromisoformat(fields["born"]) if fields["born"] else None
    return Topic(id=id, retired=retired, centroid=centroid, **fields)
