"""Everything of a SQLite store as pieces: each part is a few columns of one table, in order of its key."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from ticketlens.errors import StoreError
from ticketlens.store.answer_codec import kept_answer, kept_customer
from ticketlens.store.base import COPY, PARTS, Piece, Prepared
from ticketlens.store.fields import Pause, in_order, prepared_of
from ticketlens.store.sqlite.answers import write_answers
from ticketlens.store.sqlite.columns import QUOTED
from ticketlens.store.sqlite.customers import write_customers
from ticketlens.store.sqlite.tickets import SqliteTickets, grow, version_of
from ticketlens.store.sqlite.topics import switch


@dataclass(frozen=True, slots=True)
class Part:
    """`columns` begin with those of the key, as the part's pieces do."""

    columns: tuple[str, ...]
    table: str
    where: str = "true"


ERASED = ("records", "assignments", "customers")
PAUSES = (
    "(SELECT json_group_array(json_array(p.start, p.stop, p.done)) FROM "
    "(SELECT start, stop, done FROM pauses WHERE key = t.key AND start < stop ORDER BY start) p)"
)
TABLES = {
    "records": Part(("noun", "id", "version", "fields"), "records", f"noun <> '{COPY}'"),
    "counters": Part(("name", "value"), "counters", "name <> 'generation' AND value > 0"),
    "read_to": Part(("source", "at"), "read_to"),
    "vectors": Part(("model", "fingerprint", "vector"), "vectors"),
    "topics": Part(("id", "retired", "centroid", "fields"), "topics"),
    "assignments": Part(("fingerprint", "topic", "match", "similarity", "found"), "assignments"),
    "inbox": Part(("number", "source", "delivery", "body", "headers", "at", "became", "outcome"), "inbox"),
    "answers": Part(("source", "id", "kept"), "answers"),
    "customers": Part(("id", "kept"), "customers"),
    "tickets": Part(
        (*(f"t.{name}" for name in QUOTED), "d.body", "d.rest", "r.ticket", PAUSES),
        "tickets t JOIN details d ON d.key = t.key JOIN raw r ON r.key = t.key",
    ),
}


class SqliteCopies(SqliteTickets):
    def count_part(self, part: str) -> int:
        told = TABLES[part]
        return int(self._db.value(f"SELECT count(*) FROM {told.table} WHERE {told.where}"))

    def read_part(self, part: str, after: Piece | None, limit: int) -> list[Piece]:
        told = TABLES[part]
        key = ", ".join(told.columns[: PARTS[part]])
        later = f" AND ({key}) > ({_marks(PARTS[part])})" if after is not None else ""
        sql = f"SELECT {', '.join(told.columns)} FROM {told.table} WHERE {told.where}{later} ORDER BY {key} LIMIT ?"
        rows = self._db.rows(sql, (*(after or ()), limit))
        return [_with_rest_in_order(row) for row in rows] if part == "tickets" else rows

    def write_part(self, part: str, pieces: Sequence[Piece]) -> None:
        if part == "tickets":
            self._keep([_prepared(piece) for piece in pieces])
            return
        if part in ("answers", "customers"):
            self._keep_voice(part, [str(piece[-1]) for piece in pieces])
            return
        told = TABLES[part]
        sql = f"INSERT OR REPLACE INTO {told.table} ({', '.join(told.columns)}) VALUES ({_marks(len(told.columns))})"
        self._change(part, lambda connection: connection.executemany(sql, pieces), [piece[0] for piece in pieces])

    def erase_part(self, part: str, places: Sequence[Piece]) -> None:
        if part not in ERASED:
            raise StoreError(f"{part} are never taken out of a store")
        told = TABLES[part]
        sql = f"DELETE FROM {told.table} WHERE ({', '.join(told.columns[: PARTS[part]])}) = ({_marks(PARTS[part])})"
        self._change(part, lambda connection: connection.executemany(sql, places), [place[0] for place in places])

    def _change(self, part: str, change: Callable[[apsw.Connection], object], names: Sequence[Any]) -> None:
        with self._db.transaction() as connection:
            change(connection)
            if part == "assignments":
                switch(connection, names)
            if part in ("assignments", "topics", "customers"):
                grow(connection)

    def _keep_voice(self, part: str, packed: Sequence[str]) -> None:
        with self._db.transaction() as connection:
            if part == "answers":
                write_answers(connection, map(kept_answer, packed))
            else:
                write_customers(connection, map(kept_customer, packed))

    def _keep(self, batch: Sequence[Prepared]) -> None:
        """Tickets as they are told, whatever version is there."""
        with self._db.transaction() as connection:
            keyed = [(version_of(connection, one.ticket.source, one.ticket.id)[0], one) for one in batch]
            new = [(key, one) for key, one in keyed if key is None]
            self._write(connection, new, new=True)
            self._write(connection, [(key, one) for key, one in keyed if key is not None], new=False)
            grow(connection)
        self._tune_when_grown(len(new))


def _prepared(piece: Piece) -> Prepared:
    *told, body, rest, raw, paused = piece
    return prepared_of(told, body, rest, raw, [Pause(*one) for one in json.loads(paused)])


def _with_rest_in_order(piece: Piece) -> Piece:
    *told, rest, raw, paused = piece
    return (*told, in_order(rest), raw, paused)


def _marks(count: int) -> str:
    return ", ".join("?" * count)
