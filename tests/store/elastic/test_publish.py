"""Of two runs that are published at once one counts, whole, and the other says that it does not."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ticketlens.errors import StoreError
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment, Prepared
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic import topics as module
from ticketlens.store.elastic.address import Address
from ticketlens.store.names import ticket_name
from ticketlens.store.versions import name_of

ALL = Filter(excluded="any")


@pytest.fixture
def batch(store: ElasticStore, prepared: Callable[[int, int], list[Prepared]]) -> list[Prepared]:
    tickets = prepared(31, 60)
    store.put_tickets(tickets)
    return tickets


def publish(store: ElasticStore, batch: Sequence[Prepared], name: str) -> int:
    (number,) = store.new_topic_ids(1)
    texts = {one.text.fingerprint for one in batch}
    store.publish([Topic(id=number, name=name)], dict.fromkeys(texts, Assignment(number, "core", 0.5)), {})
    return number


def seen(store: ElasticStore) -> set[int | None]:
    return {row.topic for row in store.list_tickets(ALL, limit=100).items}


@pytest.mark.parametrize("halt", ["announce", "before a write", "after a write", "switch_over"])
def test_a_run_that_was_overtaken_leaves_the_later_one_as_it_is(
    store: ElasticStore, batch: list[Prepared], address: str, monkeypatch: pytest.MonkeyPatch, halt: str
) -> None:
    """It stood still at one place while another worker published a run of its own, twice."""
    publish(store, batch, "first")
    other = ElasticStore(Address.read(address))
    later: list[int] = []

    def overtake() -> None:
        if not later:
            later.append(0)
            for name in ("second", "third"):
                later[0] = publish(other, batch, name)

    _stop_at(monkeypatch, halt, overtake)
    with pytest.raises(StoreError, match="another run"):
        publish(store, batch, "overtaken")
    other.close()
    fresh = ElasticStore(Address.read(address))
    assert seen(fresh) == {later[0]}
    assert [topic.name for topic in fresh.topics()] == ["third"]
    assert len(fresh.assignments()) == len({one.text.fingerprint for one in batch})
    assert publish(fresh, batch, "fourth") > later[0]
    assert [topic.name for topic in fresh.topics()] == ["fourth"]
    fresh.close()


@pytest.mark.parametrize("halt", ["before a write", "after a write"])
def test_what_is_assigned_while_a_run_fills_its_slot_counts_when_the_run_does(
    store: ElasticStore, batch: list[Prepared], address: str, monkeypatch: pytest.MonkeyPatch, halt: str
) -> None:
    other, (one, two, *_) = ElasticStore(Address.read(address)), batch
    edits = {ticket_name(name_of(one)): Assignment(None, "edited", 0.5)}
    edits[two.text.fingerprint] = Assignment(99, "edited", 0.5)
    done: list[int] = []

    def edit() -> None:
        if not done:
            done.append(1)
            other.assign(edits)

    publish(store, batch, "first")
    _stop_at(monkeypatch, halt, edit)
    number = publish(store, batch, "second")
    other.close()
    fresh = ElasticStore(Address.read(address))
    told = fresh.assignments()
    assert {name: told[name] for name in edits} == edits
    for row in fresh.list_tickets(ALL, limit=100).items:
        own = ticket_name((row.ticket.source, row.ticket.id))
        text = next(p.text.fingerprint for p in batch if p.ticket.id == row.ticket.id)
        assert row.topic == (told[own] if own in told else told[text]).topic
    assert seen(fresh) == {None, 99, number}
    fresh.close()


def _stop_at(monkeypatch: pytest.MonkeyPatch, halt: str, overtake: Callable[[], None]) -> None:
    name = halt if halt in ("announce", "switch_over") else "bulk"
    call: Callable[..., Any] = getattr(module, name)
    calls: list[int] = []

    def stopped(*asked: Any) -> Any:
        calls.append(1)
        filling = name != "bulk" or asked[1][0].action == "update"
        if filling and halt != "after a write":
            overtake()
        told = call(*asked)
        if filling and halt == "after a write":
            overtake()
        return told

    monkeypatch.setattr(module, name, stopped)
