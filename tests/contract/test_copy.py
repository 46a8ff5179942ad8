"""Copies: everything comes along, answers stay the same, and a copy that broke off is made whole."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ticketlens.errors import ConfigError, StoreError
from ticketlens.intake.prepare import Preparer
from ticketlens.metrics.periods import periods
from ticketlens.model.answer import Answer, Survey, SurveyKind
from ticketlens.model.customer import Customer
from ticketlens.model.delivery import Delivery, Outcome
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.ticket import Ticket
from ticketlens.model.topic import Topic
from ticketlens.store.answer_codec import answer_fields, customer_fields, stamp_of
from ticketlens.store.answers import AnswerFilter, AnswerQuestion, KeptAnswer, KeptCustomer
from ticketlens.store.base import PARTS, Assignment, Prepared, Question, Store
from ticketlens.store.copying import Copied, checksum, copy, pieces
from ticketlens.store.names import ticket_name
from ticketlens.store.sqlite import SqliteStore
from ticketlens.store.versions import name_of

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
MODELS = ("english", "multilingual ё")


def quiet(name: str) -> Callable[[int, int], None]:
    return lambda done, total: None


@pytest.fixture
def other(opened: Callable[[], Store]) -> Store:
    """A second empty store of the same kind."""
    return opened()


@pytest.fixture
def embedded(tmp_path: Path) -> Any:
    """An empty store in a file, whatever kind is under test."""
    store = SqliteStore(tmp_path / "embedded.db")
    yield store
    store.close()


@pytest.fixture
def lived(store: Store, prepared: Callable[[int, int], list[Prepared]]) -> Store:
    """A store in which all has happened that can: versions, readings, two runs, retired topics, deletions."""
    fill(store, prepared(11, 120))
    return store


def fill(store: Store, batch: Sequence[Prepared]) -> None:
    store.put_tickets(batch)
    again = [replace(one, version=one.version._replace(reading=3)) for one in batch[:20]]
    store.put_tickets(again)
    texts = sorted({one.text.fingerprint for one in batch})
    for seed, model in enumerate(MODELS):
        rows = np.random.default_rng(seed).normal(size=(len(texts), 8)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        store.put_vectors(model, texts, rows)
    store.new_topic_ids(2)
    store.publish([topic(1), topic(2)], places(texts, 1, 2), {"n": 1})
    store.new_topic_ids(2)
    store.publish([topic(2), topic(3)], places(texts, 2, 3), {"n": 2})
    placed = {ticket_name(name_of(one)): Assignment(3, "edited", 1 / 7, found=2) for one in batch[:2]}
    store.assign({**placed, texts[0]: Assignment(None, "edited", 1 / 9, found=2)})
    store.put_record("view", "b", {"name": "Ё", "tags": [1, None, 0.1]})
    store.put_record("view", "b", {"name": "Ё again"})
    store.put_record("person", "a", {"role": "lead"})
    store.put_record("session", "gone", {})
    store.delete_record("session", "gone")
    kept = [Delivery("desk", f"d{number}", bytes([0, 255, number]), {"x-kind": "ё"}, AT) for number in range(4)]
    store.put_deliveries(kept)
    store.settle({kept[0].key: Outcome("stored"), kept[1].key: Outcome("set_aside", "ingen text")})
    store.claim("group", "worker", 60, AT)
    surveyed(store)


def surveyed(store: Store) -> None:
    """An answer that was changed, one that is waited for, and customers, one of them gone."""
    survey = Survey("after solve", SurveyKind.CSAT, 5, question="Ё?")
    told = [
        Answer(source="survey", id="ё", survey=survey, score=score, at=at, updated_at=at, first_score=score,
               first_at=at, comment="So so", ticket=("import", "1"), customer="c-1")
        for score, at in ((2, AT), (5, AT + timedelta(days=1)))
    ]  # fmt: skip
    told.append(Answer(source="survey", id="b", survey=survey, updated_at=AT, sent_at=AT))
    store.put_answers([KeptAnswer(one, stamp_of(one.updated_at, answer_fields(one))) for one in told])
    people = [Customer(id=f"c-{number}", updated_at=AT, value_per_year=0.1, currency="EUR") for number in range(3)]
    store.put_customers([KeptCustomer(one, stamp_of(AT, customer_fields(one))) for one in people])
    store.delete_customer("c-2")


def topic(number: int) -> Topic:
    return Topic(id=number, name=f"Thema {number}", words=("a", "ё"), centroid=bytes(range(16)), born=AT)


def places(texts: Sequence[str], *topics: int) -> dict[str, Assignment]:
    found = itertools.cycle((*topics, None))
    return {name: Assignment(next(found), "core", 1 / (3 + number)) for number, name in enumerate(texts)}


def answers(store: Store) -> list[Any]:
    """What people see of a store."""
    weeks = periods("week", date(2026, 1, 5), date(2026, 4, 12), "Europe/Stockholm")
    asked = Question(weeks, datetime(2026, 4, 20, tzinfo=UTC), group_by="topic")
    everything = Filter(excluded="any")
    return [
        store.list_tickets(everything, limit=500),
        list(store.each_raw()),
        store.tally(asked),
        store.histogram(asked, "ttr.full", "calendar", lambda name, at: at),
        store.histogram(asked, "ttr.full", "business", lambda name, at: at // 3),
        store.backlog([AT, AT + timedelta(days=9)], everything),
        store.facet("tag", everything),
        store.facet("custom.plan", everything),
        store.count_tickets(Filter(q="пароль")),
        store.coverage(everything),
        store.excluded(everything),
        store.span(),
        store.list_answers(AnswerFilter()),
        store.list_customers(),
        store.count_answers(AnswerQuestion(weeks, group_by="group")),
        store.topics(retired=True),
        store.assignments(),
        store.weekly([1, 2, 3], weeks, everything),
        [store.records(noun) for noun in ("view", "person", "run", "session")],
        [(kept.delivery, kept.outcome) for kept in store.deliveries("desk")],
        [(names, rows.tobytes()) for names, rows in (store.vectors(model) for model in MODELS)],
        [store.count_without_vector(model) for model in (*MODELS, "none")],
        [(row.ticket.id, row.topic) for row, _ in store.nearest(MODELS[0], "import", _first(store), 5)],
    ]


def _first(store: Store) -> str:
    return store.list_tickets(Filter(where={"source": ("import",)}), limit=1).items[0].ticket.id


def sums(store: Store) -> dict[str, Any]:
    return {part: checksum(store, part) for part in PARTS}


def whole(told: Sequence[Copied]) -> bool:
    return all(one.same for one in told)


def test_a_copy_of_the_same_kind_gives_the_same_answers(lived: Store, other: Store) -> None:
    assert whole(copy(lived, other, quiet))
    assert answers(other) == answers(lived)


def test_a_copy_to_a_file_and_back_gives_the_same_answers(lived: Store, embedded: Store, other: Store) -> None:
    assert whole(copy(lived, embedded, quiet))
    assert answers(embedded) == answers(lived)
    assert whole(copy(embedded, other, quiet))
    assert answers(other) == answers(lived)


def test_every_part_has_pieces_in_order_of_their_places(lived: Store) -> None:
    for part, width in PARTS.items():
        told = [piece[:width] for piece in pieces(lived, part)]
        assert told == sorted(set(told)), part
        assert len(told) == lived.count_part(part) > 0, part


def test_versions_and_readings_come_along_unchanged(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    copy(lived, other, quiet)
    batch = prepared(11, 120)
    assert not any(put.stored for put in other.put_tickets(batch))
    older = replace(batch[0], version=batch[0].version._replace(reading=2, digest="0" * 32))
    assert not other.put_tickets([older])[0].stored
    assert answers(other) == answers(lived)


def test_ids_of_topics_and_runs_go_on_where_they_were(lived: Store, other: Store) -> None:
    copy(lived, other, quiet)
    assert other.new_topic_ids(1) == lived.new_topic_ids(1) == [5]
    assert other.publish([], {}, {}) == lived.publish([], {}, {}) == 3
    assert [topic.id for topic in other.topics(retired=True)] == [1, 2, 3]


def test_a_delivery_that_was_settled_is_not_taken_in_again(lived: Store, other: Store) -> None:
    copy(lived, other, quiet)
    assert other.put_deliveries([Delivery("desk", "d0", b"again", {}, AT)]) == [False]
    assert len(other.waiting("desk", 10)) == 2
    assert other.put_deliveries([Delivery("desk", "new", b"x", {}, AT)]) == [True]
    assert other.waiting("desk", 10)[-1].delivery.body == b"x"


def test_a_ticket_whose_language_was_found_and_not_told_is_the_same_in_the_copy(
    store: Store, other: Store, preparer: Preparer
) -> None:
    text = "I tried to sign in with my password and it says that the account is locked. Please help me to get in again."
    told = Ticket(source="desk", id="1", subject="Cannot log in", body=text, created_at=AT, updated_at=AT, pulled=True)
    store.put_tickets([preparer.prepare(replace(told, url="https://desk.example.com/1"))])
    assert store.list_tickets(EVERYTHING).items[0].ticket.language == "en"
    assert all(one.source == one.target for one in copy(store, other, quiet))


def test_leases_stay_where_they_are(lived: Store, other: Store) -> None:
    copy(lived, other, quiet)
    assert other.claim("group", "another worker", 60, AT)


def test_a_second_copy_changes_nothing(lived: Store, other: Store) -> None:
    first = copy(lived, other, quiet)
    before = other.generation()
    again = copy(lived, other, quiet)
    assert [one.target for one in again] == [one.target for one in first]
    assert [(one.written, one.erased) for one in again] == [(0, 0)] * len(PARTS)
    assert other.generation() == before


def test_a_new_ticket_of_the_copy_takes_the_topic_and_the_vector_of_its_text(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    copy(lived, other, quiet)
    known = lived.assignments()
    old = next(one for one in prepared(11, 120) if known[one.text.fingerprint].topic == 3)
    new = replace(old, ticket=replace(old.ticket, id="new"), version=old.version._replace(digest="f" * 32))
    other.put_tickets([new])
    row = other.get_ticket(new.ticket.source, "new")
    assert row is not None
    assert row.topic == 3
    assert other.count_without_vector(MODELS[0]) == 0


class Broken(Exception):
    pass


@pytest.mark.parametrize("part", PARTS)
def test_a_copy_that_broke_off_is_made_whole_by_the_next(lived: Store, other: Store, part: str) -> None:
    def breaking(name: str) -> Callable[[int, int], None]:
        if name == f"copy {part}":
            put = other.write_part
            first = next(pieces(lived, part))
            put(part, [first])
            raise Broken
        return lambda done, total: None

    with pytest.raises(Broken):
        copy(lived, other, breaking)
    assert whole(copy(lived, other, quiet))
    assert answers(other) == answers(lived)


def test_a_copy_is_brought_up_to_date_with_its_source(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    copy(lived, other, quiet)
    batch = prepared(11, 120)
    later = batch[0].version._replace(updated_at=batch[0].version.updated_at + 1)
    lived.put_tickets([replace(batch[0], version=later), *prepared(12, 150)[120:]])
    texts = sorted({one.text.fingerprint for one in batch})
    lived.publish([topic(3), topic(4)], places(texts[5:], 4, 3), {})
    lived.delete_record("view", "b")
    lived.delete_customer("c-1")
    lived.put_record("person", "a", {"role": "admin"})
    assert whole(copy(lived, other, quiet))
    assert answers(other) == answers(lived)


def test_a_store_with_tickets_of_its_own_is_never_mixed_with_another(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    other.put_tickets(prepared(3, 2))
    before = sums(other)
    with pytest.raises(ConfigError, match="2 tickets of its own"):
        copy(lived, other, quiet)
    assert sums(other) == before


def test_a_store_with_people_of_its_own_is_not_empty(lived: Store, other: Store) -> None:
    other.put_record("person", "b", {})
    with pytest.raises(ConfigError, match="person"):
        copy(lived, other, quiet)


def test_a_store_that_was_only_looked_at_counts_as_empty(lived: Store, other: Store) -> None:
    other.put_record("secret", "redaction", {"key": "00"}, expected=0)
    other.put_record("derived", "settings", {"fingerprint": "x"}, expected=0)
    assert whole(copy(lived, other, quiet))
    assert answers(other) == answers(lived)


def test_a_copy_of_another_store_is_refused(lived: Store, other: Store, embedded: Store) -> None:
    embedded.put_record("view", "x", {})
    copy(embedded, other, quiet)
    with pytest.raises(ConfigError, match="a copy of another store"):
        copy(lived, other, quiet)


def test_a_copy_that_went_on_by_itself_is_left_as_it_is(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    copy(lived, other, quiet)
    other.put_record("person", "b", {})
    with pytest.raises(ConfigError, match="records of the target changed"):
        copy(lived, other, quiet)
    assert other.get_record("person", "b") is not None


def test_half_a_copy_that_took_in_tickets_is_left_as_it_is(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    def breaking(name: str) -> Callable[[int, int], None]:
        if name == "verify records":
            raise Broken
        return lambda done, total: None

    with pytest.raises(Broken):
        copy(lived, other, breaking)
    other.put_tickets(prepared(12, 121)[120:])
    with pytest.raises(StoreError, match="the source has not"):
        copy(lived, other, quiet)
    assert other.count_part("tickets") == 121


def test_numbers_that_half_a_copy_gave_out_are_not_given_out_again(lived: Store, other: Store) -> None:
    def breaking(name: str) -> Callable[[int, int], None]:
        if name == "copy tickets":
            raise Broken
        return lambda done, total: None

    with pytest.raises(Broken):
        copy(lived, other, breaking)
    other.new_topic_ids(1)
    with pytest.raises(StoreError, match="more numbers of topics"):
        copy(lived, other, quiet)


def test_what_changes_under_way_is_told(
    lived: Store, other: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    def meanwhile(name: str) -> Callable[[int, int], None]:
        if name == "verify records":
            lived.put_tickets(prepared(12, 121)[120:])
        return lambda done, total: None

    told = {one.part: one for one in copy(lived, other, meanwhile)}
    assert not told["tickets"].same
    assert (told["tickets"].source.pieces, told["tickets"].target.pieces) == (121, 120)
    assert whole(copy(lived, other, quiet))


def test_the_parts_that_never_lose_anything_are_not_taken_from(lived: Store) -> None:
    with pytest.raises(StoreError, match="never taken out"):
        lived.erase_part("tickets", [next(pieces(lived, "tickets"))[:2]])
