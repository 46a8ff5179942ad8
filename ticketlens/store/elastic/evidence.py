"""Whether an index that is missing was there before: then it is lost, and a new one would hide that."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from ticketlens.store.elastic.errors import translated

ANY: Mapping[str, Any] = {"match_all": {}}
READ_TO: Mapping[str, Any] = {"bool": {"filter": [{"term": {"noun": "_state"}}, {"term": {"id": "read_to"}}]}}
"""How far each source was read: written once there are tickets, and not before."""

SHOWN_BY: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]] = {
    "tickets": (("raw", ANY), ("records", READ_TO)),
    "raw": (("tickets", ANY),),
    "records": (("tickets", ANY),),
}
"""For a noun the documents of others that are there only where its index was."""


def was_there(client: Elasticsearch, alias: Callable[[str], str], noun: str) -> bool:
    return any(_has(client, alias(other), query) for other, query in SHOWN_BY.get(noun, ()))


def _has(client: Elasticsearch, index: str, query: Mapping[str, Any]) -> bool:
    with translated():
        client.indices.refresh(index=index, ignore_unavailable=True)
        return bool(client.count(index=index, query=query, ignore_unavailable=True, terminate_after=1)["count"])
