"""Tickets as the first version of their template held them are brought to the one of now, and computed anew."""

from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from ticketlens.errors import StoreError
from ticketlens.intake.prepare import Preparer
from ticketlens.model.filter import Filter
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.cluster import template

NEW = (
    "started_at", "next_since", "next_reply_at", "next_business_start", "one_touch", "targeted", "breach_at",
    "agent_seconds", "rating_score", "rating_scale", "pause_ends",
    "flaws", "begun_at", "full_over", "first_over",
    *(f"{name}_{clock}_bin" for name in ("reply_next", "handling_first", "handling_last", "handling_sum")
      for clock in ("calendar", "business")),
)  # fmt: skip
LENGTHS = 12
ALL = Filter(excluded="any")


def first_version() -> dict[str, Any]:
    told = template("tickets")["mappings"]
    for name in NEW:
        del told["properties"][name]
    told["_meta"]["version"] = 1
    return dict(told)


def test_tickets_of_before_are_there_after_the_migration_and_computed_anew(
    place: Any, worlds: ModuleType, preparer: Preparer
) -> None:
    batch = [preparer.prepare(ticket) for ticket in worlds.random_tickets(4, 40)]
    begun = place.store()
    begun.put_tickets(batch)
    begun.close()
    place.client.indices.delete(index=f"{place.prefix}-tickets-v2")
    index, alias = f"{place.prefix}-tickets-v1", f"{place.prefix}-tickets"
    place.client.indices.create(index=index, mappings=first_version(), aliases={alias: {"is_write_index": True}})
    actions: list[dict[str, Any]] = []
    for one in batch:
        told = documents.document(one) | documents.placed(0, None) | documents.placed(1, None) | {"embedded": []}
        kept = {name: value for name, value in told.items() if name not in NEW}
        kept["durations"] = kept["durations"][:LENGTHS]
        actions += [{"create": {"_id": documents.ticket_id(one.ticket.source, one.ticket.id)}}, kept]
    assert not place.client.bulk(index=alias, operations=actions, refresh=True)["errors"]
    store = place.store()
    with pytest.raises(StoreError, match="store migrate"):
        store.count_tickets(ALL)
    store.migration().run(_quiet)
    assert store.count_tickets(ALL) == len(batch)
    assert all(row.durations["handling.sum", "calendar"] is None for row in store.list_tickets(ALL).items)
    assert store.flaws() == {}
    store.put_derived(batch)
    odd = Counter(flaw for one in batch if one.excluded is None for flaw in one.timing.flaws)
    assert sum(map(Counter, store.flaws().values()), Counter()) == odd
    told = {row.ticket.id: row.durations for row in store.list_tickets(ALL, limit=50).items}
    for one in batch:
        for metric, (calendar, business) in one.timing.durations.items():
            assert told[one.ticket.id][metric, "calendar"] == calendar
            assert told[one.ticket.id][metric, "business"] == business


def _quiet(name: str) -> Callable[[int, int], None]:
    return lambda done, total: None
