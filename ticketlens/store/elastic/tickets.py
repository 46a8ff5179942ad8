"""Tickets in Elasticsearch: the winner of two versions under compare-and-set, lists by time."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ticketlens.errors import ConfigError
from ticketlens.model.filter import EVERYTHING, FIELDS, NONE, Filter
from ticketlens.model.ticket import Ticket
from ticketlens.store.base import Key, Prepared, Put, Row, RowPage, Span
from ticketlens.store.codec import from_seconds, load, seconds
from ticketlens.store.cursors import decoded, encoded
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import RAW, TICKETS
from ticketlens.store.elastic.filters import Clause, every, group_field, never, some
from ticketlens.store.elastic.putting import derive, put
from ticketlens.store.elastic.switch import lately, raise_read_to

LOG = logging.getLogger(__name__)
MOST_FLAWS, MOST_SOURCES = 100, 1_000
SORT = [{"created_at": "desc"}, {"source": "desc"}, {"id": "desc"}]
SCANNED_FROM = 201
"""Lists of pages longer than a screen's or a call's are gone through to their end, at one point in time."""

RAW_PAGE = 500


class ElasticTickets(Asking):
    _cluster: Cluster

    def put_tickets(self, batch: Sequence[Prepared]) -> list[Put]:
        return put(self._cluster, batch)

    def set_read_to(self, source: str, at: datetime) -> None:
        raise_read_to(self._cluster, {source: seconds(at)}, {})

    def put_derived(self, batch: Sequence[Prepared]) -> None:
        derive(self._cluster, batch)

    def get_ticket(self, source: str, id: str) -> Row | None:
        found = self._cluster.get(TICKETS, documents.ticket_id(source, id), source_includes=list(documents.ROW))
        return documents.row(found["_source"], lately(self._cluster).placing.slot) if found else None

    def get_raw(self, source: str, id: str) -> Ticket | None:
        return self._raw_now(documents.ticket_id(source, id))

    def each_raw(self, after: Key | None = None) -> Iterator[Ticket]:
        names: dict[str, str] = {}
        behind = {"match_all": {}} if after is None else _behind(*after)
        hits = self._cluster.scan(TICKETS, behind, sort=["source", "id"], source_includes=["raw"])
        for hit in hits:
            names[hit["_id"]] = hit["_source"]["raw"]
            if len(names) == RAW_PAGE:
                yield from self._raw(names)
                names = {}
        yield from self._raw(names)

    def list_tickets(
        self, where: Filter, *, cursor: str | None = None, limit: int = 50, as_of: datetime | None = None
    ) -> RowPage:
        after, held = (None, None) if cursor is None else decoded(cursor)
        view = None if held is None else _View.read(held)
        if after is None and limit >= SCANNED_FROM:
            _, slot = self._asked(where, as_of)
            view = _View(slot, self._cluster.open_point(TICKETS))
        body: Body = {"sort": SORT, "size": limit + 1, "source_includes": list(documents.ROW)}
        if after is not None:
            body["search_after"] = list(after)
        hits, slot, view = self._page(where, as_of, body, view)
        found = documents.rows(hits[:limit], slot)
        if len(hits) <= limit:
            if view is not None:
                self._cluster.close_point(view.point)
            return RowPage(tuple(found), None)
        return RowPage(tuple(found), encoded(found[-1], None if view is None else view.told))

    def count_tickets(self, where: Filter, *, as_of: datetime | None = None) -> int:
        query, _ = self._asked(where, as_of)
        return self._cluster.count(TICKETS, query)

    def facet(self, field: str, where: Filter, *, limit: int = 50) -> list[tuple[str, int]]:
        query, slot = self._asked(where, None)
        name = _facet_field(field, slot)
        if name.startswith("custom."):
            return self._custom_facet(name, query, limit)
        return [(key, n) for key, n in self._terms(query, name, limit)]

    def flaws(self) -> dict[str, dict[str, int]]:
        query, _ = self._asked(EVERYTHING, None)
        found: dict[str, dict[str, int]] = {}
        for source, _ in self._terms(query, "source", MOST_SOURCES):
            of = every(query, {"term": {"source": source}}, never({"term": {"flaws": NONE}}))
            if counted := dict(self._terms(of, "flaws", MOST_FLAWS)):
                found[source] = dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
        return dict(sorted(found.items()))

    def span(self) -> Span | None:
        ends = {name: {name: {"field": "created_at"}} for name in ("min", "max")}
        found = self._cluster.search(TICKETS, size=0, aggs=ends, track_total_hits=False)["aggregations"]
        if found["min"]["value"] is None:
            return None
        first, last = (int(found[name]["value"]) for name in ("min", "max"))
        latest = lately(self._cluster).latest
        return Span(from_seconds(first), from_seconds(last), from_seconds(last if latest is None else latest))

    def _raw(self, names: Mapping[str, str]) -> Iterator[Ticket]:
        """`names` maps tickets to their raw texts; where that one is gone the ticket has another by now."""
        found = self._cluster.mget(RAW, list(names.values()))
        for id_, name in names.items():
            if name in found:
                yield load(documents.unpacked(found[name]["_source"]["ticket"]))
            elif (ticket := self._raw_now(id_)) is not None:
                yield ticket
            elif self._cluster.get(TICKETS, id_, source=False) is not None:
                LOG.warning("the raw text of a ticket is missing (document %s): pull or import it again", id_)

    def _raw_now(self, id: str) -> Ticket | None:
        seen: str | None = None
        while (held := self._cluster.get(TICKETS, id, source_includes=["raw"])) is not None:
            name = held["_source"]["raw"]
            if (found := self._cluster.get(RAW, name)) is not None:
                return load(documents.unpacked(found["_source"]["ticket"]))
            if name == seen:
                return None
            seen = name
        return None

    def _page(
        self, where: Filter, as_of: datetime | None, body: Body, view: "_View | None"
    ) -> tuple[list[Body], int, "_View | None"]:
        """The hits, the slot of their topics, and the view; where that is gone the list goes on by its keys alone."""
        if view is not None:
            query, _ = self._asked(where, as_of, view.slot)
            found = self._cluster.search_at(view.point, query=query, **body)
            if found is not None:
                return found["hits"]["hits"], view.slot, _View(view.slot, found["pit_id"])
        query, slot = self._asked(where, as_of)
        return self._cluster.search(TICKETS, query=query, track_total_hits=False, **body)["hits"]["hits"], slot, None

    def _custom_facet(self, name: str, query: Body, limit: int) -> list[tuple[str, int]]:
        own = name.removeprefix("custom.")
        there = {"term": {"custom_names": own}}
        counted = dict(self._terms(every(query, there), name, limit))
        without = self._cluster.count(TICKETS, {"bool": {"filter": [query], "must_not": [there]}})
        if without:
            counted[NONE] = counted.get(NONE, 0) + without
        return sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:limit]

    def _terms(self, query: Body, field: str, limit: int) -> list[tuple[str, int]]:
        """The most frequent values, counted exactly also over several shards."""
        size = limit
        while True:
            counted = {"terms": {"field": field, "size": limit, "shard_size": max(size * 2, 100)}}
            found = self._cluster.search(TICKETS, query=query, size=0, aggs={"found": counted}, track_total_hits=False)
            told = found["aggregations"]["found"]
            if not told["doc_count_error_upper_bound"]:
                return [(str(one["key"]), int(one["doc_count"])) for one in told["buckets"]]
            size *= 8


class _View(NamedTuple):
    """A point in time, and where the topics were that counted then: those of a later run lie elsewhere."""

    slot: int
    point: str

    @property
    def told(self) -> str:
        return f"{self.slot}{self.point}"

    @classmethod
    def read(cls, text: str) -> "_View | None":
        return cls(int(text[0]), text[1:]) if text[0] in "01" else None


def _behind(source: str, id: str) -> Clause:
    """Later in the order of (source, id)."""
    rest = every({"term": {"source": source}}, {"range": {"id": {"gt": id}}})
    return some({"range": {"source": {"gt": source}}}, rest)


def _facet_field(field: str, slot: int) -> str:
    try:
        return group_field(field, slot)
    except ConfigError:
        raise ConfigError(f"unknown field {field!r}; known are {', '.join(FIELDS)} and custom.NAME") from None
