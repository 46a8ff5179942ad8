"""Vectors in SQLite: one row a (model, text), exact neighbours by matrix product."""

from collections.abc import Sequence

import numpy as np

from ticketlens.store.base import Key, Row, Vectors
from ticketlens.store.sqlite import columns
from ticketlens.store.sqlite.connection import Database

MISSING = (
    "FROM tickets t WHERE t.excluded IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.model = ? AND v.fingerprint = t.fingerprint)"
)
IN_USE = "v.model = ? AND EXISTS (SELECT 1 FROM tickets t WHERE t.fingerprint = v.fingerprint AND t.excluded IS NULL)"
CHUNK = 8192


class SqliteVectors:
    _db: Database

    def texts_without_vector(self, model: str, limit: int) -> list[tuple[str, str, str]]:
        sql = (
            f"SELECT t.fingerprint, t.subject, d.body {MISSING} "
            "GROUP BY t.fingerprint HAVING t.key = min(t.key) LIMIT ?"
        ).replace("FROM tickets t", "FROM tickets t JOIN details d ON d.key = t.key")
        return [(f, subject, body) for f, subject, body in self._db.rows(sql, (model, limit))]

    def count_without_vector(self, model: str) -> int:
        return int(self._db.value(f"SELECT count(DISTINCT t.fingerprint) {MISSING}", (model,)))

    def put_vectors(self, model: str, fingerprints: Sequence[str], vectors: Vectors) -> None:
        packed = np.ascontiguousarray(vectors, dtype="<f4")
        rows = ((model, name, row.tobytes()) for name, row in zip(fingerprints, packed, strict=True))
        with self._db.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def vectors(self, model: str) -> tuple[list[str], Vectors]:
        fingerprints: list[str] = []
        parts: list[Vectors] = []
        with self._db.snapshot():
            rows = self._db.each(
                f"SELECT v.fingerprint, v.vector FROM vectors v WHERE {IN_USE} ORDER BY v.fingerprint", (model,)
            )
            chunk: list[bytes] = []
            for name, packed in rows:
                fingerprints.append(name)
                chunk.append(packed)
                if len(chunk) == CHUNK:
                    parts.append(_unpacked(chunk))
                    chunk = []
        if chunk:
            parts.append(_unpacked(chunk))
        return fingerprints, np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)

    def nearest(self, model: str, source: str, id: str, limit: int) -> list[tuple[Row, float]]:
        own = self._db.value("SELECT fingerprint FROM tickets WHERE source = ? AND id = ?", (source, id))
        packed = self._db.value("SELECT vector FROM vectors WHERE model = ? AND fingerprint = ?", (model, own))
        if packed is None:
            return []
        return self._near(model, np.frombuffer(packed, dtype="<f4"), limit, (source, id))

    def near(self, model: str, vector: Vectors, limit: int) -> list[tuple[Row, float]]:
        return self._near(model, vector, limit, None)

    def _near(self, model: str, vector: Vectors, limit: int, own: Key | None) -> list[tuple[Row, float]]:
        best = self._best(model, vector, limit + 1)
        found: list[tuple[Row, float]] = []
        order = "ORDER BY t.created_at DESC, t.source, t.id LIMIT ?"
        sql = f"{columns.SELECT} WHERE t.fingerprint = ? AND t.excluded IS NULL {order}"
        for name, cosine in best:
            rows = [columns.row(one) for one in self._db.rows(sql, (name, limit + 1))]
            found += [(row, cosine) for row in rows if (row.ticket.source, row.ticket.id) != own]
        return found[:limit]

    def _best(self, model: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The most similar texts, a chunk at a time, so that memory stays flat."""
        best: list[tuple[float, str]] = []
        sql = f"SELECT v.fingerprint, v.vector FROM vectors v WHERE {IN_USE} ORDER BY v.fingerprint"
        names: list[str] = []
        chunk: list[bytes] = []

        def fold() -> None:
            cosines = _unpacked(chunk) @ vector
            top = np.argsort(-cosines, kind="stable")[:limit]
            best.extend((-float(cosines[i]), names[i]) for i in top)
            best.sort()
            del best[limit:]
            names.clear()
            chunk.clear()

        for name, packed in self._db.each(sql, (model,)):
            names.append(name)
            chunk.append(packed)
            if len(chunk) == CHUNK:
                fold()
        if chunk:
            fold()
        return [(name, -negative) for negative, name in best]


def _unpacked(chunk: Sequence[bytes]) -> Vectors:
    return np.frombuffer(b"".join(chunk), dtype="<f4").reshape(len(chunk), -1)
