"""Everything of the store in Elasticsearch as pieces: the same ones as any other store gives."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from ticketlens.errors import StoreError
from ticketlens.model.filter import NONE
from ticketlens.model.topic import MATCHES
from ticketlens.store import fields
from ticketlens.store.base import COPY, Assignment, Piece, Prepared
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.bulk import Write, bulk
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import RAW, TICKETS
from ticketlens.store.elastic.filters import never
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.inbox import INBOX
from ticketlens.store.elastic.placing import ASSIGNMENTS
from ticketlens.store.elastic.putting import keep
from ticketlens.store.elastic.records import COUNTER, LEASE, RECORDS, put
from ticketlens.store.elastic.switch import STATE, known, place, set_read_to
from ticketlens.store.elastic.topics import TOPICS, ElasticTopics
from ticketlens.store.elastic.vectors import ElasticVectors
from ticketlens.store.elastic.voicing import ANSWER_SHELF, CUSTOMER_SHELF, CUSTOMERS, customer_id, keep_packed

COUNTERS = ("run", "topic")
SHELVES = {"answers": ("source", "id"), "customers": ("id",)}
"""The places of what is told as one text."""

OWN = never({"terms": {"noun": [COPY, COUNTER, LEASE, STATE]}})
DERIVED = ("tokens", "tags", "flaws", "custom", "custom_names", "embedded", "topic_*", "match_*", "similarity_*")


@dataclass(frozen=True, slots=True)
class Part:
    """`sort` names the fields of a piece's place; `piece` reads a document, `write` writes one."""

    noun: str
    sort: tuple[str, ...]
    piece: Callable[[Body], Piece]
    write: Callable[[int, Piece], Write] | None
    where: Callable[[int], Body] = lambda run: {"match_all": {}}


class ElasticCopies(ElasticTopics, ElasticVectors):
    _cluster: Cluster

    def count_part(self, part: str) -> int:
        if part in ("counters", "read_to"):
            return len(self._few(part))
        if part == "vectors":
            return sum(self._count(noun, {"match_all": {}}) for noun in self._cluster.models())
        if part in SHELVES:
            return self._count(part, {"match_all": {}})
        noun = TICKETS if part == "tickets" else TABLES[part].noun
        return self._count(noun, {"match_all": {}} if part == "tickets" else TABLES[part].where(self._run()))

    def read_part(self, part: str, after: Piece | None, limit: int) -> list[Piece]:
        if part in ("counters", "read_to"):
            return [piece for piece in self._few(part) if after is None or piece[:1] > after][:limit]
        if part == "vectors":
            return self._vectors_after(after, limit)
        if part == "tickets":
            return self._tickets_after(after, limit)
        if part in SHELVES:
            found = self._sources(part, {"match_all": {}}, SHELVES[part], after, limit)
            return [(*(one[name] for name in SHELVES[part]), one["kept"]) for one in found]
        told = TABLES[part]
        return [told.piece(one) for one in self._sources(told.noun, told.where(self._run()), told.sort, after, limit)]

    def write_part(self, part: str, pieces: Sequence[Piece]) -> None:
        if part == "tickets":
            keep(self._cluster, [_prepared(piece) for piece in pieces])
        elif part == "answers":
            keep_packed(self._cluster, ANSWER_SHELF, [str(piece[-1]) for piece in pieces])
        elif part == "customers":
            keep_packed(self._cluster, CUSTOMER_SHELF, [str(piece[-1]) for piece in pieces])
        elif part == "assignments":
            self.assign({name: Assignment(topic, MATCHES[match], *more) for name, topic, match, *more in pieces})
        elif part == "vectors":
            for model, rows in groupby(pieces, key=lambda piece: str(piece[0])):
                _, names, packed = zip(*rows, strict=True)
                self.put_vectors(model, names, np.stack([np.frombuffer(one, dtype="<f4") for one in packed]))
        elif part == "counters":
            self._count_from(dict(pieces))
        elif part == "read_to":
            set_read_to(self._cluster, dict(pieces))
        elif (write := TABLES[part].write) is not None:
            run = self._run()
            self._must([write(run, piece) for piece in pieces])

    def erase_part(self, part: str, places: Sequence[Piece]) -> None:
        if part == "records":
            bulk(self._cluster, [Write(RECORDS, "delete", document_id(*place)) for place in places])
        elif part == "customers":
            bulk(self._cluster, [Write(CUSTOMERS, "delete", customer_id(*place)) for place in places])
        elif part == "assignments":
            self.unassign([name for (name,) in places])
        else:
            raise StoreError(f"{part} are never taken out of a store")

    def _count_from(self, counted: Mapping[str, int]) -> None:
        """Topics and assignments that come next are of the last run; the next run is a new one."""
        if "run" in counted and not self._run():
            place(self._cluster, {"run": counted["run"]})
        for name, value in counted.items():
            put(self._cluster, COUNTER, name, _always({"value": value}))

    def _run(self) -> int:
        return known(self._cluster).placing.run

    def _few(self, part: str) -> list[Piece]:
        """The parts that are a handful of numbers."""
        if part == "read_to":
            return sorted(known(self._cluster).read_to.items())
        found = self._cluster.mget(RECORDS, [document_id(COUNTER, name) for name in COUNTERS])
        told = {one["_source"]["id"]: json.loads(one["_source"]["fields"])["value"] for one in found.values()}
        return sorted(told.items())

    def _count(self, noun: str, query: Body) -> int:
        self._cluster.refresh(noun)
        return self._cluster.count(noun, query)

    def _sources(
        self, noun: str, query: Body, sort: Sequence[str], after: Sequence[Any] | None, limit: int, **body: Any
    ) -> list[Body]:
        """The sources of the first documents in the order of `sort`, after a place or from the start."""
        if after is None:
            self._cluster.refresh(noun)
        else:
            body["search_after"] = list(after)
        found = self._cluster.search(noun, query=query, sort=list(sort), size=limit, track_total_hits=False, **body)
        return [hit["_source"] for hit in found["hits"]["hits"]]

    def _vectors_after(self, after: Piece | None, limit: int) -> list[Piece]:
        told: list[Piece] = []
        for model, noun in sorted(self._models().items()):
            if len(told) == limit or (after is not None and model < after[0]):
                continue
            start = after[1:] if after is not None and model == after[0] else None
            page = self._sources(noun, {"match_all": {}}, ("fingerprint",), start, limit - len(told),
                              source_includes=["fingerprint", "packed"])  # fmt: skip
            told += [(model, one["fingerprint"], documents.unpacked(one["packed"])) for one in page]
        return told

    def _models(self) -> dict[str, str]:
        """The nouns of the indices of vectors, by the models that made them."""
        first = {noun: self._sources(noun, {"match_all": {}}, ("fingerprint",), None, 1, source_includes=["model"])
                 for noun in self._cluster.models()}  # fmt: skip
        return {str(page[0]["model"]): noun for noun, page in first.items() if page}

    def _tickets_after(self, after: Piece | None, limit: int) -> list[Piece]:
        found = self._sources(TICKETS, {"match_all": {}}, ("source", "id"), after, limit, source_excludes=list(DERIVED))
        told = {documents.ticket_id(one["source"], one["id"]): one for one in found}
        raws: dict[str, bytes] = {}
        while missing := [name for name, one in told.items() if one["raw"] not in raws]:
            texts = self._cluster.mget(RAW, [told[name]["raw"] for name in missing])
            raws |= {name: documents.unpacked(one["_source"]["ticket"]) for name, one in texts.items()}
            if left := [name for name in missing if told[name]["raw"] not in raws]:
                self._look_again(told, left)
        return [_ticket(one, raws[one["raw"]]) for one in told.values()]

    def _look_again(self, told: dict[str, Body], names: Sequence[str]) -> None:
        """Tickets whose raw text is gone have changed since they were read."""
        now = self._cluster.mget(TICKETS, names, source_excludes=list(DERIVED))
        for name in names:
            if name not in now or now[name]["_source"]["raw"] == told[name]["raw"]:
                raise StoreError(f"the raw text of ticket {told[name]['source']} {told[name]['id']} is missing")
            told[name] = now[name]["_source"]


def _ticket(source: Body, raw: bytes) -> Piece:
    lengths = dict(zip(fields.READ, source["durations"], strict=True))
    columns = (lengths[name] if name in lengths else _value(source, name) for name in fields.COLUMNS)
    pauses = zip(source["pauses"], source["pause_ends"], strict=True)
    paused = json.dumps([[one["gte"], one["lt"], end] for one, end in pauses], separators=(",", ":"))
    return (*columns, source["body"], fields.in_order(source["rest"]), raw, paused)


def _value(source: Body, name: str) -> Any:
    value = source.get(name)
    return None if value == NONE and name in documents.GROUPS else value


def _prepared(piece: Piece) -> Prepared:
    *told, body, rest, raw, paused = piece
    return fields.prepared_of(told, body, rest, raw, [fields.Pause(*one) for one in json.loads(paused)])


def _always(told: Mapping[str, object]) -> Callable[[Mapping[str, Any] | None], Mapping[str, object]]:
    return lambda held: told


def _record(source: Body) -> Piece:
    return source["noun"], source["id"], source["version"], source["fields"]


def _topic(source: Body) -> Piece:
    return source["topic"], source["retired"], documents.unpacked(source["centroid"]), source["fields"]


def _assignment(source: Body) -> Piece:
    return source["fingerprint"], source["topic"], source["match"], source["similarity"], source.get("found")


def _delivery(source: Body) -> Piece:
    body = documents.unpacked(source["body"])
    told = source["number"], source["source"], source["delivery"], body, source["headers"], source["at"]
    return (*told, source["became"], source.get("outcome"))


def _record_write(run: int, piece: Piece) -> Write:
    told = dict(zip(("noun", "id", "version", "fields"), piece, strict=True))
    return Write(RECORDS, "index", document_id(*piece[:2]), told)


def _topic_write(run: int, piece: Piece) -> Write:
    topic, retired, centroid, told = piece
    document = {"run": run, "topic": topic, "retired": retired, "centroid": documents.packed(centroid), "fields": told}
    return Write(TOPICS, "index", document_id(run, topic), document)


def _delivery_write(run: int, piece: Piece) -> Write:
    number, source, delivery, body, headers, at, became, outcome = piece
    document = {"number": number, "source": source, "delivery": delivery, "body": documents.packed(body),
                "headers": headers, "at": at, "became": became, "outcome": outcome}  # fmt: skip
    return Write(INBOX, "index", document_id(source, delivery), document)


def _of_run(run: int) -> Body:
    return {"term": {"run": run}}


TABLES = {
    "records": Part(RECORDS, ("noun", "id"), _record, _record_write, lambda run: OWN),
    "topics": Part(TOPICS, ("topic",), _topic, _topic_write, _of_run),
    "assignments": Part(ASSIGNMENTS, ("fingerprint",), _assignment, None, _of_run),
    "inbox": Part(INBOX, ("number",), _delivery, _delivery_write),
}
