"""Disk full, file not to be written, store locked or away, clock wrong: nothing is lost that was acknowledged."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from helpdesks.zammad import Server
from reliability.cycle import Run, build, copy, state
from reliability.figures import LONG, note
from reliability.house import House, opened
from reliability.trouble import Seen, cluster_of_one, enough, filled, locked, small_disk, stopped, unwritable

from ticketlens.lens import Lens
from ticketlens.store.sqlite import SqliteStore

SEED = 20261123
A_SECOND = 50.0
TICKETS = 40
BOUND = "up, answers within 10 s, 0 acknowledged deliveries lost"
START = "TICKETLENS_TEST_ES_START"
TRANSPORT = 100


@contextmanager
def pushing(address: str, folder: Path, port: int) -> Iterator[tuple[House, Seen]]:
    """50 deliveries a second, before, in and after the trouble; in the end all is there."""
    with opened(address, folder, port) as house:
        house.start()
        changes = threading.Thread(target=house.changes, args=(Random(SEED), A_SECOND, TICKETS), daemon=True)
        changes.start()
        enough(house)
        seen = Seen(house)
        yield house, seen
        enough(house)
        house.settle()
        changes.join()
        house.must_have_lost_nothing()
        seen.must_be_well()


def test_a_full_disk_loses_nothing_and_is_told(tmp_path: Path, port: int) -> None:
    with small_disk(tmp_path / "disk", 12) as disk:
        with pushing(f"sqlite:///{disk / 'lens.db'}", tmp_path, port) as (_, seen), filled(disk):
            seen.watch_until_refused(20, 120)
            seen.watch(30 if LONG else 3)
        assert seen.ready[503] > 0
        note("Disk full, 50 deliveries/s", BOUND, seen.told())


def test_a_file_that_cannot_be_written_loses_nothing_and_is_told(tmp_path: Path, port: int) -> None:
    file = tmp_path / "lens.db"
    files = file, file.with_name("lens.db-wal")
    with pushing(f"sqlite:///{file}", tmp_path, port) as (_, seen), unwritable(*files):
        seen.watch_until_refused(20, 120)
        seen.watch(30 if LONG else 3)
    assert seen.ready[503] > 0
    note("File not to be written, 50 deliveries/s", BOUND, seen.told())


def test_a_store_locked_by_another_program_loses_nothing_and_is_told(tmp_path: Path, port: int) -> None:
    file, seconds = tmp_path / "lens.db", 60 if LONG else 8
    with pushing(f"sqlite:///{file}", tmp_path, port) as (house, seen), locked(file):
        seen.watch(seconds)
    assert house.sender.answers[503] > 0
    assert seen.ready[503] > 0
    note(f"Store locked for {seconds} s, 50 deliveries/s", BOUND, seen.told())


def test_a_cluster_that_stands_still_loses_nothing_and_is_told(tmp_path: Path, port: int) -> None:
    if not os.environ.get(START):
        pytest.skip(f"{START} names no script that starts a server")
    seconds = 60 if LONG else 10
    with cluster_of_one(os.environ[START], tmp_path / "cluster", free_pair()) as (url, pids):
        with pushing(f"{url}/lens", tmp_path, port) as (house, seen), stopped(pids):
            seen.watch(seconds)
        assert house.sender.answers[503] > 0
    note(f"Elasticsearch away for {seconds} s, 50 deliveries/s", BOUND, seen.told())


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_is_moved_by_a_day_changes_nothing(tmp_path: Path, days: int) -> None:
    """Between the taking and the reading, and back again after it."""
    with Server().serving() as helpdesk:
        assert isinstance(helpdesk, Server)
        world = build(helpdesk, tmp_path)
        told = [state(*_turn(Run(world, copy(world, f"clock-{jump}")), timedelta(days=jump))) for jump in (0, days)]
    for one in told:
        one["swept"] = one["swept"]["counts"]  # type: ignore[index]
    assert told[0] == told[1]
    note(f"Clock moved by {days:+d} day and back", "the same end state", "the same")


def _turn(run: Run, jump: timedelta) -> tuple[SqliteStore, Lens]:
    run.push()
    run.at += jump
    run.cycle()
    run.at -= jump
    for _ in range(2):
        run.later()
        run.cycle()
    return run.store, run.lens


def free_pair() -> int:
    """A port that is free, as is the one 100 above it."""
    for port in range(9700, 9890):
        with socket.socket() as one, socket.socket() as two:
            if one.connect_ex(("127.0.0.1", port)) and two.connect_ex(("127.0.0.1", port + TRANSPORT)):
                return port
    raise AssertionError("no port is free")
