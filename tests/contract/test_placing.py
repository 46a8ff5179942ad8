"""Single tickets that a person placed: their own assignment wins over that of their text, whatever happens to both."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from ticketlens.intake.prepare import Preparer
from ticketlens.metrics.periods import periods
from ticketlens.model import Ticket
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.topic import MATCHES, Coverage, Topic
from ticketlens.store.base import Assignment, Key, Prepared, Question, Store
from ticketlens.store.copying import copy
from ticketlens.store.names import key_of, ticket_name

AT = datetime(2026, 2, 2, 8, tzinfo=UTC)
WEEKS = periods("week", date(2026, 2, 2), date(2026, 2, 15), "Europe/Stockholm")
ALL = Filter(excluded="any")
KEYS = tuple(("desk", f"{number}") for number in range(6))
ONE, TWIN = KEYS[0], KEYS[3]
OWN = ticket_name(ONE)
FOUND, GIVEN = Assignment(1, "core", 0.75), Assignment(2, "edited", 0.5, found=1)
OUT = Assignment(None, "edited", 0.5, found=1)
TOPICS = [Topic(id=1, name="log in"), Topic(id=2, name="invoice")]

Place = tuple[int | None, str, float | None]


def ticket(key: Key, text: str, day: int = 0) -> Ticket:
    source, id_ = key
    return Ticket(source=source, id=id_, subject=text, language="en", created_at=AT + timedelta(days=int(id_)),
                  updated_at=AT + timedelta(days=day))  # fmt: skip


@pytest.fixture
def batch(preparer: Preparer) -> list[Prepared]:
    """Six tickets of three texts, two of each."""
    return [preparer.prepare(ticket(key, f"text {number % 3}")) for number, key in enumerate(KEYS)]


@pytest.fixture
def grouped(store: Store, batch: list[Prepared]) -> Store:
    """All texts in topic 1, and the first ticket of the first one in topic 2."""
    store.put_tickets(batch)
    store.new_topic_ids(2)
    store.publish(TOPICS, texts_in(batch, FOUND), {})
    store.assign({OWN: GIVEN})
    return store


def texts_in(batch: Iterable[Prepared], there: Assignment) -> dict[str, Assignment]:
    return {one.text.fingerprint: there for one in batch}


def place(store: Store, key: Key) -> Place:
    row = store.get_ticket(*key)
    assert row is not None
    return row.topic, row.match, row.similarity


def told(there: Assignment | None) -> Place:
    return (None, "ungrouped", None) if there is None else (there.topic, there.match, there.similarity)


def test_the_name_of_a_ticket_is_told_from_a_texts_and_read_again(batch: list[Prepared]) -> None:
    for key in (*KEYS, ("import", ""), ("desk", "a\x1fb@c"), ("desk-1.eu_2", "Ё 1")):
        assert key_of(ticket_name(key)) == key
    assert [key_of(one.text.fingerprint) for one in batch] == [None] * len(batch)


def test_of_two_tickets_with_equal_words_one_is_placed_by_itself(grouped: Store) -> None:
    assert [place(grouped, key) for key in (ONE, TWIN)] == [told(GIVEN), told(FOUND)]


def test_assignments_tell_of_both_kinds_and_what_the_run_had_found(grouped: Store, batch: list[Prepared]) -> None:
    assert grouped.assignments() == {**texts_in(batch, FOUND), OWN: GIVEN}
    assert grouped.count_part("assignments") == 4


def test_figures_and_lists_see_a_placed_ticket_where_it_was_put(grouped: Store) -> None:
    in_second = Filter(where={"topic": ("2",)})
    assert [row.ticket.id for row in grouped.list_tickets(in_second).items] == ["0"]
    assert grouped.facet("topic", EVERYTHING) == [("1", 5), ("2", 1)]
    assert grouped.coverage(EVERYTHING) == Coverage(core=5, edited=1)
    assert grouped.count_tickets(Filter(states=("edited",))) == 1
    assert grouped.weekly([1, 2], WEEKS, EVERYTHING) == {1: [5, 0], 2: [1, 0]}
    assert grouped.first_and_last_day()[2] == (AT.date(), AT.date())
    tallies = grouped.tally(Question(WEEKS, AT + timedelta(days=30), group_by="topic"))
    assert {(one.period, one.group): one.n for one in tallies} == {(0, "1"): 5, (0, "2"): 1}


def test_a_ticket_that_a_person_took_out_of_all_topics_is_in_none_by_an_edit(grouped: Store) -> None:
    grouped.assign({OWN: OUT})
    assert place(grouped, ONE) == (None, "edited", 0.5)
    assert grouped.facet("topic", EVERYTHING) == [("1", 5), ("", 1)]
    assert grouped.coverage(EVERYTHING) == Coverage(core=5, edited=1)
    assert grouped.weekly([1, 2], WEEKS, EVERYTHING) == {1: [5, 0], 2: [0, 0]}
    assert grouped.assignments()[OWN] == OUT


def test_assigning_its_text_leaves_a_placed_ticket_where_it_is(grouped: Store, batch: list[Prepared]) -> None:
    later = Assignment(None, "ungrouped", 0.1)
    grouped.assign({batch[0].text.fingerprint: later})
    assert [place(grouped, key) for key in (ONE, TWIN)] == [told(GIVEN), told(later)]


def test_a_placed_ticket_stays_when_its_words_change_or_are_derived_anew(grouped: Store, preparer: Preparer) -> None:
    changed = preparer.prepare(ticket(ONE, "text 2", day=1))
    grouped.put_tickets([changed])
    assert place(grouped, ONE) == told(GIVEN)
    grouped.put_derived([replace(changed, text=replace(changed.text, fingerprint="0" * 32))])
    assert place(grouped, ONE) == told(GIVEN)
    grouped.unassign([OWN])
    assert place(grouped, ONE) == told(None)


def test_a_placed_ticket_is_where_it_was_put_from_its_first_moment(store: Store, batch: list[Prepared]) -> None:
    store.assign({OWN: GIVEN})
    store.put_tickets(batch)
    assert [place(store, key) for key in (ONE, TWIN)] == [told(GIVEN), told(None)]
    assert store.facet("topic", EVERYTHING) == [("", 5), ("2", 1)]


def test_a_run_that_names_a_placed_ticket_leaves_it_there_and_one_that_does_not_takes_it_along(
    grouped: Store, batch: list[Prepared]
) -> None:
    weak = Assignment(1, "weak", 0.25)
    grouped.publish(TOPICS, {**texts_in(batch, weak), OWN: GIVEN}, {})
    assert [place(grouped, key) for key in (ONE, TWIN)] == [told(GIVEN), told(weak)]
    grouped.publish(TOPICS, texts_in(batch, weak), {})
    assert [place(grouped, key) for key in (ONE, TWIN)] == [told(weak), told(weak)]
    assert OWN not in grouped.assignments()


def test_what_is_unassigned_goes_with_its_text_and_a_text_is_in_no_topic(grouped: Store, batch: list[Prepared]) -> None:
    generation = grouped.generation()
    grouped.unassign([batch[0].text.fingerprint])
    assert [place(grouped, key) for key in (ONE, TWIN)] == [told(GIVEN), told(None)]
    grouped.unassign([OWN, batch[1].text.fingerprint, ticket_name(("desk", "none")), "f" * 32])
    assert [place(grouped, key) for key in KEYS[:3]] == [told(None), told(None), told(FOUND)]
    assert set(grouped.assignments()) == {batch[2].text.fingerprint}
    assert grouped.coverage(EVERYTHING) == Coverage(core=2, ungrouped=4)
    assert grouped.generation() > generation
    grouped.unassign([])


def test_an_edit_that_is_done_again_changes_nothing(grouped: Store) -> None:
    def seen() -> tuple[object, ...]:
        return grouped.list_tickets(ALL), grouped.assignments(), grouped.coverage(EVERYTHING)

    before = seen()
    grouped.assign({OWN: GIVEN})
    assert seen() == before
    grouped.unassign([OWN])
    after = seen()
    grouped.unassign([OWN])
    assert seen() == after != before


def test_placed_tickets_come_along_in_a_copy_and_go_when_they_are_gone(
    grouped: Store, opened: Callable[[], Store]
) -> None:
    other = opened()
    for edited in (lambda: None, lambda: grouped.unassign([OWN]), lambda: grouped.assign({OWN: OUT})):
        edited()
        assert all(one.same for one in copy(grouped, other, lambda name: lambda done, total: None))
        assert other.assignments() == grouped.assignments()
        assert other.list_tickets(ALL) == grouped.list_tickets(ALL)
        assert other.coverage(EVERYTHING) == grouped.coverage(EVERYTHING)


def test_what_a_topic_was_merged_into_and_that_it_was_lost_is_kept(store: Store) -> None:
    one, two = store.new_topic_ids(2)
    made = [Topic(id=one, name="a", retired=True, merged_into=two), Topic(id=two, name="b", lost=True)]
    for topic in made:
        store.put_topic(topic)
    assert store.topics(retired=True) == made


# -- any order of all that can happen, against a plain dictionary


class Plain:
    """Which text each ticket has, and all assignments."""

    def __init__(self) -> None:
        self.texts: dict[Key, str] = {}
        self.assignments: dict[str, Assignment] = {}

    def place(self, key: Key) -> Place:
        return told(self.assignments.get(ticket_name(key), self.assignments.get(self.texts[key])))


def any_place(dice: Random) -> Assignment:
    topic = dice.choice((None, 1, 2, 3))
    return Assignment(topic, dice.choice(MATCHES), dice.choice((0.25, 0.5)), dice.choice((None, 1)))


def change(dice: Random, kind: str, store: Store, plain: Plain, preparer: Preparer, step: int) -> None:
    names = [*map(ticket_name, KEYS), *(preparer.prepare(ticket(ONE, f"text {n}")).text.fingerprint for n in range(3))]
    some = {name: any_place(dice) for name in dice.sample(names, dice.randint(1, len(names)))}
    if kind == "put":
        batch = [preparer.prepare(ticket(key, f"text {dice.randint(0, 2)}", step)) for key in dice.sample(KEYS, 3)]
        store.put_tickets(batch)
        plain.texts |= {(one.ticket.source, one.ticket.id): one.text.fingerprint for one in batch}
    elif kind == "assign":
        store.assign(some)
        plain.assignments |= some
    elif kind == "unassign":
        store.unassign(list(some))
        plain.assignments = {name: one for name, one in plain.assignments.items() if name not in some}
    else:
        store.publish([Topic(id=number, name=f"topic {number}") for number in (1, 2, 3)], some, {})
        plain.assignments = some


@pytest.mark.parametrize("seed", range(3))
def test_tickets_are_where_a_plain_dictionary_says_after_any_changes(
    store: Store, preparer: Preparer, seed: int
) -> None:
    dice, plain = Random(seed), Plain()
    for step in range(12):
        change(dice, dice.choice(("put", "put", "assign", "unassign", "publish")), store, plain, preparer, step)
        places = {key: plain.place(key) for key in plain.texts}
        assert {(row.ticket.source, row.ticket.id): (row.topic, row.match, row.similarity)
                for row in store.list_tickets(ALL).items} == places  # fmt: skip
        assert store.assignments() == plain.assignments
        matches = Counter(match for _, match, _ in places.values())
        assert store.coverage(EVERYTHING) == Coverage(**{name: matches[name] for name in MATCHES})
        topics = Counter(str(topic or "") for topic, _, _ in places.values())
        assert dict(store.facet("topic", EVERYTHING)) == topics


def test_the_members_of_a_topic_are_told_with_their_texts(grouped: Store, batch: list[Prepared]) -> None:
    texts = {key: one.text.fingerprint for key, one in zip(KEYS, batch, strict=True)}
    assert grouped.members(2) == [(ONE, texts[ONE])]
    assert grouped.members(1) == [(key, texts[key]) for key in KEYS[1:]]
    assert grouped.members(3) == []
