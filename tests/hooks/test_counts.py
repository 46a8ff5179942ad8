"""Counts of deliveries: they add up, also after the deliveries themselves are gone."""

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
    before = hook_counts(store)
    assert before["desk"].received == 6
    assert sweep(store, NOW, KEPT) == 6
    assert hook_counts(store) == before
    assert all(counts.adds_up for counts in before.values())
    assert sweep(store, NOW, KEPT) == 0
    assert sweep(store, NOW + timedelta(days=15), KEPT) == 2
    assert hook_counts(store) == before


def test_nothing_older_than_what_still_waits_is_swept(store: Store) -> None:
    deliver(store, "old", 90)
    deliver(store, "waits", 60, None)
    deliver(store, "between", 50)
    assert sweep(store, NOW, KEPT) == 1
    assert [one.delivery.name for one in store.deliveries("desk")] == ["between", "waits"]
    store.settle({("desk", "waits"): Outcome("set_aside", "no id")})
    counts = hook_counts(store)["desk"]
    assert (counts.received, counts.stored, counts.set_aside, counts.waiting) == (3, 2, 1, 0)
    assert sweep(store, NOW, KEPT) == 2
    assert hook_counts(store)["desk"] == counts


def test_a_sweep_that_broke_off_before_it_forgot_counts_nothing_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(store, "old", 90)
    before = hook_counts(store)

    def broken(source: str, until: datetime) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "forget_deliveries", broken)
        with pytest.raises(KeyboardInterrupt):
            sweep(store, NOW, KEPT)
    assert hook_counts(store) == before
    assert sweep(store, NOW, KEPT) == 1
    assert hook_counts(store) == before


def test_of_a_source_that_is_removed_nothing_is_left_and_others_stay(store: Store) -> None:
    for source in ("desk", "shop"):
        deliver(store, "old", 90, source=source)
        deliver(store, "new", 1, source=source)
        deliver(store, "waits", 1, None, source=source)
    sweep(store, NOW, KEPT)
    tally = Tally(store)
    for source in ("desk", "shop"):
        tally.add(source, "refused")
    tally.write()
    before = hook_counts(store)
    forget_source(store, "desk", NOW)
    assert hook_counts(store) == {"shop": before["shop"]}
    assert store.deliveries("desk") == []
    assert len(store.deliveries("shop")) == 2
