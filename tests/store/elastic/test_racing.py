"""Two writers of one ticket, at the moments at which they can harm each other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketlens.intake.prepare import Preparer
from ticketlens.model import Ticket
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment
from ticketlens.store.elastic import ElasticStore, putting
from ticketlens.store.elastic.address import Address
from ticketlens.store.elastic.documents import RAW
from ticketlens.store.names import ticket_name

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
OLD = Ticket(source="desk", id="1", subject="cannot log in", created_at=AT, updated_at=AT)
NEW = replace(OLD, subject="invoice is wrong", updated_at=AT + timedelta(hours=1))


@pytest.fixture
def other(store: ElasticStore, address: str) -> Iterator[ElasticStore]:
    """Another process on the same store."""
    opened = ElasticStore(Address.read(address))
    yield opened
    opened.close()


def before(monkeypatch: pytest.MonkeyPatch, name: str, meanwhile: Callable[[], object]) -> None:
    """Once, before the first call of a function of `putting`."""
    call: Callable[..., Any] = getattr(putting, name)
    done: list[int] = []

    def stopped(*asked: Any) -> Any:
        if not done:
            done.append(1)
            meanwhile()
        return call(*asked)

    monkeypatch.setattr(putting, name, stopped)


def test_the_raw_text_of_a_version_that_was_outdone_meanwhile_does_not_stay(
    store: ElasticStore, other: ElasticStore, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, "_write", lambda: other.put_tickets([preparer.prepare(NEW)]))
    (put,) = store.put_tickets([preparer.prepare(OLD)])
    assert not put.stored
    store._cluster.refresh(RAW)
    assert store._cluster.count(RAW, {"match_all": {}}) == 1
    raw = store.get_raw("desk", "1")
    assert raw is not None
    assert raw.subject == NEW.subject


def test_the_topic_of_older_words_does_not_land_on_the_newer_version(
    store: ElasticStore, other: ElasticStore, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = preparer.prepare(OLD), preparer.prepare(NEW)
    one, two = store.new_topic_ids(2)
    store.publish([Topic(id=one, name="log in"), Topic(id=two, name="invoice")], {}, {})

    def meanwhile() -> None:
        other.assign({old.text.fingerprint: Assignment(one, "core", 0.9),
                      new.text.fingerprint: Assignment(two, "core", 0.9)})  # fmt: skip
        other.put_tickets([new])

    before(monkeypatch, "_place_again", meanwhile)
    store.put_tickets([old])
    row = store.get_ticket("desk", "1")
    assert row is not None
    assert (row.ticket.subject, row.topic) == (NEW.subject, two)


def test_a_text_that_gets_its_topic_while_its_ticket_is_written_takes_it_along(
    store: ElasticStore, other: ElasticStore, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = preparer.prepare(OLD)
    (one,) = store.new_topic_ids(1)
    store.publish([Topic(id=one, name="log in")], {}, {})
    before(monkeypatch, "_place_again", lambda: other.assign({old.text.fingerprint: Assignment(one, "core", 0.9)}))
    store.put_tickets([old])
    row = store.get_ticket("desk", "1")
    assert row is not None
    assert row.topic == one


def test_a_ticket_that_is_placed_by_itself_while_it_is_written_stays_there(
    store: ElasticStore, other: ElasticStore, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, given = preparer.prepare(OLD), Assignment(2, "edited", 0.5, found=1)
    store.publish([Topic(id=1, name="log in")], {old.text.fingerprint: Assignment(1, "core", 0.9)}, {})
    before(monkeypatch, "_place_again", lambda: other.assign({ticket_name(("desk", "1")): given}))
    store.put_tickets([old])
    row = store.get_ticket("desk", "1")
    assert row is not None
    assert (row.topic, row.match) == (2, "edited")


def test_an_edit_that_died_between_its_own_writes_is_made_whole_by_the_same_again(
    store: ElasticStore, preparer: Preparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_tickets([preparer.prepare(OLD)])
    edit = {ticket_name(("desk", "1")): Assignment(2, "edited", 0.5)}
    with monkeypatch.context() as patch:
        patch.setattr(ElasticStore, "_place", _dead)
        with pytest.raises(KeyboardInterrupt):
            store.assign(edit)
    store.assign(edit)
    row = store.get_ticket("desk", "1")
    assert row is not None
    assert row.topic == 2


def _dead(*asked: object) -> None:
    raise KeyboardInterrupt
