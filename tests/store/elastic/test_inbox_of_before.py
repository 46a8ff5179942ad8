"""An inbox as the first version of its template made it is brought to the one of now, with all that waits in it."""

import base64
from typing import Any

import pytest

from ticketlens.errors import StoreError
from ticketlens.store.elastic.cluster import template


def first_version() -> dict[str, Any]:
    told = template("inbox")["mappings"]
    told["properties"]["waiting"] = {"type": "byte"}
    del told["properties"]["became"]
    told["_meta"]["version"] = 1
    return dict(told)


def test_what_waits_in_an_inbox_of_before_is_read_after_the_migration(place: Any) -> None:
    index, alias = f"{place.prefix}-inbox-v1", f"{place.prefix}-inbox"
    place.client.indices.create(index=index, mappings=first_version(), aliases={alias: {"is_write_index": True}})
    for number, outcome in enumerate((None, "stored 1", "no such ticket")):
        told = {"number": number, "source": "desk", "delivery": f"d{number}", "at": 1, "headers": "{}",
                "waiting": int(outcome is None), "body": base64.b64encode(b"x").decode()}  # fmt: skip
        place.client.index(index=alias, document=told | ({"outcome": outcome} if outcome else {}), refresh=True)
    store = place.store()
    with pytest.raises(StoreError, match="store migrate"):
        store.waiting("desk", 9)
    store.migration().run(lambda name: lambda done, total: None)
    assert [kept.delivery.name for kept in store.waiting("desk", 9)] == ["d0"]
    assert [(kept.delivery.name, kept.outcome.became) for kept in store.deliveries("desk")] == [
        ("d2", "set_aside"), ("d1", "stored"), ("d0", "waiting"),
    ]  # fmt: skip
