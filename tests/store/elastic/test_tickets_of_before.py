"""Tickets as the first version of their template made them are brought to the one of now, and measured again there."""

from collections.abc import Callable
from typing import Any

import pytest

from ticketlens.errors import StoreError
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.base import Prepared
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.cluster import template


def first_version() -> dict[str, Any]:
    told = template("tickets")["mappings"]
    del told["properties"]["flaws"]
    told["_meta"]["version"] = 1
    return dict(told)


def document_of_before(one: Prepared) -> dict[str, Any]:
    told = {**documents.document(one), **documents.placed(0, None), **documents.placed(1, None), "embedded": []}
    del told["flaws"]
    return told


def test_a_ticket_of_before_has_its_flaws_once_it_is_measured_again(
    place: Any, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    one = next(one for one in prepared(1, 40) if one.timing.flaws == ("no_status_history",) and not one.ticket.excluded)
    index, alias = f"{place.prefix}-tickets-v1", f"{place.prefix}-tickets"
    place.store().put_tickets([one])
    place.client.indices.delete(index=f"{alias}-v{template('tickets')['version']}")
    place.client.indices.create(index=index, mappings=first_version(), aliases={alias: {"is_write_index": True}})
    name = documents.ticket_id(one.ticket.source, one.ticket.id)
    place.client.index(index=alias, id=name, document=document_of_before(one), refresh=True)
    store = place.store()
    with pytest.raises(StoreError, match="store migrate"):
        store.count_tickets(EVERYTHING)
    store.migration().run(lambda name: lambda done, total: None)
    assert store.facet("flaw", EVERYTHING) == [("", 1)]
    assert store.flaws() == {}
    store.put_derived([one])
    assert store.flaws() == {one.ticket.source: {"no_status_history": 1}}
