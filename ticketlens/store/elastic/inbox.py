"""The inbox in Elasticsearch: one document a delivery, created once under an id of its own, settled later."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from ticketlens.model.delivery import SETTLED, Became, Delivery, DeliveryKey, KeptDelivery, Outcome
from ticketlens.store.codec import from_seconds, seconds
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.bulk import Write, bulk
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.ids import document_id

INBOX = "inbox"
MOST_SOURCES = 10_000
MISSING = 404


class ElasticInbox:
    _cluster: Cluster

    def put_deliveries(self, batch: Sequence[Delivery]) -> list[bool]:
        first = time.time_ns()
        names = dict.fromkeys(one.key for one in batch)
        written: dict[DeliveryKey, bool] = {}
        writes = [
            Write(INBOX, "create", document_id(*key), _document(first + number, one))
            for number, (key, one) in enumerate((key, _first(batch, key)) for key in names)
        ]
        for key, outcome in zip(names, bulk(self._cluster, writes), strict=True):
            if not outcome.conflict:
                outcome.must_be_done()
            written[key] = outcome.done or outcome.again
        return [written.pop(one.key, False) for one in batch]

    def waiting(self, source: str, limit: int) -> list[KeptDelivery]:
        return self._found([{"term": {"source": source}}, {"term": {"became": "waiting"}}], "asc", limit)

    def settle(self, outcomes: Mapping[DeliveryKey, Outcome]) -> None:
        writes = [
            Write(INBOX, "update", document_id(*key), {"doc": {"became": one.became, "outcome": one.reason}})
            for key, one in outcomes.items()
        ]
        for told in bulk(self._cluster, writes) if writes else ():
            if told.status != MISSING:
                told.must_be_done()

    def deliveries(
        self, source: str, *, became: Became | None = None, before: int | None = None, limit: int = 50
    ) -> list[KeptDelivery]:
        asked: list[Body] = [{"term": {"source": source}}]
        asked += [] if became is None else [{"term": {"became": became}}]
        asked += [] if before is None else [{"range": {"number": {"lt": before}}}]
        return self._found(asked, "desc", limit)

    def delivery(self, source: str, number: int) -> KeptDelivery | None:
        found = self._found([{"term": {"source": source}}, {"term": {"number": number}}], "asc", 1)
        return found[0] if found else None

    def waiting_counts(self) -> dict[str, int]:
        return {source: n for source, n in self._counts({"term": {"became": "waiting"}}, "source").items() if n}

    def delivery_counts(self, source: str, since: datetime) -> dict[Became, int]:
        own, waiting = {"term": {"source": source}}, {"term": {"became": "waiting"}}
        either = {"bool": {"should": [waiting, {"range": {"at": {"gte": seconds(since)}}}]}}
        return cast(dict[Became, int], self._counts({"bool": {"filter": [own, either]}}, "became"))

    def forget_deliveries(self, source: str, until: datetime) -> int:
        self._cluster.refresh(INBOX)
        older: Body = {"bool": {
            "filter": [{"term": {"source": source}}, {"range": {"at": {"lt": seconds(until)}}}],
            "must_not": [{"term": {"became": "waiting"}}],
        }}  # fmt: skip
        found = [hit["_id"] for hit in self._cluster.each(INBOX, older, source=False)]
        told = bulk(self._cluster, [Write(INBOX, "delete", id_) for id_ in found]) if found else []
        return sum(one.done for one in told)

    def _counts(self, query: Body, field: str) -> dict[str, int]:
        self._cluster.refresh(INBOX)
        told = {"told": {"terms": {"field": field, "size": MOST_SOURCES}}}
        found = self._cluster.search(INBOX, size=0, query=query, aggs=told)["aggregations"]["told"]["buckets"]
        return {str(one["key"]): int(one["doc_count"]) for one in found}

    def _found(self, asked: list[Body], order: str, limit: int) -> list[KeptDelivery]:
        self._cluster.refresh(INBOX)
        query = {"bool": {"filter": asked}}
        found = self._cluster.search(INBOX, query=query, sort=[{"number": order}], size=limit)
        return [_kept(hit["_source"]) for hit in found["hits"]["hits"]]


def outcome_apart(source: Body) -> Body:
    """A document of version 1 as one of version 2: what became of a delivery stands apart from why."""
    told = {name: value for name, value in source.items() if name != "waiting"}
    outcome = str(source.get("outcome") or "")
    settled = next((name for name in SETTLED if outcome.startswith(name)), "set_aside")
    return {**told, "became": "waiting" if source["waiting"] else settled}


def _first(batch: Sequence[Delivery], key: DeliveryKey) -> Delivery:
    return next(one for one in batch if one.key == key)


def _document(number: int, one: Delivery) -> dict[str, Any]:
    return {
        "number": number, "source": one.source, "delivery": one.name, "became": "waiting", "at": seconds(one.at),
        "body": documents.packed(one.body), "headers": json.dumps(dict(one.headers), ensure_ascii=False),
    }  # fmt: skip


def _kept(told: Mapping[str, Any]) -> KeptDelivery:
    headers = json.loads(told["headers"])
    body, at = documents.unpacked(told["body"]), from_seconds(told["at"])
    delivery = Delivery(told["source"], told["delivery"], body, headers, at)
    return KeptDelivery(told["number"], delivery, Outcome(told["became"], told.get("outcome")))
