"""What a cluster tells of itself, and what is wrong with it and how to mend it."""

from typing import Any

import pytest

from ticketlens.store.elastic import checkup
from ticketlens.store.elastic.cluster import template


def test_a_healthy_cluster_has_versions_and_no_problem(place: Any) -> None:
    store = place.store()
    told = store.versions()
    assert told["store"] == "elasticsearch"
    assert told["elasticsearch"].split(".")[0] in ("8", "9")
    assert told["schema"] == "none yet"
    assert told["bytes"] == "0"
    store.put_record("source", "a", {})
    told = store.versions()
    assert told["health"].startswith("green: ")
    assert told["schema"] == str(template("records")["version"])
    assert int(told["bytes"]) > 0
    assert store.problems() == []


def test_an_index_that_is_behind_is_offered_a_migration(place: Any) -> None:
    store = place.store()
    store.put_record("source", "a", {})
    name = f"{place.prefix}-records-v{template('records')['version']}"
    meta = {**template("records")["mappings"]["_meta"], "version": 0}
    place.client.indices.put_mapping(index=name, meta=meta)
    (problem,) = place.store().problems()
    assert problem == f"these indices are behind: {name} (version 0, ours is 1); run ticketlens store migrate"


def test_a_cluster_that_lost_a_copy_or_more_is_said_to_have(place: Any) -> None:
    store = place.store()
    store.put_record("source", "a", {})
    name = f"{place.prefix}-records-v1"
    place.client.indices.put_settings(index=name, settings={"auto_expand_replicas": "false", "number_of_replicas": 1})
    assert store.problems() == []
    assert store.hints()[0].startswith("the store's health is yellow (all is there, ")
    assert store.versions()["health"].startswith("yellow: ")
    place.client.indices.create(
        index=f"{place.prefix}-inbox-v2", mappings=template("inbox")["mappings"],
        settings={"index.routing.allocation.require._name": "nobody"},
        aliases={f"{place.prefix}-inbox": {}}, wait_for_active_shards="0",
    )  # fmt: skip
    assert any("health is red (part of it cannot be read or written): " in problem for problem in store.problems())


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("8.19.0", ""),
        ("9.9.1", ""),
        ("8.18.9", "older than 8.19"),
        ("7.17.1", "older"),
        ("10.0.0", "update TicketLens"),
    ],
)
def test_a_server_is_known_by_its_version(number: str, said: str) -> None:
    class Server:
        def info(self) -> dict[str, Any]:
            return {"version": {"number": number}}

    told = list(checkup._of_server(Server()))
    assert [said in problem for problem in told] == ([True] if said else [])


@pytest.mark.parametrize("percent", ["89", "96", None])
def test_a_disk_that_is_nearly_full_is_named(percent: str | None) -> None:
    class Cat:
        def allocation(self, **asked: str) -> list[dict[str, Any]]:
            return [{"node": "n1", "disk.percent": percent}, {"node": "UNASSIGNED", "disk.percent": None}]

    class Server:
        cat = Cat()

    told = list(checkup._of_disks(Server()))
    assert told == (
        ["the disk of node n1 is 96 % full, and from 95 % nothing is written: free space"] if percent == "96" else []
    )
