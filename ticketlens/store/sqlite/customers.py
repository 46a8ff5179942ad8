"""Customers in SQLite."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import apsw

from ticketlens.metrics.periods import Period
from ticketlens.model.answer import Survey
from ticketlens.model.customer import Customer
from ticketlens.store.answer_codec import decide, hundredths, kept_customer, packed_customer, packed_survey
from ticketlens.store.answers import CustomerPage, CustomerScore, Kept, KeptCustomer
from ticketlens.store.base import Put
from ticketlens.store.codec import seconds
from ticketlens.store.cursors import decoded, encoded_place
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.questions import FOREVER
from ticketlens.store.sqlite.tickets import grow

INSERT = "INSERT OR REPLACE INTO customers (id, since, churned_at, value, currency, kept) VALUES (?, ?, ?, ?, ?, ?)"
SCORES = """
    SELECT s.customer, s.last & 15, c.value, c.currency, coalesce(n.tickets, 0) FROM (
        SELECT customer, max(at * 16 + score) AS last FROM answers
        WHERE survey = ? AND at >= ? AND at < ? AND customer IS NOT NULL AND score IS NOT NULL GROUP BY customer
    ) s LEFT JOIN customers c ON c.id = s.customer LEFT JOIN (
        SELECT requester, count(*) AS tickets FROM tickets
        WHERE excluded IS NULL AND created_at >= ? AND created_at < ? AND requester IS NOT NULL GROUP BY requester
    ) n ON n.requester = s.customer ORDER BY s.customer
"""


class SqliteCustomers:
    _db: Database

    def put_customers(self, batch: Sequence[KeptCustomer]) -> list[Put]:
        with self._db.transaction() as connection:
            held = {one.key: _held(connection, one.key) for one in batch}
            written, puts = decide(batch, held, lambda one: one.key)
            write_customers(connection, written.values())
        return puts

    def get_customer(self, id: str) -> Customer | None:
        packed = self._db.value("SELECT kept FROM customers WHERE id = ?", (id,))
        return kept_customer(packed).customer if packed else None

    def list_customers(self, *, cursor: str | None = None, limit: int = 50) -> CustomerPage:
        after = "" if cursor is None else decoded(cursor)[0][2]
        sql = "SELECT id, kept FROM customers WHERE id > ? ORDER BY id LIMIT ?"
        found = self._db.rows(sql, (after, limit + 1))
        items = tuple(kept_customer(packed).customer for _, packed in found[:limit])
        return CustomerPage(items, encoded_place((0, "", found[limit - 1][0])) if len(found) > limit else None)

    def delete_customer(self, id: str) -> bool:
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM customers WHERE id = ?", (id,))
            gone = connection.changes() > 0
            if gone:
                grow(connection)
            return gone

    def kept_customers(self, periods: Sequence[Period]) -> list[Kept]:
        sql = (
            "SELECT count(since), count(iif(churned_at < ?, since, NULL)), count(*) - count(since) "
            "FROM customers INDEXED BY customers_kept "
            f"WHERE coalesce(since, {-FOREVER}) < ? AND coalesce(churned_at, {FOREVER}) >= ?"
        )
        spans = [(seconds(one.start_at), seconds(one.end_at)) for one in periods]
        return [Kept(*self._db.rows(sql, (end, start, start))[0]) for start, end in spans]

    def value_sums(self) -> Mapping[str, tuple[int, int]]:
        sql = "SELECT currency, count(*), sum(value) FROM customers WHERE value IS NOT NULL GROUP BY 1 ORDER BY 1"
        return {currency: (n, total) for currency, n, total in self._db.rows(sql)}

    def customer_scores(self, survey: Survey, since: datetime, until: datetime) -> list[CustomerScore]:
        span = (seconds(since), seconds(until))
        return [CustomerScore(*row) for row in self._db.rows(SCORES, (packed_survey(survey), *span, *span))]


def write_customers(connection: apsw.Connection, customers: Iterable[KeptCustomer]) -> None:
    rows = [_row(one) for one in customers]
    connection.executemany(INSERT, rows)
    if rows:
        grow(connection)


def _row(kept: KeptCustomer) -> tuple[Any, ...]:
    one = kept.customer
    since, churned = (None if moment is None else seconds(moment) for moment in (one.since, one.churned_at))
    return one.id, since, churned, hundredths(one.worth_per_year), one.currency, packed_customer(kept)


def _held(connection: apsw.Connection, id: str) -> KeptCustomer | None:
    for (packed,) in connection.execute("SELECT kept FROM customers WHERE id = ?", (id,)):
        return kept_customer(str(packed))
    return None
