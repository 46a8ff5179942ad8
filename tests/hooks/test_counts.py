"""Counts of deliveries: they add up, also after the deliveries themselves are gone."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ticketlens.hooks.counts import forget_source, hook_counts, sweep
from ticketlens.hooks.tally import Tally
from ticketlens.model.delivery import Delivery, Outcome
from ticketlens.store.base import Store
from ticketlens.store.open import open_store

NOW = datetime(2026, 6, 15, 13, tzinfo=UTC)
KEPT = timedelta(days=30)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/counts.db")
    yield opened
    opened.close()


def swept(store: Store, now: datetime) -> int:
    return sum(sweep(store, source, now, KEPT) for source in ("desk", "shop"))


def deliver(store: Store, name: str, days: int, became: str | None = "stored", source: str = "desk") -> None:
    one = Delivery(source, name, b"x", {}, NOW - timedelta(days=days))
    store.put_deliveries([one])
    if became:
        store.settle({one.key: Outcome(became)})  # type: ignore[arg-type]


def test_what_is_swept_stays_in_the_counts(store: Store) -> None:
    for number, days in enumerate((90, 60, 40, 20, 1)):
        deliver(store, f"s{number}", days)
        deliver(store, f"u{number}", days, "unchanged", "shop")
    tally = Tally(store)
    tally.add("desk", "refused")
    tally.write()
    before = hook_counts(store, ("desk", "shop"))
    assert before["desk"].received == 6
    assert swept(store, NOW) == 6
    assert hook_counts(store, ("desk", "shop")) == before
    assert all(counts.adds_up for counts in before.values())
    assert swept(store, NOW) == 0
    assert swept(store, NOW + timedelta(days=15)) == 2
    assert hook_counts(store, ("desk", "shop")) == before


def test_what_nobody_could_read_in_all_that_time_is_set_aside_and_then_swept_too(store: Store) -> None:
    deliver(store, "old", 90)
    deliver(store, "waits", 60, None)
    deliver(store, "young", 5, None)
    deliver(store, "old", 90, source="shop")
    store.settle({("desk", "waits"): Outcome("waiting", "desk.example.com answers 500")})
    assert swept(store, NOW) == 3
    assert [one.delivery.name for one in store.deliveries("desk")] == ["young"]
    counts = hook_counts(store, ["desk"])["desk"]
    assert (counts.received, counts.stored, counts.set_aside, counts.waiting) == (3, 1, 1, 1)


def test_counts_never_fall_while_deliveries_are_settled(store: Store) -> None:
    batch = [Delivery("desk", str(number), b"x", {}, NOW) for number in range(2_000)]
    store.put_deliveries(batch)
    seen: list[int] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            seen.append(hook_counts(store, ["desk"])["desk"].received)

    looking = threading.Thread(target=look)
    looking.start()
    for start in range(0, len(batch), 50):
        store.settle({one.key: Outcome("stored") for one in batch[start : start + 50]})
    ended.set()
    looking.join()
    assert set(seen) == {2_000}


def test_a_sweep_that_broke_off_before_it_forgot_counts_nothing_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(store, "old", 90)
    before = hook_counts(store, ("desk", "shop"))

    def broken(source: str, until: datetime) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "forget_deliveries", broken)
        with pytest.raises(KeyboardInterrupt):
            swept(store, NOW)
    assert hook_counts(store, ("desk", "shop")) == before
    assert swept(store, NOW) == 1
    assert hook_counts(store, ("desk", "shop")) == before


def test_of_a_source_that_is_removed_nothing_is_left_and_others_stay(store: Store) -> None:
    for source in ("desk", "shop"):
        deliver(store, "old", 90, source=source)
        deliver(store, "new", 1, source=source)
        deliver(store, "waits", 1, None, source=source)
    swept(store, NOW)
    tally = Tally(store)
    for source in ("desk", "shop"):
        tally.add(source, "refused")
    tally.write()
    before = hook_counts(store, ("desk", "shop"))
    forget_source(store, "desk", NOW)
    assert hook_counts(store, ("desk", "shop")) == {"shop": before["shop"]}
    assert store.deliveries("desk") == []
    assert len(store.deliveries("shop")) == 2
