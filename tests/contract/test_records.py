"""Small nouns, the inbox and leases: one of two writers wins, nothing comes in twice, one holder at a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from at_once import at_once

from ticketlens.intake.prepare import Preparer
from ticketlens.model import Ticket
from ticketlens.model.delivery import Delivery
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment, Record, Store
from ticketlens.store.leases import Claim

AT = datetime(2026, 2, 1, 8, tzinfo=UTC)


def test_a_record_comes_back_with_its_version(store: Store) -> None:
    assert store.get_record("view", "a") is None
    assert store.put_record("view", "a", {"name": "Ё", "tags": [1, None, {"x": True}]}) == 1
    assert store.put_record("view", "a", {"name": "b"}) == 2
    assert store.get_record("view", "a") == Record("a", {"name": "b"}, 2)
    assert store.get_record("person", "a") is None


def test_records_come_in_order_of_their_ids_and_of_one_noun(store: Store) -> None:
    for noun, id_ in (("view", "b"), ("view", "a"), ("person", "c")):
        store.put_record(noun, id_, {})
    assert [one.id for one in store.records("view")] == ["a", "b"]


def test_a_record_is_deleted_once(store: Store) -> None:
    store.put_record("view", "a", {})
    assert [store.delete_record("view", "a"), store.delete_record("view", "a")] == [True, False]
    assert store.records("view") == []


def test_a_write_that_expects_another_version_changes_nothing(store: Store) -> None:
    assert store.put_record("view", "a", {"n": 1}, expected=1) is None
    assert store.put_record("view", "a", {"n": 1}, expected=0) == 1
    assert store.put_record("view", "a", {"n": 2}, expected=0) is None
    assert store.put_record("view", "a", {"n": 3}, expected=1) == 2
    assert store.get_record("view", "a") == Record("a", {"n": 3}, 2)


@pytest.mark.parametrize("there", [False, True])
def test_of_two_writers_at_once_one_wins(store: Store, there: bool) -> None:
    expected = store.put_record("view", "a", {}) if there else 0
    told = at_once(2, lambda number: store.put_record("view", "a", {"by": number}, expected=expected))
    winners = [number for number, version in enumerate(told) if version is not None]
    assert len(winners) == 1
    assert store.get_record("view", "a") == Record("a", {"by": winners[0]}, int(there) + 1)


def test_counting_up_from_many_threads_loses_no_step(store: Store) -> None:
    def count(_: int) -> None:
        for _ in range(5):
            while True:
                held = store.get_record("counter", "n")
                n = int(str(held.fields["n"])) if held else 0
                if store.put_record("counter", "n", {"n": n + 1}, expected=held.version if held else 0):
                    break

    at_once(4, count)
    assert store.get_record("counter", "n") == Record("n", {"n": 20}, 20)


def test_a_lease_has_one_holder_among_many(store: Store) -> None:
    told = at_once(8, lambda number: store.claim("group", f"worker {number}", 60, AT))
    assert told.count(True) == 1
    holder = f"worker {told.index(True)}"
    assert store.claim("group", holder, 60, AT + timedelta(seconds=30))
    assert not store.claim("group", "late", 60, AT + timedelta(seconds=89))
    assert store.claim("group", "late", 60, AT + timedelta(seconds=90))
    assert not store.claim("group", holder, 60, AT + timedelta(seconds=91))


def test_a_lease_is_released_by_its_holder_alone(store: Store) -> None:
    assert store.claim("group", "a", 60, AT)
    store.release("group", "b")
    assert not store.claim("group", "b", 60, AT)
    store.release("group", "a")
    assert store.claim("group", "b", 60, AT)
    assert store.claim("digest", "c", 60, AT)


def test_who_has_a_lease_and_until_when_can_be_seen(store: Store) -> None:
    assert store.claim_of("group", AT) is None
    store.claim("group", "one", 60, AT)
    assert store.claim_of("group", AT + timedelta(seconds=59)) == Claim("one", AT + timedelta(seconds=60))
    assert store.claim_of("group", AT + timedelta(seconds=60)) is None


def test_whether_a_lease_is_claimed_can_be_seen_without_claiming_it(store: Store) -> None:
    assert not store.is_claimed("group", AT)
    store.claim("group", "a", 60, AT)
    assert store.is_claimed("group", AT + timedelta(seconds=59))
    assert not store.is_claimed("group", AT + timedelta(seconds=60))
    assert not store.is_claimed("digest", AT)
    store.release("group", "a")
    assert not store.is_claimed("group", AT)


def test_a_store_opened_again_has_all_that_was_in_it(factory: Callable[[str], Store], preparer: Preparer) -> None:
    store = factory("kept")
    prepared = preparer.prepare(Ticket(source="import", id="1", subject="Login", created_at=AT, updated_at=AT))
    name = prepared.text.fingerprint
    store.put_tickets([prepared])
    store.publish([Topic(id=store.new_topic_ids(1)[0], name="a")], {name: Assignment(1, "core", 0.5)}, {})
    store.put_record("view", "a", {"n": 1})
    store.put_deliveries([Delivery("a", "1", b"x", {}, AT)])
    store.claim("group", "a", 60, AT)
    before = (store.list_tickets(EVERYTHING), store.topics(), store.assignments(), store.generation(), store.span())
    store.close()
    again = factory("kept")
    after = (again.list_tickets(EVERYTHING), again.topics(), again.assignments(), again.generation(), again.span())
    assert after == before
    assert again.get_record("view", "a") == Record("a", {"n": 1}, 1)
    assert [one.delivery.body for one in again.waiting("a", 2)] == [b"x"]
    assert not again.claim("group", "b", 60, AT)
    assert again.new_topic_ids(1) == [2]
    assert again.versions()["store"]
    again.close()
