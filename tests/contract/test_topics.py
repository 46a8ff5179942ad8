"""Vectors, topics and runs: what lacks a vector, who is nearest, and a switch that nobody sees half of."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ticketlens.intake.prepare import Preparer
from ticketlens.model import Ticket
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment, Prepared, Store

AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
World = Callable[[int], tuple[Store, Any]]


@pytest.fixture
def texts(store: Store, preparer: Preparer) -> list[Prepared]:
    """Ten tickets, two of each of five texts, the second an hour later; and one that is spam."""
    batch = [
        preparer.prepare(
            Ticket(source="import", id=f"{number}", subject=f"text {number % 5}", language="en",
                   created_at=AT + timedelta(hours=number), updated_at=AT + timedelta(days=1))
        )
        for number in range(10)
    ]  # fmt: skip
    spam = Ticket(source="import", id="spam", subject="win", created_at=AT, updated_at=AT, spam=True)
    store.put_tickets([*batch, preparer.prepare(spam)])
    return batch


def unit(count: int, seed: int = 1, dimensions: int = 8) -> Any:
    rows = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def names(texts: list[Prepared]) -> list[str]:
    return sorted({one.text.fingerprint for one in texts})


def all_in(topic: int, texts: list[Prepared]) -> dict[str, Assignment]:
    return {name: Assignment(topic, "core", 0.9) for name in names(texts)}


def test_a_text_lacks_a_vector_once_however_many_tickets_have_it(store: Store, texts: list[Prepared]) -> None:
    lacking = store.texts_without_vector("m", 100)
    assert sorted(name for name, _, _ in lacking) == names(texts)
    assert {(subject, body) for _, subject, body in lacking} == {(f"text {n}", "") for n in range(5)}
    assert store.count_without_vector("m") == 5
    assert len(store.texts_without_vector("m", 2)) == 2


def test_vectors_come_back_in_order_and_to_the_bit(store: Store, texts: list[Prepared]) -> None:
    rows, known = unit(5), names(texts)
    store.put_vectors("m", known[::-1], rows)
    found, vectors = store.vectors("m")
    assert found == known
    np.testing.assert_array_equal(vectors, rows[::-1])
    assert (store.count_without_vector("m"), store.count_without_vector("other")) == (0, 5)
    assert store.vectors("other")[0] == []
    store.put_vectors("m", known[:1], rows[:1])
    np.testing.assert_array_equal(store.vectors("m")[1][0], rows[0])


def test_the_vector_of_a_text_that_nobody_has_any_more_is_left_out(
    store: Store, texts: list[Prepared], preparer: Preparer
) -> None:
    store.put_vectors("m", names(texts), unit(5))
    for number in (0, 5):
        changed = Ticket(source="import", id=f"{number}", subject="other", created_at=AT, updated_at=AT + timedelta(2))
        store.put_tickets([preparer.prepare(changed)])
    assert len(store.vectors("m")[0]) == 4
    assert store.count_without_vector("m") == 1


def test_a_ticket_that_comes_after_the_vector_of_its_text_lacks_none(
    store: Store, texts: list[Prepared], preparer: Preparer
) -> None:
    store.put_vectors("m", names(texts), unit(5))
    store.put_tickets(
        [preparer.prepare(Ticket(source="import", id="same", subject="text 0", created_at=AT, updated_at=AT))]
    )
    assert store.count_without_vector("m") == 0


def test_the_nearest_tickets_are_exactly_those_with_the_largest_cosines(store: Store, texts: list[Prepared]) -> None:
    rows, known = unit(5), names(texts)
    store.put_vectors("m", known, rows)
    own = rows[known.index(texts[3].text.fingerprint)]
    by_text = {name: float(row @ own) for name, row in zip(known, rows, strict=True)}
    wanted = sorted(-by_text[one.text.fingerprint] for one in texts if one.ticket.id != "3")
    near = store.nearest("m", "import", "3", 20)
    assert "3" not in {row.ticket.id for row, _ in near}
    np.testing.assert_allclose([-cosine for _, cosine in near], wanted, atol=1e-6)
    assert near[0][0].ticket.id == "8"
    assert len(store.nearest("m", "import", "3", 2)) == 2
    assert store.nearest("m", "import", "none", 2) == store.nearest("other", "import", "3", 2) == []


def test_any_vector_finds_the_tickets_nearest_to_it_by_their_cosines(store: Store, texts: list[Prepared]) -> None:
    assert store.near("m", unit(1)[0], 3) == []
    rows, known, asked = unit(5), names(texts), unit(1)[0]
    store.put_vectors("m", known, rows)
    by_text = {name: float(row @ asked) for name, row in zip(known, rows, strict=True)}
    near = store.near("m", asked, 20)
    wanted = sorted(-by_text[one.text.fingerprint] for one in texts)
    np.testing.assert_allclose([-cosine for _, cosine in near], wanted, atol=1e-6)
    assert [row.ticket.id for row, _ in store.near("m", asked, 1)] == [near[0][0].ticket.id]
    assert store.near("other", asked, 3) == []


def test_a_topic_comes_back_as_it_was_put(store: Store) -> None:
    topic = Topic(
        id=store.new_topic_ids(1)[0], name="Вход", words=("login", "ё"), kind="praise", language="ru", pinned=True,
        hidden=True, owner="kim", note="seen", centroid=unit(1).tobytes(), threshold=0.4,
        typical=(("import", "1"),), edge=(("import", "2"),), run=3, born=AT,
    )  # fmt: skip
    store.put_topic(topic)
    assert store.topics() == [topic]


def test_ids_of_topics_are_never_used_again(store: Store, texts: list[Prepared]) -> None:
    seen = store.new_topic_ids(3)
    store.publish([Topic(id=number, name="x") for number in seen], {}, {})
    store.publish([], {}, {})
    seen += store.new_topic_ids(2) + store.new_topic_ids(0) + store.new_topic_ids(1)
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen)


def test_ids_drawn_by_many_threads_are_all_different(store: Store) -> None:
    drawn: list[int] = []
    threads = [threading.Thread(target=lambda: drawn.extend(store.new_topic_ids(5))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(drawn) == len(set(drawn)) == 40


def test_publishing_retires_what_it_does_not_name_and_ungroups_the_rest(store: Store, texts: list[Prepared]) -> None:
    known = names(texts)
    first, second = store.new_topic_ids(2)
    store.publish([Topic(id=first, name="a")], all_in(first, texts), {"quality": 1})
    run = store.publish([Topic(id=second, name="b")], {known[0]: Assignment(second, "weak", 0.5)}, {"quality": 2})
    assert [topic.id for topic in store.topics()] == [second]
    assert [(topic.id, topic.retired) for topic in store.topics(retired=True)] == [(first, True), (second, False)]
    assert store.assignments() == {known[0]: Assignment(second, "weak", 0.5)}
    assert store.facet("topic", EVERYTHING) == [("", 8), (str(second), 2)]
    kept = [record.fields for record in store.records("run")]
    assert [(one["id"], one["quality"]) for one in kept] == [(run - 1, 1), (run, 2)]


def test_new_tickets_of_a_known_text_come_into_its_topic(
    store: Store, texts: list[Prepared], preparer: Preparer
) -> None:
    topic = store.new_topic_ids(1)[0]
    store.publish([Topic(id=topic, name="a")], all_in(topic, texts), {})
    twin = Ticket(source="desk", id="9", subject="text 1", language="en", created_at=AT, updated_at=AT)
    store.put_tickets([preparer.prepare(twin)])
    found = store.get_ticket("desk", "9")
    assert found is not None
    assert (found.topic, found.match, found.similarity) == (topic, "core", 0.9)


def test_a_list_that_is_read_while_runs_are_published_shows_the_topics_of_a_run(
    store: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    """Each run puts every text in one topic, so that a row in none would be of no run at all."""
    batch = prepared(17, 450)
    store.put_tickets(batch)
    for _ in range(2):
        (number,) = store.new_topic_ids(1)
        store.publish([Topic(id=number, name="all")], all_in(number, batch), {})
    page = store.list_tickets(Filter(excluded="any"), limit=210)
    seen = [row.topic for row in page.items]
    while page.next is not None:
        (number,) = store.new_topic_ids(1)
        store.publish([Topic(id=number, name="all")], all_in(number, batch), {})
        page = store.list_tickets(Filter(excluded="any"), cursor=page.next, limit=210)
        seen += [row.topic for row in page.items]
    assert len(seen) == 450
    assert set(seen) <= {2, 3, 4}


def test_assigning_changes_the_texts_named_and_no_other(store: Store, texts: list[Prepared]) -> None:
    known = names(texts)
    one, two = store.new_topic_ids(2)
    store.publish([Topic(id=one, name="a"), Topic(id=two, name="b")], all_in(one, texts), {})
    generation = store.generation()
    store.assign({known[0]: Assignment(two, "weak", 0.4), known[1]: Assignment(None, "ungrouped", 0.1)})
    assert store.facet("topic", EVERYTHING) == [(str(one), 6), ("", 2), (str(two), 2)]
    assert store.generation() > generation
    assert store.assignments()[known[1]].topic is None
    assert store.count_tickets(Filter(where={"topic": (str(two),)}, states=("weak",))) == 2


def test_the_subject_of_a_text_is_its_earliest_tickets(store: Store, texts: list[Prepared]) -> None:
    told = store.subjects([texts[7].text.fingerprint, "no such text"])
    assert told == {texts[7].text.fingerprint: (("import", "2"), "text 2", "", "en", 2)}


def test_a_reader_never_sees_half_a_run(world: World, oracle: ModuleType) -> None:
    store, seen = world(77)
    fingerprints = {p.text.fingerprint for p in seen.tickets}
    runs = [
        (Topic(id=number, name=f"run {number}"), {name: Assignment(number, "core", 0.5) for name in fingerprints})
        for number in store.new_topic_ids(2)
    ]
    store.publish([runs[0][0]], runs[0][1], {})
    total = store.count_tickets(EVERYTHING)
    seen_facets: list[list[tuple[str, int]]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen_facets.append(store.facet("topic", EVERYTHING))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        topic, assignments = runs[number % 2]
        store.publish([topic], assignments, {})
    done.set()
    reader.join()
    whole = [[(str(topic.id), total)] for topic, _ in runs]
    assert seen_facets
    assert all(one in whole for one in seen_facets)
