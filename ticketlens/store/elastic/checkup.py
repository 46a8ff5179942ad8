"""What `ticketlens doctor` tells of a cluster: versions, health, size, and what is wrong with its remedy."""

from collections.abc import Iterator, Mapping
from typing import Any

from elasticsearch import Elasticsearch

from ticketlens.errors import StoreError
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.errors import translated
from ticketlens.store.elastic.mapping import NOUNS, check_mapping, template
from ticketlens.store.elastic.rebuilding import is_moving

OLDEST = (8, 19)
NEWEST_MAJOR = 9
NEARLY_FULL = 90
HEALTH = {
    "green": "every copy of every index is in place",
    "yellow": "all is there, and some copies have no node to be on",
    "red": "part of it cannot be read or written",
}
MENDED = {
    "yellow": "wait, or bring the missing node back: what has no copy is lost with its node",
    "red": "bring the missing node back, or restore a snapshot; GET _cluster/allocation/explain says why",
}
BLOCKS = "index.blocks."
Mappings = Mapping[str, Mapping[str, dict[str, Any]]]


def versions(cluster: Cluster) -> dict[str, str]:
    """What a person asks first of a store. `schema` is the version of its indices, told apart where they differ."""
    found = _found(cluster)
    with translated():
        server = cluster.reader.info()["version"]["number"]
        health = _health(cluster.reader, found)
        size = _bytes(cluster.reader, found)
    return {
        "store": "elasticsearch",
        "elasticsearch": str(server),
        "health": f"{health['status']}: {HEALTH[health['status']]}",
        "nodes": f"{health['number_of_nodes']}, {health['number_of_data_nodes']} with data",
        "schema": _schema(found),
        "bytes": str(size),
    }


def problems(cluster: Cluster) -> list[str]:
    """What keeps the store from being used."""
    found = _found(cluster)
    with translated():
        told = [*_of_server(cluster.reader), *_of_health(cluster.reader, found, "red")]
        told += [*_of_lost(cluster, found), *_of_indices(found), *_of_blocks(cluster, found)]
    return told


def hints(cluster: Cluster) -> list[str]:
    """What will, if nobody looks after it."""
    found = _found(cluster)
    with translated():
        return [*_of_health(cluster.reader, found, "yellow"), *_of_disks(cluster.reader)]


def _found(cluster: Cluster) -> Mappings:
    """For each noun the indices behind its alias, with their mappings."""
    return {noun: cluster.mappings(noun) for noun in (*NOUNS, *cluster.models())}


def _names(found: Mappings) -> list[str]:
    return [name for indices in found.values() for name in indices]


def _health(client: Elasticsearch, found: Mappings) -> Mapping[str, Any]:
    told: Mapping[str, Any] = client.cluster.health(index=_names(found) or None).body
    return told


def _bytes(client: Elasticsearch, found: Mappings) -> int:
    names = _names(found)
    if not names:
        return 0
    return int(client.indices.stats(index=names, metric="store")["_all"]["total"]["store"]["size_in_bytes"])


def _schema(found: Mappings) -> str:
    told = {noun: _version(mappings) for noun, indices in found.items() for mappings in indices.values()}
    if len(set(told.values())) > 1:
        return ", ".join(f"{noun} {version}" for noun, version in told.items())
    return next((str(version) for version in told.values()), "none yet")


def _version(mappings: Mapping[str, Any]) -> object:
    return mappings.get("_meta", {}).get("version", "unknown")


def _of_server(client: Elasticsearch) -> Iterator[str]:
    number = str(client.info()["version"]["number"])
    major, minor = (int(part) for part in number.split(".")[:2])
    if (major, minor) < OLDEST:
        yield f"Elasticsearch {number} is older than {OLDEST[0]}.{OLDEST[1]}, the oldest that works; update the server"
    elif major > NEWEST_MAJOR:
        yield f"Elasticsearch {number} is newer than all that this TicketLens knows; update TicketLens"


def _of_health(client: Elasticsearch, found: Mappings, told: str) -> Iterator[str]:
    status = str(_health(client, found)["status"])
    if status == told:
        yield f"the store's health is {status} ({HEALTH[status]}): {MENDED[status]}"


def _of_lost(cluster: Cluster, found: Mappings) -> Iterator[str]:
    for noun, indices in found.items():
        if not indices and cluster.lost(noun):
            yield str(cluster.gone(cluster.alias(noun)))


def _of_indices(found: Mappings) -> Iterator[str]:
    behind = []
    for noun, indices in found.items():
        told = template(noun)
        for name, mappings in indices.items():
            version = _version(mappings)
            if isinstance(version, int) and version < told["version"]:
                behind.append(f"{name} (version {version}, ours is {told['version']})")
                continue
            try:
                check_mapping(name, mappings, told)
            except StoreError as error:
                yield str(error)
    if behind:
        yield f"these indices are behind: {', '.join(behind)}; run ticketlens store migrate"


def _of_blocks(cluster: Cluster, found: Mappings) -> Iterator[str]:
    names, client = _names(found), cluster.reader
    if not names:
        return
    moving = is_moving(cluster)
    settings = client.indices.get_settings(index=names, name=f"{BLOCKS}*", flat_settings=True)
    for name, one in sorted(settings.items()):
        for block, value in one["settings"].items():
            if str(value) == "true":
                yield f"the index {name} is blocked ({block}): {_remedy(block, moving)}"


def _remedy(block: str, moving: bool) -> str:
    if block.endswith("read_only_allow_delete"):
        return "free disk space on the server, and it goes by itself"
    if moving and block.endswith(".write"):
        return "a migration is moving it: wait; if it was killed, run ticketlens store migrate again"
    return "take the setting away"


def _of_disks(client: Elasticsearch) -> Iterator[str]:
    rows: list[Any] = list(client.cat.allocation(format="json", bytes="b"))
    for told in rows:
        percent = told.get("disk.percent")
        if percent is not None and int(percent) >= NEARLY_FULL:
            yield f"the disk of node {told['node']} is {percent} % full, and from 95 % nothing is written: free space"
