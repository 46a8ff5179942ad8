"""The file of the embedded store: what is not ours is refused in one line, and a killed writer loses nothing."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest

from ticketlens.errors import ConfigError, StoreError
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.open import open_store
from ticketlens.store.sqlite import SqliteStore
from ticketlens.store.sqlite.connection import migrations

WRITER = """
import sys
from datetime import UTC, datetime
from ticketlens.intake.prepare import Preparer
from ticketlens.intake.redact import Redactor
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.periods import day_of
from ticketlens.model import Ticket
from ticketlens.store.open import open_store

store, at = open_store(sys.argv[1]), datetime(2026, 1, 5, tzinfo=UTC)
preparer = Preparer(Redactor(b"key"), Clocks(), day_of("UTC"))
first = store.count_tickets(__import__("ticketlens.model.filter").model.filter.EVERYTHING)
for number in range(first, first + 10_000):
    ticket = Ticket(source="import", id=str(number), subject=f"text {number}", created_at=at, updated_at=at)
    store.put_tickets([preparer.prepare(ticket)])
    print(number, flush=True)
"""


def test_what_threads_had_open_is_closed_soon_after_they_ended(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "threads.db")
    for number in range(30):
        thread = threading.Thread(target=store.put_record, args=("view", str(number), {}))
        thread.start()
        thread.join()
    files = [os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    assert files.count(str(tmp_path / "threads.db")) <= 3
    assert len(store.records("view")) == 30
    store.close()


def test_a_killed_writer_loses_nothing_that_it_was_told_is_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/killed.db"
    acknowledged = -1
    for run in range(5):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for _ in range(3 + 2 * run):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split()[:-1])])
        writer.wait()
        writer.stdout.close()
        store = open_store(url)
        assert store.count_tickets(EVERYTHING) > acknowledged
        assert store.get_ticket("import", str(acknowledged)) is not None
        store.close()


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/newer.db").close()
    connection = apsw.Connection(str(tmp_path / "newer.db"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"newer TicketLens.*update"):
        open_store(f"sqlite:///{tmp_path}/newer.db")


@pytest.mark.parametrize(
    "content", [b"id,subject\n1,Login\n" * 300, b"\x00" * 5_000, b"SQLite format 3\x00" + b"?" * 9_000]
)
def test_a_file_that_is_no_store_is_an_error_of_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.db").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{tmp_path}/other.db")
    assert len(str(caught.value).splitlines()) == 1
    assert "other.db" in str(caught.value)
    assert (tmp_path / "other.db").read_bytes() == content


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "other.db"))
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    with pytest.raises(StoreError, match=r"other\.db"):
        open_store(f"sqlite:///{tmp_path}/other.db")
    connection = apsw.Connection(str(tmp_path / "other.db"))
    assert [name for (name,) in connection.execute("SELECT name FROM sqlite_schema")] == ["notes"]
    connection.close()


@pytest.mark.parametrize(
    "url", ["ticketlens.db", "sqlite:///", "postgres://me:secret@host/x", "sqlite:////no/such/folder/x.db"]
)
def test_an_address_that_names_no_store_says_what_to_write(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store: ") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_folder_in_place_of_a_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreError, match=r"folder\.db"):
        open_store(f"sqlite:///{tmp_path}/folder.db")


def test_many_processes_may_make_a_store_at_once(tmp_path: Path) -> None:
    command = (
        "import sys; from ticketlens.store.open import open_store; print(open_store(sys.argv[1]).versions()['schema'])"
    )
    url = f"sqlite:///{tmp_path}/shared.db"
    runs = [subprocess.Popen([sys.executable, "-c", command, url], stdout=subprocess.PIPE) for _ in range(4)]
    assert {run.communicate()[0].strip() for run in runs} == {str(migrations()[-1][0]).encode()}
