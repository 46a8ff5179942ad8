"""Deliveries of webhooks: created once under an id of their own, settled later."""

import base64
import json
import time
from collections.abc import Mapping
from datetime import datetime

from ticketlens.store.codec import seconds
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.ids import document_id

INBOX = "inbox"


class ElasticInbox:
    _cluster: Cluster

    def put_delivery(self, source: str, delivery: str, body: bytes, headers: Mapping[str, str], at: datetime) -> bool:
        document = {
            "number": time.time_ns(), "source": source, "delivery": delivery, "waiting": 1, "at": seconds(at),
            "body": base64.b64encode(body).decode(), "headers": json.dumps(dict(headers)),
        }  # fmt: skip
        return self._cluster.write(INBOX, document_id(source, delivery), document, held=None)

    def deliveries(self, *, limit: int) -> list[tuple[int, str, bytes, Mapping[str, str]]]:
        self._cluster.refresh(INBOX)
        found = self._cluster.search(INBOX, query={"term": {"waiting": 1}}, sort=["number"], size=limit)
        told = (hit["_source"] for hit in found["hits"]["hits"])
        return [
            (one["number"], one["source"], base64.b64decode(one["body"]), json.loads(one["headers"])) for one in told
        ]

    def settle(self, number: int, outcome: str) -> None:
        self._cluster.refresh(INBOX)
        found = self._cluster.search(INBOX, query={"term": {"number": number}}, size=1)
        for hit in found["hits"]["hits"]:
            while (held := self._cluster.get(INBOX, hit["_id"])) is not None:
                settled = {**held["_source"], "waiting": 0, "outcome": outcome}
                if self._cluster.write(INBOX, hit["_id"], settled, held=held):
                    break
