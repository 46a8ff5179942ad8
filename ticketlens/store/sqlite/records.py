"""The small nouns, the inbox and the leases in SQLite."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from ticketlens.store.base import Record
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.connection import Database


class SqliteRecords:
    _db: Database

    def put_record(
        self, noun: str, id: str, fields: Mapping[str, object], *, expected: int | None = None
    ) -> int | None:
        with self._db.transaction() as connection:
            held = connection.execute("SELECT version FROM records WHERE noun = ? AND id = ?", (noun, id)).fetchall()
            version = cast(int, held[0][0]) if held else 0
            if expected is not None and expected != version:
                return None
            packed = json.dumps(fields, ensure_ascii=False)
            connection.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", (noun, id, version + 1, packed))
            return version + 1

    def get_record(self, noun: str, id: str) -> Record | None:
        rows = self._db.rows("SELECT version, fields FROM records WHERE noun = ? AND id = ?", (noun, id))
        return Record(id, json.loads(rows[0][1]), rows[0][0]) if rows else None

    def records(self, noun: str) -> list[Record]:
        rows = self._db.rows("SELECT id, version, fields FROM records WHERE noun = ? ORDER BY id", (noun,))
        return [Record(id_, json.loads(fields), version) for id_, version, fields in rows]

    def delete_record(self, noun: str, id: str) -> bool:
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM records WHERE noun = ? AND id = ?", (noun, id))
            return connection.changes() > 0


class SqliteInbox:
    _db: Database

    def put_delivery(self, source: str, delivery: str, body: bytes, headers: Mapping[str, str], at: datetime) -> bool:
        sql = "INSERT OR IGNORE INTO inbox (source, delivery, body, headers, at) VALUES (?, ?, ?, ?, ?)"
        with self._db.transaction() as connection:
            connection.execute(sql, (source, delivery, body, json.dumps(dict(headers)), seconds(at)))
            return connection.changes() > 0

    def deliveries(self, *, limit: int) -> list[tuple[int, str, bytes, Mapping[str, str]]]:
        sql = "SELECT number, source, body, headers FROM inbox WHERE outcome IS NULL ORDER BY number LIMIT ?"
        return [
            (number, source, body, json.loads(headers))
            for number, source, body, headers in self._db.rows(sql, (limit,))
        ]

    def settle(self, number: int, outcome: str) -> None:
        with self._db.transaction() as connection:
            connection.execute("UPDATE inbox SET outcome = ? WHERE number = ?", (outcome, number))


class SqliteLeases:
    _db: Database

    def claim(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
        at = now.timestamp()
        sql = (
            "INSERT INTO leases VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, "
            "until = excluded.until WHERE leases.holder = excluded.holder OR leases.until <= ?"
        )
        with self._db.transaction() as connection:
            connection.execute(sql, (name, holder, at + seconds, at))
            return connection.changes() > 0

    def release(self, name: str, holder: str) -> None:
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))

    def is_claimed(self, name: str, now: datetime) -> bool:
        return bool(self._db.rows("SELECT 1 FROM leases WHERE name = ? AND until > ?", (name, now.timestamp())))
