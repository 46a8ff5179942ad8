"""Where texts and single tickets are, in Elasticsearch."""

import base64
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from ticketlens.store.base import Assignment, Key, Vectors
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS, ticket_id
from ticketlens.store.elastic.filters import every, never
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.placing import ASSIGNMENTS, CHUNK, assignment_id, assignment_of
from ticketlens.store.elastic.switch import known
from ticketlens.store.elastic.topics import TOPICS
from ticketlens.store.elastic.vectors import COUNTED, noun_of
from ticketlens.store.names import SIGN
from ticketlens.store.places import Place

MOST_TERMS = 60_000


class ElasticPlaces:
    _cluster: Cluster

    def where_are(self, tickets: Sequence[Key]) -> dict[Key, Place]:
        slot = known(self._cluster).placing.slot
        names = {key: ticket_id(*key) for key in tickets}
        held = self._cluster.mget(TICKETS, list(names.values()), source_includes=["fingerprint", f"topic_{slot}"])
        told = {key: held[name]["_source"] for key, name in names.items() if name in held}
        return {
            key: Place(one["fingerprint"], int(one[f"topic_{slot}"]) if one[f"topic_{slot}"] else None)
            for key, one in told.items()
        }

    def members(self, topic: int) -> list[tuple[Key, str]]:
        self._cluster.refresh(TICKETS)
        query = every(COUNTED, {"term": {f"topic_{known(self._cluster).placing.slot}": str(topic)}})
        hits = self._cluster.scan(TICKETS, query, source_includes=["source", "id", "fingerprint"])
        found = (hit["_source"] for hit in hits)
        return sorted(((one["source"], one["id"]), one["fingerprint"]) for one in found)

    def placed(self) -> dict[str, Assignment]:
        return self._assigned({"prefix": {"fingerprint": SIGN}})

    def redirected(self, topics: Collection[int]) -> dict[str, Assignment]:
        either: Body = {"bool": {"should": [
            {"exists": {"field": "found"}}, {"terms": {"topic": list(topics)[:MOST_TERMS]}},
        ]}}  # fmt: skip
        return self._assigned(either, never({"prefix": {"fingerprint": SIGN}}))

    def show(self) -> None:
        for noun in (TOPICS, ASSIGNMENTS, TICKETS):
            self._cluster.refresh(noun)

    def repeated_texts(self) -> Mapping[str, int]:
        counted = Counter(
            hit["_source"]["fingerprint"]
            for hit in self._cluster.scan(TICKETS, COUNTED, source_includes=["fingerprint"])
        )
        return {name: n for name, n in counted.items() if n > 1}

    def fresh(self, model: str) -> tuple[list[str], Vectors]:
        self._cluster.refresh(TICKETS)
        placing = known(self._cluster).placing
        query = every(COUNTED, {"term": {f"match_{placing.slot}": 0}})
        hits = self._cluster.scan(TICKETS, query, source_includes=["fingerprint"])
        alone = sorted({hit["_source"]["fingerprint"] for hit in hits})
        new = [name for part in _parts(alone) for name in self._unseen(part, placing.run)]
        return self.vectors_of(model, new)

    def _unseen(self, names: Sequence[str], run: int) -> list[str]:
        """Those of the texts that no run has looked at."""
        keys = {name: assignment_id(run, name) for name in names}
        seen = self._cluster.mget(ASSIGNMENTS, list(keys.values()), source=False)
        return [name for name, key in keys.items() if key not in seen]

    def vectors_of(self, model: str, fingerprints: Sequence[str]) -> tuple[list[str], Vectors]:
        noun = noun_of(model)
        rows: list[tuple[str, bytes]] = []
        for names in _parts(fingerprints if self._cluster.known(noun) else ()):
            keys = {name: document_id(name) for name in names}
            held = self._cluster.mget(noun, list(keys.values()), source_includes=["packed"])
            rows += [(n, base64.b64decode(held[k]["_source"]["packed"])) for n, k in keys.items() if k in held]
        if not rows:
            return [], np.zeros((0, 0), dtype=np.float32)
        packed = b"".join(row for _, row in rows)
        return [name for name, _ in rows], np.frombuffer(packed, dtype="<f4").reshape(len(rows), -1)

    def _assigned(self, *met: Body) -> dict[str, Assignment]:
        self._cluster.refresh(ASSIGNMENTS)
        query = every({"term": {"run": known(self._cluster).placing.run}}, *met)
        hits = self._cluster.scan(ASSIGNMENTS, query)
        return {hit["_source"]["fingerprint"]: assignment_of(hit["_source"]) for hit in hits}


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + CHUNK] for start in range(0, len(names), CHUNK))
