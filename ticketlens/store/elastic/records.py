"""The small nouns, counters and leases: single documents under compare-and-set."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ticketlens.store.base import Record
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.leases import Claim

RECORDS = "records"
LEASE, COUNTER = "_lease", "_counter"
"""Nouns of the store's own; none of ours begins with a line."""


class ElasticRecords:
    _cluster: Cluster

    def put_record(
        self, noun: str, id: str, fields: Mapping[str, object], *, expected: int | None = None
    ) -> int | None:
        return put(self._cluster, noun, id, lambda held: fields, expected=expected)

    def get_record(self, noun: str, id: str) -> Record | None:
        held = self._cluster.get(RECORDS, document_id(noun, id))
        return None if held is None else _record(held["_source"])

    def records(self, noun: str) -> list[Record]:
        self._cluster.refresh(RECORDS)
        found = self._cluster.each(RECORDS, {"term": {"noun": noun}})
        return sorted((_record(hit["_source"]) for hit in found), key=lambda record: record.id)

    def delete_record(self, noun: str, id: str) -> bool:
        name = document_id(noun, id)
        while (held := self._cluster.get(RECORDS, name)) is not None:
            if self._cluster.erase(RECORDS, name, held):
                return True
        return False


class ElasticLeases:
    _cluster: Cluster

    def claim(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
        at = now.timestamp()

        def taken(held: Mapping[str, Any] | None) -> Mapping[str, object] | None:
            if held is not None and held["holder"] != holder and held["until"] > at:
                return None
            return {"holder": holder, "until": at + seconds}

        return put(self._cluster, LEASE, name, taken) is not None

    def release(self, name: str, holder: str) -> None:
        key = document_id(LEASE, name)
        while (held := self._cluster.get(RECORDS, key)) is not None:
            if json.loads(held["_source"]["fields"])["holder"] != holder or self._cluster.erase(RECORDS, key, held):
                return

    def is_claimed(self, name: str, now: datetime) -> bool:
        return self.claim_of(name, now) is not None

    def claim_of(self, name: str, now: datetime) -> Claim | None:
        held = self._cluster.get(RECORDS, document_id(LEASE, name))
        told: Mapping[str, Any] = json.loads(held["_source"]["fields"]) if held else {"until": 0.0}
        if told["until"] <= now.timestamp():
            return None
        return Claim(told["holder"], datetime.fromtimestamp(told["until"], UTC))


def put(
    cluster: Cluster,
    noun: str,
    id: str,
    change: Callable[[Mapping[str, Any] | None], Mapping[str, object] | None],
    *,
    expected: int | None = None,
) -> int | None:
    """Put what `change` makes of the fields that are there, or of None; the new version.

    None where `change` gives None, or where the version there is not the `expected` one (0: there is none). Of two
    writers at once the second sees what the first one wrote.
    """
    name = document_id(noun, id)
    begins = expected == 0
    while True:
        held = None if begins else cluster.get(RECORDS, name)
        version = int(held["_source"]["version"]) if held else 0
        if expected is not None and expected != version:
            return None
        fields = change(json.loads(held["_source"]["fields"]) if held else None)
        if fields is None:
            return None
        packed = json.dumps(fields, ensure_ascii=False)
        written_by = secrets.token_hex(8)  # so that two who write the same are not taken for one
        document = {"noun": noun, "id": id, "version": version + 1, "fields": packed, "written_by": written_by}
        if cluster.write(RECORDS, name, document, held=held):
            return version + 1
        if begins:
            return None


def count_up(cluster: Cluster, counter: str, by: int) -> int:
    """The counter's value after it grew."""
    after = 0

    def grown(held: Mapping[str, Any] | None) -> Mapping[str, object]:
        nonlocal after
        after = (held["value"] if held else 0) + by
        return {"value": after}

    put(cluster, COUNTER, counter, grown)
    return after


def _record(source: Body) -> Record:
    return Record(source["id"], json.loads(source["fields"]), int(source["version"]))
