"""Where texts and single tickets are, in SQLite."""

import json
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from ticketlens.model.topic import MATCHES
from ticketlens.store.base import Assignment, Key, Vectors
from ticketlens.store.names import AFTER_SIGN, SIGN
from ticketlens.store.places import Place
from ticketlens.store.sqlite.connection import Database

ASSIGNED = "SELECT fingerprint, topic, match, similarity, found FROM assignments WHERE"
FRESH = (
    "SELECT v.fingerprint, v.vector FROM vectors v WHERE v.model = ? "
    "AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.fingerprint = v.fingerprint) "
    "AND EXISTS (SELECT 1 FROM tickets t WHERE t.fingerprint = v.fingerprint AND t.excluded IS NULL) ORDER BY 1"
)


class SqlitePlaces:
    _db: Database

    def where_are(self, tickets: Sequence[Key]) -> dict[Key, Place]:
        sql = "SELECT fingerprint, topic FROM tickets WHERE source = ? AND id = ?"
        with self._db.snapshot():
            return {key: Place(*row) for key in tickets for row in self._db.rows(sql, key)}

    def members(self, topic: int) -> list[tuple[Key, str]]:
        sql = "SELECT source, id, fingerprint FROM tickets WHERE topic = ? AND excluded IS NULL ORDER BY source, id"
        return [((source, id_), text) for source, id_, text in self._db.rows(sql, (topic,))]

    def placed(self) -> dict[str, Assignment]:
        return self._assigned("fingerprint >= ? AND fingerprint < ?", SIGN, AFTER_SIGN)

    def redirected(self, topics: Collection[int]) -> dict[str, Assignment]:
        chosen = "topic IN (SELECT value FROM json_each(?))"
        met = f"(found IS NOT NULL OR {chosen}) AND NOT (fingerprint >= ? AND fingerprint < ?)"
        return self._assigned(met, json.dumps(list(topics)), SIGN, AFTER_SIGN)

    def show(self) -> None:
        """Every commit is seen at once."""

    def repeated_texts(self) -> Mapping[str, int]:
        sql = "SELECT fingerprint, count(*) FROM tickets WHERE excluded IS NULL GROUP BY 1 HAVING count(*) > 1"
        return dict(self._db.rows(sql))

    def fresh(self, model: str) -> tuple[list[str], Vectors]:
        return _unpacked(self._db.rows(FRESH, (model,)))

    def vectors_of(self, model: str, fingerprints: Sequence[str]) -> tuple[list[str], Vectors]:
        sql = "SELECT fingerprint, vector FROM vectors WHERE model = ? AND fingerprint = ?"
        with self._db.snapshot():
            return _unpacked([row for name in fingerprints for row in self._db.rows(sql, (model, name))])

    def _assigned(self, met: str, *values: str) -> dict[str, Assignment]:
        rows = self._db.rows(f"{ASSIGNED} {met}", values)
        return {
            name: Assignment(topic, MATCHES[match], similarity, found) for name, topic, match, similarity, found in rows
        }


def _unpacked(rows: Sequence[tuple[str, bytes]]) -> tuple[list[str], Vectors]:
    if not rows:
        return [], np.zeros((0, 0), dtype=np.float32)
    packed = b"".join(vector for _, vector in rows)
    return [name for name, _ in rows], np.frombuffer(packed, dtype="<f4").reshape(len(rows), -1)
