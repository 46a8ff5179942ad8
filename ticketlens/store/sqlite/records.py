"""The small nouns and the leases in SQLite."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from ticketlens.store.base import Record
from ticketlens.store.leases import Claim
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

    def claim_of(self, name: str, now: datetime) -> Claim | None:
        sql = "SELECT holder, until FROM leases WHERE name = ? AND until > ?"
        rows = self._db.rows(sql, (name, now.timestamp()))
        return Claim(str(rows[0][0]), datetime.fromtimestamp(rows[0][1], UTC)) if rows else None
