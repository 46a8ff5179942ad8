"""Tickets in SQLite: the winner of two versions, lists by time, full-text search."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

import apsw

from ticketlens.intake.tokens import search_tokens
from ticketlens.model.filter import Filter
from ticketlens.model.ticket import Ticket
from ticketlens.store import fields
from ticketlens.store.base import Key, Prepared, Put, Row, RowPage, Span, Version
from ticketlens.store.codec import from_seconds, load, seconds
from ticketlens.store.cursors import decoded, encoded
from ticketlens.store.names import ticket_name
from ticketlens.store.sqlite import columns
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import condition
from ticketlens.store.sqlite.numbers import numbers
from ticketlens.store.sqlite.rollup import changing
from ticketlens.store.versions import decide, name_of, same

TUNED_FROM = 4_096
PLACE = "SELECT topic, match, similarity FROM assignments WHERE fingerprint = ?"


class SqliteTickets:
    _db: Database

    def put_tickets(self, batch: Sequence[Prepared]) -> list[Put]:
        with self._db.transaction() as connection:
            held = {name: version_of(connection, *name) for name in dict.fromkeys(map(name_of, batch))}
            decision = decide(batch, {name: version for name, (_, version) in held.items()})
            again = [(version.reading, held[name][0]) for name, version in decision.read_again.items()]
            connection.executemany("UPDATE tickets SET reading = ? WHERE key = ?", again)
            winners = [(held[name][0], prepared) for name, prepared in decision.winners.items()]
            self._write(connection, [(key, prepared) for key, prepared in winners if key is None], new=True)
            self._write(connection, [(key, prepared) for key, prepared in winners if key is not None], new=False)
            _read_to(connection, fields.read_to(batch))
            if winners:
                grow(connection)
        self._tune_when_grown(sum(key is None for key, _ in winners))
        return decision.puts

    def set_read_to(self, source: str, at: datetime) -> None:
        with self._db.transaction() as connection:
            _read_to(connection, {source: seconds(at)})
            grow(connection)

    def _tune_when_grown(self, new: int) -> None:
        """Each time that the store has doubled, from 4,096 tickets on."""
        last = self._db.value("SELECT max(key) FROM tickets") or 0
        if new and last >= TUNED_FROM and last.bit_length() > (last - new).bit_length():
            self._db.tune()

    def put_derived(self, batch: Sequence[Prepared]) -> None:
        with self._db.transaction() as connection:
            unchanged = []
            for prepared in batch:
                key, version = version_of(connection, prepared.ticket.source, prepared.ticket.id)
                if key is not None and version is not None and same(prepared.version, version):
                    unchanged.append((key, replace(prepared, version=version)))
            self._write(connection, unchanged, new=False)
            grow(connection)

    def get_ticket(self, source: str, id: str) -> Row | None:
        found = self._db.rows(f"{columns.SELECT} WHERE t.source = ? AND t.id = ?", (source, id))
        return columns.row(found[0]) if found else None

    def get_raw(self, source: str, id: str) -> Ticket | None:
        sql = "SELECT r.ticket FROM raw r JOIN tickets t ON t.key = r.key WHERE t.source = ? AND t.id = ?"
        packed = self._db.value(sql, (source, id))
        return load(packed) if packed else None

    def each_raw(self, after: Key | None = None) -> Iterator[Ticket]:
        behind = "" if after is None else "WHERE (t.source, t.id) > (?, ?)"
        sql = f"SELECT r.ticket FROM tickets t JOIN raw r ON r.key = t.key {behind} ORDER BY t.source, t.id"
        for (packed,) in self._db.each(sql, after or ()):
            yield load(packed)

    def list_tickets(
        self, where: Filter, *, cursor: str | None = None, limit: int = 50, as_of: datetime | None = None
    ) -> RowPage:
        met = condition(where, as_of, walked=False)
        if cursor is not None:
            met.add("(t.created_at, t.source, t.id) < (?, ?, ?)", *decoded(cursor)[0])
        order = "ORDER BY t.created_at DESC, t.source DESC, t.id DESC LIMIT ?"
        found = self._db.rows(f"{columns.SELECT} WHERE {met.sql} {order}", [*met.values, limit + 1])
        rows = tuple(columns.row(one) for one in found[:limit])
        return RowPage(rows, encoded(rows[-1]) if len(found) > limit else None)

    def count_tickets(self, where: Filter, *, as_of: datetime | None = None) -> int:
        met = condition(where, as_of, walked=False)
        return int(self._db.value(f"SELECT count(*) FROM tickets t WHERE {met.sql}", met.values))

    def span(self) -> Span | None:
        first, last = self._db.rows(
            "SELECT (SELECT min(created_at) FROM tickets), (SELECT max(created_at) FROM tickets)"
        )[0]
        if first is None:
            return None
        read_to = self._db.value("SELECT max(at) FROM read_to")
        return Span(from_seconds(first), from_seconds(last), from_seconds(read_to))

    def _write(self, connection: apsw.Connection, batch: Sequence[tuple[int | None, Prepared]], *, new: bool) -> None:
        if not batch:
            return
        if new:
            last = connection.execute("SELECT coalesce(max(key), 0) FROM tickets").fetchall()[0][0]
            first = cast(int, last) + 1
            keyed = [(first + index, prepared) for index, (_, prepared) in enumerate(batch)]
        else:
            keyed = [(key, prepared) for key, prepared in batch if key is not None]
        with changing(connection, [key for key, _ in keyed]):
            _write_rows(connection, keyed, new=new)
            _write_sides(connection, keyed, new=new)


def _write_rows(connection: apsw.Connection, keyed: Sequence[tuple[int, Prepared]], *, new: bool) -> None:
    told = [fields.values(prepared) for _, prepared in keyed]
    numbered = numbers(connection, told, (prepared for _, prepared in keyed))
    rows = (
        (*row, *known, *_assignment(connection, prepared), key)
        for row, known, (key, prepared) in zip(told, numbered, keyed, strict=True)
    )
    connection.executemany(columns.INSERT if new else columns.UPDATE, rows)


def _write_sides(connection: apsw.Connection, keyed: Sequence[tuple[int, Prepared]], *, new: bool) -> None:
    if not new:
        for table in ("pauses", "details", "raw"):
            connection.executemany(f"DELETE FROM {table} WHERE key = ?", ((key,) for key, _ in keyed))
        connection.executemany("DELETE FROM search WHERE rowid = ?", ((key,) for key, _ in keyed))
    connection.executemany(
        "INSERT INTO details (key, body, rest) VALUES (?, ?, ?)", ((key, *fields.details(p)) for key, p in keyed)
    )
    connection.executemany("INSERT INTO raw (key, ticket) VALUES (?, ?)", ((key, p.raw) for key, p in keyed))
    connection.executemany(
        "INSERT OR IGNORE INTO pauses (key, start, stop, done) VALUES (?, ?, ?, ?)",
        [(key, *pause) for key, p in keyed for pause in fields.pauses(p)],
    )
    connection.executemany(
        "INSERT INTO search (rowid, tokens) VALUES (?, ?)",
        ((key, " ".join(search_tokens(fields.searchable(p)))) for key, p in keyed),
    )


def grow(connection: apsw.Connection) -> None:
    connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'generation'")


def version_of(connection: apsw.Connection, source: str, id: str) -> tuple[int | None, Version | None]:
    sql = "SELECT key, updated_us, reading, richness, digest FROM tickets WHERE source = ? AND id = ?"
    for key, *version in connection.execute(sql, (source, id)):
        return int(key), Version(*version)
    return None, None


def _assignment(connection: apsw.Connection, prepared: Prepared) -> tuple[int | None, int, float | None]:
    """A ticket that was placed by itself stays there; a text that is in a topic already takes its new ticket along."""
    for name in (ticket_name(name_of(prepared)), prepared.text.fingerprint):
        for topic, match, similarity in connection.execute(PLACE, (name,)):
            return topic, match, similarity
    return None, 0, None


def _read_to(connection: apsw.Connection, moments: Mapping[str, int]) -> None:
    connection.executemany(
        "INSERT INTO read_to VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET at = max(at, excluded.at)",
        moments.items(),
    )
