"""Vectors in Elasticsearch: an index for each model, near ones by its graph, and their cosines computed exactly."""

import base64
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from ticketlens.model.filter import NONE
from ticketlens.store.base import Key, Row, Vectors
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.bulk import Write, bulk
from ticketlens.store.elastic.cluster import VECTORS, Body, Cluster
from ticketlens.store.elastic.composite import distinct
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import every, never
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.placing import CHUNK
from ticketlens.store.elastic.switch import lately

COUNTED: Body = {"term": {"excluded": NONE}}
LIVELY = 10_000
"""A page of hits at most."""

PAGE = 1_000
GONE = 404
"""The status of a write to a ticket that was deleted meanwhile."""


def noun_of(model: str) -> str:
    return f"{VECTORS}.{document_id(model)[:12]}"


class ElasticVectors:
    _cluster: Cluster

    def texts_without_vector(self, model: str, limit: int) -> list[tuple[str, str, str]]:
        noun = noun_of(model)
        self._cluster.refresh(TICKETS)
        while True:
            found = self._cluster.search(
                TICKETS, query=_without(noun), collapse={"field": "fingerprint"}, sort=["created_at", "source", "id"],
                size=min(limit, LIVELY), source_includes=["fingerprint", "subject", "body"], track_total_hits=False,
            )["hits"]["hits"]  # fmt: skip
            told = {hit["_source"]["fingerprint"]: hit["_source"] for hit in found}
            there = self._there(noun, list(told))
            if not there:
                return [(name, source["subject"], source["body"]) for name, source in told.items()]
            self._mark(noun, there)

    def count_without_vector(self, model: str) -> int:
        noun = noun_of(model)
        self._cluster.refresh(TICKETS)
        if not self._cluster.count(TICKETS, _without(noun)):
            return 0
        return sum(1 for _ in distinct(self._cluster, TICKETS, "fingerprint", _without(noun)))

    def put_vectors(self, model: str, fingerprints: Sequence[str], vectors: Vectors) -> None:
        noun = noun_of(model)
        packed = np.ascontiguousarray(vectors, dtype="<f4")
        writes = [
            Write(noun, "index", document_id(name), _document(model, name, row))
            for name, row in zip(fingerprints, packed, strict=True)
        ]
        for outcome in bulk(self._cluster, writes):
            outcome.must_be_done()
        self._cluster.kept.pop(VECTORS, None)
        self._mark(noun, list(fingerprints))

    def vectors(self, model: str) -> tuple[list[str], Vectors]:
        noun = noun_of(model)
        if not self._cluster.known(noun):
            return [], np.zeros((0, 0), dtype=np.float32)
        self._cluster.refresh(TICKETS)
        used = set(distinct(self._cluster, TICKETS, "fingerprint", COUNTED))
        names: list[str] = []
        parts: list[bytes] = []
        hits = self._cluster.scan(noun, {"match_all": {}}, sort=["fingerprint"], size=PAGE,
                                  source_includes=["fingerprint", "packed"])  # fmt: skip
        for hit in hits:
            if (name := hit["_source"]["fingerprint"]) in used:
                names.append(name)
                parts.append(base64.b64decode(hit["_source"]["packed"]))
        if not names:
            return [], np.zeros((0, 0), dtype=np.float32)
        return names, np.frombuffer(b"".join(parts), dtype="<f4").reshape(len(names), -1)

    def nearest(self, model: str, source: str, id: str, limit: int) -> list[tuple[Row, float]]:
        noun = noun_of(model)
        own = self._cluster.get(TICKETS, documents.ticket_id(source, id), source_includes=["fingerprint"])
        if own is None or not self._cluster.known(noun):
            return []
        name = own["_source"]["fingerprint"]
        held = self._cluster.get(noun, document_id(name), source_includes=["packed"])
        if held is None:
            return []
        return self._nearest(noun, _unpacked(held["_source"]["packed"]), limit, (source, id))

    def near(self, model: str, vector: Vectors, limit: int) -> list[tuple[Row, float]]:
        noun = noun_of(model)
        return self._nearest(noun, vector, limit, None) if self._cluster.known(noun) else []

    def _nearest(self, noun: str, vector: Vectors, limit: int, own: Key | None) -> list[tuple[Row, float]]:
        wanted = 2 * limit + 20
        while True:
            near = self._near(noun, vector, wanted)
            found = self._rows_of(near, own, limit)
            if len(found) >= limit or len(near) < wanted or wanted >= LIVELY:
                return found[:limit]
            wanted = min(4 * wanted, LIVELY)

    def _near(self, noun: str, vector: Vectors, wanted: int) -> list[tuple[str, float]]:
        """(fingerprint, cosine) of the texts nearest by the graph, in the order of their exact cosines."""
        if not float(np.linalg.norm(vector)):
            return []
        knn = {"field": "vector", "query_vector": _listed(vector), "k": wanted,
               "num_candidates": min(max(4 * wanted, 200), LIVELY)}  # fmt: skip
        found = self._cluster.search(noun, knn=knn, size=wanted, source_includes=["fingerprint", "packed"])
        told = [(hit["_source"]["fingerprint"], _unpacked(hit["_source"]["packed"])) for hit in found["hits"]["hits"]]
        near = [(name, float(row @ vector)) for name, row in told]
        return sorted(near, key=lambda one: (-one[1], one[0]))

    def _rows_of(self, near: Sequence[tuple[str, float]], own: Key | None, limit: int) -> list[tuple[Row, float]]:
        slot = lately(self._cluster).placing.slot
        by_text: dict[str, list[Row]] = defaultdict(list)
        for hit in self._tickets_of([name for name, _ in near], limit):
            one = documents.row(hit["_source"], slot)
            if (one.ticket.source, one.ticket.id) != own:
                by_text[hit["_source"]["fingerprint"]].append(one)
        return [(one, cosine) for name, cosine in near for one in by_text[name]]

    def _tickets_of(self, names: Sequence[str], limit: int) -> Iterator[Body]:
        """Of each text the newest tickets, `limit` and one at most."""
        inner = {"name": "newest", "size": limit + 1, "sort": [{"created_at": "desc"}, "source", "id"],
                 "_source": {"includes": [*documents.ROW, "fingerprint"]}}  # fmt: skip
        for start in range(0, len(names), PAGE):
            query = every(COUNTED, {"terms": {"fingerprint": list(names[start : start + PAGE])}})
            collapse = {"field": "fingerprint", "inner_hits": inner}
            found = self._cluster.search(TICKETS, query=query, collapse=collapse, size=PAGE, source=False)
            for hit in found["hits"]["hits"]:
                yield from hit["inner_hits"]["newest"]["hits"]["hits"]

    def _there(self, noun: str, names: Sequence[str]) -> list[str]:
        if not names or not self._cluster.known(noun):
            return []
        keys = {document_id(name): name for name in names}
        return [keys[key] for key in self._cluster.mget(noun, list(keys), source=False)]

    def _mark(self, noun: str, names: Sequence[str]) -> None:
        """Note in the tickets of these texts that the model has seen them."""
        for start in range(0, len(names), CHUNK):
            chosen = {"terms": {"fingerprint": list(names[start : start + CHUNK])}}
            left = True
            while left:
                hits = self._cluster.scan(
                    TICKETS, every(chosen, never({"term": {"embedded": noun}})), size=PAGE,
                    source_includes=["embedded"], seq_no_primary_term=True,
                )  # fmt: skip
                writes = [
                    Write(
                        TICKETS, "update", hit["_id"], {"doc": {"embedded": [*hit["_source"]["embedded"], noun]}}, hit
                    )
                    for hit in hits
                ]
                outcomes = bulk(self._cluster, writes) if writes else []
                for outcome in outcomes:
                    if not outcome.conflict and outcome.status != GONE:
                        outcome.must_be_done()
                left = any(outcome.conflict for outcome in outcomes)


def _without(noun: str) -> Body:
    return every(COUNTED, never({"term": {"embedded": noun}}))


def _document(model: str, name: str, row: Vectors) -> Body:
    return with_vector({"model": model, "fingerprint": name, "packed": base64.b64encode(row.tobytes()).decode()})


def with_vector(told: Body) -> Body:
    """The document with what is searched: the unit vector of its packed row, where it has a length."""
    row = _unpacked(told["packed"])
    length = float(np.linalg.norm(row))
    return {**told, "vector": _listed(row / np.float32(length))} if length else told


def _listed(row: Vectors) -> list[float]:
    return [float(value) for value in row]


def _unpacked(text: str) -> Vectors:
    return np.frombuffer(base64.b64decode(text), dtype="<f4")
