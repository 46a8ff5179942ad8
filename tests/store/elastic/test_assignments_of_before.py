"""Assignments as the first version of their template held them are read after the migration, and take edits."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from ticketlens.errors import StoreError
from ticketlens.intake.prepare import Preparer
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment
from ticketlens.store.elastic.cluster import template
from ticketlens.store.names import ticket_name
from ticketlens.store.versions import name_of


def first_version() -> dict[str, Any]:
    told = template("assignments")["mappings"]
    del told["properties"]["found"]
    told["_meta"]["version"] = 1
    return dict(told)


def test_assignments_of_before_are_there_after_the_migration_and_take_edits(
    place: Any, worlds: ModuleType, preparer: Preparer
) -> None:
    batch = [preparer.prepare(ticket) for ticket in worlds.random_tickets(4, 10)]
    before = {one.text.fingerprint: Assignment(1, "core", 0.5) for one in batch}
    begun = place.store()
    begun.put_tickets(batch)
    begun.publish([Topic(id=begun.new_topic_ids(1)[0], name="a")], before, {})
    begun.close()
    name = f"{place.prefix}-assignments"
    held = place.client.search(index=name, size=100, source_excludes=["found"])["hits"]["hits"]
    place.client.indices.delete(index=f"{name}-v2")
    place.client.indices.create(index=f"{name}-v1", mappings=first_version(), aliases={name: {"is_write_index": True}})
    for one in held:
        place.client.index(index=name, id=one["_id"], document=one["_source"], refresh=True)
    store = place.store()
    with pytest.raises(StoreError, match="store migrate"):
        store.assignments()
    store.migration().run(_quiet)
    assert store.assignments() == before
    edit = {ticket_name(name_of(batch[0])): Assignment(None, "edited", 0.5, found=1)}
    store.assign(edit)
    assert store.assignments() == {**before, **edit}
    row = store.get_ticket(*name_of(batch[0]))
    assert row is not None
    assert (row.topic, row.match) == (None, "edited")


def _quiet(name: str) -> Callable[[int, int], None]:
    return lambda done, total: None
