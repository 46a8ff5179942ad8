"""The log of edits: one record an edit, numbered in the order in which they were made, never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ticketlens.model.edit import Edit, Undone
from ticketlens.store.base import Record, RecordStore

NOUN = "edit"


@dataclass(frozen=True, slots=True)
class EditLog:
    store: RecordStore

    def all(self) -> list[Edit]:
        return [_edit(record) for record in self.store.records(NOUN)]

    def get(self, number: int) -> Edit | None:
        held = self.store.get_record(NOUN, _name(number))
        return _edit(held) if held else None

    def add(self, edit: Edit) -> Edit:
        """The edit with the number that it got; `edit.id` is only where the search for one begins."""
        number = edit.id
        while self.store.put_record(NOUN, _name(number), _fields(replace(edit, id=number)), expected=0) is None:
            number += 1
        return replace(edit, id=number)

    def put(self, edit: Edit) -> None:
        self.store.put_record(NOUN, _name(edit.id), _fields(edit))


def _name(number: int) -> str:
    return f"{number:08d}"


def _fields(edit: Edit) -> Mapping[str, object]:
    return {
        "at": edit.at.isoformat(), "by": edit.by, "kind": edit.kind, "topics": list(edit.topics),
        "tickets": [list(key) for key in edit.tickets], "told": dict(edit.told), "why": edit.why,
        "undone": [edit.undone.at.isoformat(), edit.undone.by] if edit.undone else None,
    }  # fmt: skip


def _edit(record: Record) -> Edit:
    told: dict[str, Any] = dict(record.fields)
    undone = told["undone"]
    return Edit(
        id=int(record.id),
        at=datetime.fromisoformat(told["at"]),
        by=told["by"],
        kind=told["kind"],
        topics=tuple(told["topics"]),
        tickets=tuple((source, id_) for source, id_ in told["tickets"]),
        told=told["told"],
        why=told["why"],
        undone=Undone(datetime.fromisoformat(undone[0]), undone[1]) if undone else None,
    )
