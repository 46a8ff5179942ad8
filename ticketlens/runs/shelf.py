"""Layouts that are kept beside the one that counts: the one that waits for a person, and the former one."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from ticketlens.model.run import Found, Layout, difference_of
from ticketlens.model.topic import Topic
from ticketlens.store.base import RecordStore
from ticketlens.store.topics import topic_fields, topic_of

WAITING, FORMER = "waiting", "former"
NOUN = "layout"
CHUNK = 5_000
"""Texts a record: about half a megabyte."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The head is written last and deleted first, so a layout that was broken off is not there."""

    store: RecordStore

    def put(self, place: str, layout: Layout, more: Mapping[str, object] | None = None) -> None:
        self.clear(place)
        chunks = list(_chunks(layout))
        for number, chunk in enumerate(chunks):
            self.store.put_record(_part(place), f"{number:06d}", chunk)
        self.store.put_record(NOUN, place, {**_head(layout), **(more or {}), "parts": len(chunks)})

    def head(self, place: str) -> Mapping[str, Any] | None:
        """What is told of a layout, without its texts: at, model, kind, quality, difference, and what was put along."""
        held = self.store.get_record(NOUN, place)
        return held.fields if held else None

    def get(self, place: str) -> Layout | None:
        head = self.head(place)
        if head is None:
            return None
        texts: dict[str, Found] = {}
        for number in range(head["parts"]):
            held = self.store.get_record(_part(place), f"{number:06d}")
            if held is None:
                return None
            told: Mapping[str, Any] = held.fields
            rows = zip(told["texts"], told["topics"], told["matches"], told["similarities"], strict=True)
            texts |= {name: Found(topic, match, similarity) for name, topic, match, similarity in rows}
        return Layout(
            at=datetime.fromisoformat(head["at"]),
            model=head["model"],
            topics=tuple(_topic(told) for told in head["topics"]),
            texts=texts,
            quality=head["quality"],
            kind=head["kind"],
            difference=difference_of(head["difference"]),
            offsets=head["offsets"],
        )

    def seen(self, place: str, at: Sequence[int]) -> Mapping[str, Any] | None:
        """The difference that was kept for a layout when edits and tickets were as many as `at` says."""
        held = self.store.get_record(_seen(place), place)
        told: Mapping[str, Any] = held.fields if held else {}
        return told["difference"] if told.get("at") == list(at) else None

    def see(self, place: str, at: Sequence[int], difference: Mapping[str, object]) -> None:
        self.store.put_record(_seen(place), place, {"at": list(at), "difference": difference})

    def clear(self, place: str) -> bool:
        """Whether there was one."""
        self.store.delete_record(_seen(place), place)
        was = self.store.delete_record(NOUN, place)
        for record in self.store.records(_part(place)):
            self.store.delete_record(_part(place), record.id)
        return was


def _part(place: str) -> str:
    return f"{NOUN} {place}"


def _seen(place: str) -> str:
    return f"{NOUN} {place} seen"


def _head(layout: Layout) -> dict[str, object]:
    return {
        "at": layout.at.isoformat(), "model": layout.model, "kind": layout.kind, "quality": dict(layout.quality),
        "difference": layout.difference.to_json(), "offsets": dict(layout.offsets), "texts": len(layout.texts),
        "topics": [_fields(topic) for topic in layout.topics],
    }  # fmt: skip


def _fields(topic: Topic) -> dict[str, object]:
    centroid = base64.b64encode(topic.centroid).decode()
    return {**topic_fields(topic), "id": topic.id, "retired": topic.retired, "centroid": centroid}


def _topic(told: Mapping[str, Any]) -> Topic:
    fields = dict(told)
    return topic_of(fields.pop("id"), fields.pop("retired"), base64.b64decode(fields.pop("centroid")), fields)


def _chunks(layout: Layout) -> Iterator[dict[str, object]]:
    rows = iter(sorted(layout.texts.items()))
    while part := list(islice(rows, CHUNK)):
        yield {
            "texts": [name for name, _ in part],
            "topics": [found.topic for _, found in part],
            "matches": [found.match for _, found in part],
            "similarities": [found.similarity for _, found in part],
        }
