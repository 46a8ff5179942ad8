"""A lease lives as long as its holder's work, and its holder knows when it is lost."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ticketlens.cli.cluster import waiting
from ticketlens.errors import Unavailable
from ticketlens.holder import holder_name, holder_of
from ticketlens.lease import Lease, LeaseLost
from ticketlens.store.leases import Claim
from ticketlens.store.open import open_store
from ticketlens.store.sqlite import SqliteStore

SHORT = 0.4


def now() -> datetime:
    return datetime.now(UTC)


def waited_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        threading.Event().wait(0.02)
    return True


def lost(lease: Lease) -> bool:
    try:
        lease.check()
    except LeaseLost:
        return True
    return False


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return open_store(f"sqlite:///{tmp_path}/lens.db")


def test_a_lease_is_kept_for_longer_than_its_length_and_free_at_once_after_the_work(store: SqliteStore) -> None:
    with Lease(store, "group", "one", SHORT).held() as ours:
        assert ours
        began = time.monotonic()
        while time.monotonic() < began + 3 * SHORT:
            assert not store.claim("group", "two", SHORT, now())
            threading.Event().wait(SHORT / 8)
    assert store.claim("group", "two", SHORT, now())


def test_who_is_refused_holds_nothing_and_takes_nothing_away(store: SqliteStore) -> None:
    assert store.claim("group", "one", 60, now())
    with Lease(store, "group", "two", 60).held() as ours:
        assert not ours
    assert not store.claim("group", "three", 60, now())


def test_the_holder_learns_that_another_has_taken_over(store: SqliteStore) -> None:
    lease = Lease(store, "group", "one", SHORT)
    with lease.held():
        lease.check()
        assert store.claim("group", "two", 60, now() + timedelta(seconds=60))
        assert waited_for(lambda: lost(lease))
    assert not store.claim("group", "three", 60, now())


def test_a_lease_that_cannot_be_renewed_is_lost_when_its_time_is_over(tmp_path: Path) -> None:
    class Away(SqliteStore):
        claims = 0

        def claim(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
            self.claims += 1
            if self.claims > 1:
                raise Unavailable("the store does not answer")
            return super().claim(name, holder, seconds, now)

    lease = Lease(Away(tmp_path / "lens.db"), "group", "one", SHORT)
    with lease.held():
        lease.check()
        assert waited_for(lambda: lost(lease))
    assert lease.store.claims > 2


def ended() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def of_process(number: int) -> str:
    parts = holder_name().rsplit("-", 3)
    return "-".join([parts[0], parts[1], str(number), parts[3]])


def test_what_a_killed_process_of_this_machine_held_is_taken_at_once(store: SqliteStore) -> None:
    assert store.claim("group", of_process(ended()), 60, now())
    with Lease(store, "group", "two").held() as ours:
        assert ours


def test_what_a_process_that_nobody_has_asked_about_yet_held_is_taken_too(store: SqliteStore) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        assert waited_for(lambda: holder_of(of_process(process.pid)).is_gone)
        assert store.claim("group", of_process(process.pid), 60, now())
        with Lease(store, "group", "two").held() as ours:
            assert ours


@pytest.mark.parametrize("elsewhere", [True, False])
def test_what_a_process_may_still_hold_is_left_to_it(store: SqliteStore, elsewhere: bool) -> None:
    gone = of_process(ended()).split("-")
    name = "-".join([*gone[:-3], "0" * 12, *gone[-2:]]) if elsewhere else of_process(os.getpid())
    assert store.claim("group", name, 60, now())
    with Lease(store, "group", "two").held() as ours:
        assert not ours
    held = store.claim_of("group", now())
    assert held is not None
    assert held.holder == name


def test_who_waits_says_for_whom_and_until_when_at_most() -> None:
    until = datetime(2026, 3, 2, 9, 31, 5, tzinfo=UTC)
    told = waiting(Claim(of_process(os.getpid()), until), "groups", "Europe/Stockholm")
    assert told.startswith(f"process {os.getpid()} groups, or did until a moment ago; waiting until it is done, or ")
    assert "until 10:31:05 if nothing more is heard of it" in told
    assert waiting(Claim("box-0-4711-ab", until), "groups", "UTC").startswith("process 4711 on box groups")
    assert waiting(Claim("one", until), "groups", "UTC").startswith("another process groups")
