"""Connections to one SQLite file: one a thread, durable, migrated, and never a transaction left open."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw

from ticketlens.errors import StoreError, Unavailable

BUSY_MS = 30_000
FIRST_SAFE = (3, 51, 3)
"""Earlier versions of SQLite can lose commits when two connections reset a write-ahead log at once."""

Value = Any


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of every numbered migration, in order."""
    folder = files("ticketlens.store.sqlite") / "migrations"
    found = [(re.match(r"(\d+)_.*\.sql$", entry.name), entry) for entry in folder.iterdir()]
    return sorted((int(match[1]), entry.read_text(encoding="utf-8")) for match, entry in found if match)


class Database:
    """One file. `rows` reads, `transaction` writes; each thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._all: list[tuple[threading.Thread, apsw.Connection]] = []
        self._guard = threading.Lock()
        self._migrate()

    @property
    def connection(self) -> apsw.Connection:
        held: apsw.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = self._local.connection = self._open()
        return held

    def rows(self, sql: str, bindings: Sequence[Value] | dict[str, Value] = ()) -> list[tuple[Value, ...]]:
        with translated():
            return self.connection.execute(sql, bindings).fetchall()

    def value(self, sql: str, bindings: Sequence[Value] = ()) -> Value:
        """The first column of the first row, or None."""
        with translated():
            for row in self.connection.execute(sql, bindings):
                return row[0]
        return None

    def each(self, sql: str, bindings: Sequence[Value] = ()) -> Iterator[tuple[Value, ...]]:
        with translated():
            yield from self.connection.execute(sql, bindings)

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """Everything inside is committed to disk as one, or not at all."""
        connection = self.connection
        with translated():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see the same moment."""
        connection = self.connection
        with translated():
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    def tune(self) -> None:
        """Tells SQLite how its indexes are filled, so that it chooses the right one; a sample of each is enough."""
        with translated():
            self.connection.execute("PRAGMA analysis_limit = 400").fetchall()
            self.connection.execute("ANALYZE")

    def close(self) -> None:
        with self._guard:
            for _, connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()

    def _open(self) -> apsw.Connection:
        with translated(f"the store {self.path} cannot be opened"):
            connection = apsw.Connection(str(self.path))
            connection.set_busy_timeout(BUSY_MS)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = OFF", "cache_size = -65536",
                           "temp_store = MEMORY", "mmap_size = 33554432"):  # fmt: skip
                connection.execute(f"PRAGMA {pragma}").fetchall()
        with self._guard:
            self._close_left_behind()
            self._all.append((threading.current_thread(), connection))
        return connection

    def _close_left_behind(self) -> None:
        """Threads come and go; what one that ended had open would stay so until the end."""
        for thread, connection in self._all:
            if not thread.is_alive():
                connection.close()
        self._all = [(thread, connection) for thread, connection in self._all if thread.is_alive()]

    def _migrate(self) -> None:
        known = migrations()
        newest = known[-1][0]
        version, tables = self.rows(
            "SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)"
        )[0]
        if tables and not version:
            raise StoreError(f"the store {self.path} holds another program's tables; name another file")
        if version > newest:
            raise StoreError(
                f"the store {self.path} was made by a newer TicketLens (schema {version}); update TicketLens"
            )
        for number, sql in known:
            if number > version:
                self._apply(number, sql)
        if tables and version < newest:
            self.tune()

    def _apply(self, number: int, sql: str) -> None:
        with self.transaction() as connection:
            if self.value("PRAGMA user_version") < number:
                connection.execute(sql)
                connection.execute(f"PRAGMA user_version = {number:d}")


@contextmanager
def translated(what: str = "the store") -> Iterator[None]:
    """SQLite's errors as ours: busy or full is Unavailable, all else a StoreError of one line."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError, apsw.FullError) as error:
        raise Unavailable(f"{what}: {error}", retry_after=5) from error
    except apsw.NotADBError as error:
        raise StoreError(f"{what}: not a TicketLens store; name another file by `store` or --store") from error
    except apsw.Error as error:
        raise StoreError(f"{what}: {error}") from error
