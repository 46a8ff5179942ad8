"""The embedded store: one SQLite file through apsw, in WAL mode with every commit on disk."""

from collections.abc import Mapping
from pathlib import Path

import apsw

from ticketlens.store.sqlite.answers import SqliteAnswers
from ticketlens.store.sqlite.backlog import SqliteBacklog
from ticketlens.store.sqlite.connection import FIRST_SAFE, Database
from ticketlens.store.sqlite.copying import SqliteCopies
from ticketlens.store.sqlite.customers import SqliteCustomers
from ticketlens.store.sqlite.exposure import SqliteExposure
from ticketlens.store.sqlite.facets import SqliteFacets
from ticketlens.store.sqlite.inbox import SqliteInbox
from ticketlens.store.sqlite.places import SqlitePlaces
from ticketlens.store.sqlite.portions import SqlitePortions
from ticketlens.store.sqlite.records import SqliteLeases, SqliteRecords
from ticketlens.store.sqlite.sizes import SqliteSizes
from ticketlens.store.sqlite.topics import SqliteTopics
from ticketlens.store.sqlite.vectors import SqliteVectors


class SqliteStore(
    SqliteCopies,
    SqliteExposure,
    SqliteSizes,
    SqlitePortions,
    SqliteBacklog,
    SqliteFacets,
    SqliteVectors,
    SqliteTopics,
    SqlitePlaces,
    SqliteRecords,
    SqliteInbox,
    SqliteLeases,
    SqliteAnswers,
    SqliteCustomers,
):
    def __init__(self, path: Path) -> None:
        self._db = Database(path)

    def generation(self) -> int:
        return int(self._db.value("SELECT value FROM counters WHERE name = 'generation'"))

    def versions(self) -> Mapping[str, str]:
        size = sum(part.stat().st_size for part in self._files() if part.exists())
        return {
            "store": "sqlite",
            "sqlite": apsw.sqlite_lib_version(),
            "schema": str(self._db.value("PRAGMA user_version")),
            "bytes": str(size),
        }

    def problems(self) -> list[str]:
        library = apsw.sqlite_lib_version()
        if tuple(map(int, library.split("."))) >= FIRST_SAFE:
            return []
        return [f"SQLite {library} can lose commits; install apsw {'.'.join(map(str, FIRST_SAFE))} or newer"]

    def close(self) -> None:
        self._db.close()

    def _files(self) -> tuple[Path, ...]:
        path = self._db.path
        return path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")
