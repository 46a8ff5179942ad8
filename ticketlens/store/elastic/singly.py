"""Tickets read one by one from their columns, where no aggregation gives the figure."""

from collections.abc import Iterator, Sequence
from typing import Any

from ticketlens.model.filter import CUSTOM
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.over import Over


def tickets_of(
    cluster: Cluster, query: Body, asked: Over, names: Sequence[str], *, source: Sequence[str] = ()
) -> Iterator[Body]:
    """Tickets by their columns; the stored document is only looked at where a part of it is needed."""
    columns, parts = {asked.day, *names}, list(source)
    if asked.group is not None and asked.group.startswith(CUSTOM):
        parts.append("custom")
    elif asked.group is not None:
        columns.add(asked.group)
    kept: Body = {"source": parts} if parts else {"stored_fields": "_none_"}
    return cluster.each(TICKETS, query, docvalue_fields=sorted(columns), **kept)


def groups_of(hit: Body, asked: Over) -> list[str | None]:
    if asked.group is None:
        return [None]
    if asked.group.startswith(CUSTOM):
        return [hit["_source"].get("custom", {}).get(asked.group.removeprefix(CUSTOM))]
    return [value or None for value in hit["fields"][asked.group]]


def number(hit: Body, name: str) -> int:
    return int(hit["fields"][name][0])


def maybe(hit: Body, name: str) -> Any:
    """None where the ticket has no value; of one without a value in any column asked for nothing is told at all."""
    return hit.get("fields", {}).get(name, (None,))[0]
