"""The inbox in SQLite: one row a delivery, unique by source and name."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ticketlens.model.delivery import Became, Delivery, DeliveryKey, KeptDelivery, Outcome
from ticketlens.store.codec import from_seconds, seconds
from ticketlens.store.sqlite.connection import Database

COLUMNS = "number, source, delivery, body, headers, at, became, outcome"


class SqliteInbox:
    _db: Database

    def put_deliveries(self, batch: Sequence[Delivery]) -> list[bool]:
        sql = "INSERT OR IGNORE INTO inbox (source, delivery, body, headers, at) VALUES (?, ?, ?, ?, ?)"
        new = []
        with self._db.transaction() as connection:
            for one in batch:
                told = json.dumps(dict(one.headers), ensure_ascii=False)
                connection.execute(sql, (one.source, one.name, one.body, told, seconds(one.at)))
                new.append(connection.changes() > 0)
        return new

    def waiting(self, source: str, limit: int) -> list[KeptDelivery]:
        sql = f"SELECT {COLUMNS} FROM inbox WHERE source = ? AND became = 'waiting' ORDER BY number LIMIT ?"
        return [_kept(row) for row in self._db.rows(sql, (source, limit))]

    def settle(self, outcomes: Mapping[DeliveryKey, Outcome]) -> None:
        sql = "UPDATE inbox SET became = ?, outcome = ? WHERE source = ? AND delivery = ?"
        rows = [(outcome.became, outcome.reason, *key) for key, outcome in outcomes.items()]
        with self._db.transaction() as connection:
            connection.executemany(sql, rows)

    def deliveries(
        self, source: str, *, became: Became | None = None, before: int | None = None, limit: int = 50
    ) -> list[KeptDelivery]:
        asked = ["source = ?"] + ([] if became is None else ["became = ?"])
        asked += [] if before is None else ["number < ?"]
        values = [source, *(value for value in (became, before) if value is not None), limit]
        sql = f"SELECT {COLUMNS} FROM inbox WHERE {' AND '.join(asked)} ORDER BY number DESC LIMIT ?"
        return [_kept(row) for row in self._db.rows(sql, values)]

    def delivery(self, source: str, number: int) -> KeptDelivery | None:
        rows = self._db.rows(f"SELECT {COLUMNS} FROM inbox WHERE source = ? AND number = ?", (source, number))
        return _kept(rows[0]) if rows else None

    def waiting_counts(self) -> dict[str, int]:
        return dict(self._db.rows("SELECT source, count(*) FROM inbox WHERE became = 'waiting' GROUP BY 1"))

    def delivery_counts(self, source: str, since: datetime) -> dict[Became, int]:
        sql = "SELECT became, count(*) FROM inbox WHERE source = ? AND (at >= ? OR became = 'waiting') GROUP BY 1"
        return dict(self._db.rows(sql, (source, seconds(since))))

    def forget_deliveries(self, source: str, until: datetime) -> int:
        with self._db.transaction() as connection:
            connection.execute(
                "DELETE FROM inbox WHERE source = ? AND at < ? AND became <> 'waiting'", (source, seconds(until))
            )
            return connection.changes()


def _kept(row: tuple[Any, ...]) -> KeptDelivery:
    number, source, name, body, headers, at, became, reason = row
    delivery = Delivery(source, name, body, json.loads(headers), from_seconds(at))
    return KeptDelivery(number, delivery, Outcome(became, reason))
