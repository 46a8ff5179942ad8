"""The mailroom: one commit for those that come at once, an answer in time, and one bad letter costs no other."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ticketlens.errors import StoreError, Unavailable
from ticketlens.hooks.mailroom import Mailroom
from ticketlens.hooks.tally import Tally, tally_of
from ticketlens.model.delivery import Delivery
from ticketlens.store.open import open_store

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def letter(name: str) -> Delivery:
    return Delivery("desk", name, b"x", {}, AT)


@dataclass
class Slow:
    """A store that waits to be let on, and refuses what is called so."""

    gate: threading.Event = field(default_factory=threading.Event)
    at_work: threading.Event = field(default_factory=threading.Event)
    batches: list[list[str]] = field(default_factory=list)
    away: bool = False

    def put_deliveries(self, batch: Sequence[Delivery]) -> list[bool]:
        self.at_work.set()
        assert self.gate.wait(30)
        if self.away:
            raise Unavailable("busy")
        if any(one.name == "bad" for one in batch):
            raise StoreError("too large")
        self.batches.append([one.name for one in batch])
        return [True] * len(batch)

    def get_record(self, noun: str, id: str) -> None:
        raise Unavailable("busy")


def mailroom(store: Slow, **how: float) -> Mailroom:
    return Mailroom(store, (Tally(store),), **how)  # type: ignore[arg-type]


def test_what_comes_while_one_commit_runs_shares_the_next() -> None:
    store = Slow()
    room = mailroom(store, patience=30)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(room.keep, letter("0"))
        assert store.at_work.wait(30)
        others = [pool.submit(room.keep, letter(str(number))) for number in range(1, 9)]
        while room._letters.qsize() < len(others):
            threading.Event().wait(0.001)
        store.gate.set()
        assert first.result(30)
        assert all(one.result(30) for one in others)
    assert store.batches[0] == ["0"]
    assert sorted(store.batches[1]) == [str(number) for number in range(1, 9)]


def test_who_waits_too_long_is_told_to_come_again_and_the_next_at_once() -> None:
    store = Slow()
    room = mailroom(store, patience=0.05)
    with pytest.raises(Unavailable, match="send it again"):
        room.keep(letter("1"))
    while not room.stuck:
        threading.Event().wait(0.001)
    assert room.trouble == "the store is busy"
    waiting = room._letters.qsize()
    with pytest.raises(Unavailable):
        room.keep(letter("2"))
    assert room._letters.qsize() == waiting
    store.gate.set()


def test_one_letter_that_the_store_refuses_costs_no_other() -> None:
    store = Slow()
    room = mailroom(store, patience=30)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(room.keep, letter("first"))
        assert store.at_work.wait(30)
        told = {name: pool.submit(room.keep, letter(name)) for name in ("good", "bad", "also good")}
        while room._letters.qsize() < len(told):
            threading.Event().wait(0.001)
        store.gate.set()
        assert first.result(30)
        assert told["good"].result(30)
        assert told["also good"].result(30)
        with pytest.raises(Unavailable):
            told["bad"].result(30)
    assert room.trouble is None


def test_a_store_that_takes_no_writes_is_told_until_it_does() -> None:
    store = Slow(away=True)
    store.gate.set()
    room = mailroom(store)
    with pytest.raises(Unavailable):
        room.keep(letter("1"))
    while room.trouble is None:
        threading.Event().wait(0.001)
    assert room.trouble == "the store takes no writes"
    store.away = False
    assert room.keep(letter("1"))
    while room.trouble is not None:
        threading.Event().wait(0.001)


def test_what_cannot_be_written_down_stays_counted_and_nothing_is_counted_twice(tmp_path: object) -> None:
    store = open_store(f"sqlite:///{tmp_path}/tally.db")
    one, other, away = Tally(store), Tally(store), Tally(Slow())  # type: ignore[arg-type]
    for tally in (one, other, away):
        tally.add("desk", "refused")
        tally.add("desk", "repeated")
        tally.add("shop", "refused")
    with pytest.raises(Unavailable):
        away.write()
    object.__setattr__(away, "records", store)
    for tally in (one, other, away, one):
        tally.write()
    assert tally_of(store, "desk") == {"refused": 3, "repeated": 3}
    assert tally_of(store, "shop") == {"refused": 3, "repeated": 0}
    store.close()
