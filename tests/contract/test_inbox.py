"""The inbox of webhooks, the same in every store."""

from datetime import UTC, datetime, timedelta

from at_once import at_once

from ticketlens.model.delivery import WAITING, Delivery, Outcome
from ticketlens.store.base import Store

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STORED, UNCHANGED, ASIDE = Outcome("stored"), Outcome("unchanged"), Outcome("set_aside", "detail.id: missing")


def delivery(name: str, source: str = "a", body: bytes = b"x", minutes: int = 0) -> Delivery:
    return Delivery(source, name, body, {"x-kind": "ё"}, AT + timedelta(minutes=minutes))


def names(kept: object) -> list[str]:
    return [one.delivery.name for one in kept]  # type: ignore[attr-defined]


def test_a_delivery_is_kept_once_and_comes_out_whole_and_in_order_until_it_is_settled(store: Store) -> None:
    one, two, three = delivery("1", body=b"\x00\xff"), delivery("1", "b", b"other"), delivery("2", body=b"")
    assert store.put_deliveries([one, delivery("1", body=b"again"), two]) == [True, False, True]
    assert store.put_deliveries([three, one]) == [True, False]
    assert [kept.delivery for kept in store.waiting("a", 10)] == [one, three]
    assert [kept.outcome for kept in store.waiting("b", 10)] == [WAITING]
    store.settle({one.key: STORED, ("a", "unknown"): STORED})
    assert names(store.waiting("a", 10)) == ["2"]
    assert store.put_deliveries([one]) == [False]
    assert names(store.waiting("a", 10)) == ["2"]


def test_of_one_delivery_that_comes_many_times_at_once_one_is_kept(store: Store) -> None:
    told = at_once(6, lambda number: store.put_deliveries([delivery("1")])[0])
    assert told.count(True) >= 1
    assert len(store.waiting("a", 10)) == 1


def test_what_was_settled_can_be_read_once_more(store: Store) -> None:
    store.put_deliveries([delivery("1"), delivery("2")])
    store.settle({("a", "1"): ASIDE, ("a", "2"): STORED})
    assert store.waiting("a", 10) == []
    (aside,) = store.deliveries("a", became="set_aside")
    assert aside.outcome == ASIDE
    store.settle({("a", "1"): WAITING})
    (again,) = store.waiting("a", 10)
    assert (again.number, again.outcome) == (aside.number, WAITING)
    assert store.delivery("a", aside.number) == again
    assert store.delivery("b", aside.number) is None


def test_the_last_deliveries_come_newest_first_page_by_page(store: Store) -> None:
    store.put_deliveries([delivery(str(number)) for number in range(5)] + [delivery("other", "b")])
    store.settle({("a", "1"): STORED, ("a", "3"): STORED})
    first = store.deliveries("a", limit=2)
    assert names(first) == ["4", "3"]
    assert names(store.deliveries("a", before=first[-1].number, limit=9)) == ["2", "1", "0"]
    assert names(store.deliveries("a", became="stored")) == ["3", "1"]
    assert names(store.deliveries("a", became="waiting", before=first[-1].number)) == ["2", "0"]
    assert store.deliveries("none") == []


def test_deliveries_are_counted_by_source_and_outcome_since_a_moment(store: Store) -> None:
    store.put_deliveries([delivery(str(number), minutes=number) for number in range(6)] + [delivery("1", "b")])
    store.settle({("a", "0"): STORED, ("a", "2"): STORED, ("a", "3"): UNCHANGED, ("a", "4"): ASIDE})
    assert store.waiting_counts() == {"a": 2, "b": 1}
    assert store.delivery_counts("a", AT) == {"stored": 2, "unchanged": 1, "set_aside": 1, "waiting": 2}
    late = {"unchanged": 1, "set_aside": 1, "waiting": 2}
    assert store.delivery_counts("a", AT + timedelta(minutes=3)) == late
    assert store.delivery_counts("b", AT + timedelta(minutes=9)) == {"waiting": 1}
    assert store.delivery_counts("none", AT) == {}


def test_settled_deliveries_are_forgotten_and_waiting_ones_never(store: Store) -> None:
    store.put_deliveries([delivery(str(number), minutes=number) for number in range(4)] + [delivery("1", "b")])
    store.settle({("a", str(number)): STORED for number in (0, 2, 3)} | {("b", "1"): STORED})
    assert store.forget_deliveries("a", AT + timedelta(minutes=3)) == 2
    assert names(store.deliveries("a")) == ["3", "1"]
    assert names(store.deliveries("b")) == ["1"]
    assert store.put_deliveries([delivery("0", minutes=9)]) == [True]
