"""Tickets in a store: which version wins, lists that are whole, filters that list what they count."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketlens.errors import ConfigError
from ticketlens.intake.prepare import Preparer
from ticketlens.metrics.periods import day_of
from ticketlens.model import Message, Status, Ticket
from ticketlens.model.filter import EVERYTHING, FIELDS, STATES, Filter
from ticketlens.store.base import OUTDONE, STORED, UNCHANGED, Prepared, Row, Store

World = Callable[[int], tuple[Store, Any]]
SEEDS = st.integers(0, 10_000)
SOME = settings(max_examples=60, deadline=None)
AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
ALL = Filter(excluded="any")


def ticket(id: str = "1", **fields: Any) -> Ticket:
    told: dict[str, Any] = {"source": "import", "subject": "Login", "created_at": AT, "updated_at": AT, **fields}
    return Ticket(id=id, **told)


def whole_list(store: Store, where: Filter, limit: int = 7, **asked: Any) -> list[Row]:
    rows: list[Row] = []
    page = store.list_tickets(where, limit=limit, **asked)
    rows += page.items
    while page.next is not None:
        assert len(page.items) == limit
        page = store.list_tickets(where, cursor=page.next, limit=limit, **asked)
        rows += page.items
    return rows


@pytest.fixture(scope="module")
def a_store(opened: Callable[[], Store]) -> Store:
    return opened()


def shown(store: Store) -> list[object]:
    """All that a reader can see, in order."""
    rows = [(row, store.get_raw(row.ticket.source, row.ticket.id)) for row in whole_list(store, ALL)]
    return [*rows, store.span(), store.facet("group", ALL), store.facet("tag", ALL)]


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_versions_gives_the_same_store(
    opened: Callable[[], Store], worlds: ModuleType, preparer: Preparer, seed: int, dice: Any
) -> None:
    first, other = worlds.random_tickets(seed, 2)
    versions = [(one, 0) for one in (first, other)]
    versions += [*worlds.later_versions(seed, first), *worlds.later_versions(seed + 1, other)]
    batch = [preparer.prepare(one, reading) for one, reading in versions]
    stores = [opened(), opened()]
    stores[0].put_tickets(batch)
    mixed = batch + dice.choices(batch, k=3)
    dice.shuffle(mixed)
    for prepared in mixed:
        stores[1].put_tickets([prepared])
    assert shown(stores[0]) == shown(stores[1])
    assert not any(put.stored for put in stores[0].put_tickets(mixed))
    for store in stores:
        store.close()


def test_an_older_update_never_replaces_a_newer(store: Store, preparer: Preparer) -> None:
    newer, older = ticket(subject="New", updated_at=AT + timedelta(hours=1)), ticket(subject="Old")
    assert store.put_tickets([preparer.prepare(newer)]) == [STORED]
    assert store.put_tickets([preparer.prepare(older, reading=9)]) == [UNCHANGED]
    found = store.get_ticket("import", "1")
    assert found is not None
    assert found.ticket.subject == "New"


def test_at_the_same_time_the_richer_version_wins_whichever_comes_last(
    opened: Callable[[], Store], preparer: Preparer
) -> None:
    poor, rich = preparer.prepare(ticket()), preparer.prepare(ticket(group="tier1", assignee="kim"))
    for order in ([poor, rich], [rich, poor]):
        store = opened()
        for one in order:
            store.put_tickets([one])
        assert store.count_tickets(Filter(where={"group": ("tier1",)})) == 1


def test_a_newer_reading_of_the_same_words_replaces_a_richer_one(store: Store, preparer: Preparer) -> None:
    store.put_tickets([preparer.prepare(ticket(group="tier1", assignee="kim"), reading=1)])
    assert store.put_tickets([preparer.prepare(ticket(group="tier2"), reading=2)]) == [STORED]
    assert store.facet("group", EVERYTHING) == [("tier2", 1)]


def test_a_reading_that_changed_nothing_still_counts_as_the_newest(store: Store, preparer: Preparer) -> None:
    first, between = ticket(group="tier1"), ticket(group="tier2")
    outcome = [
        store.put_tickets([preparer.prepare(one, reading)])[0]
        for one, reading in ((first, 0), (first, 2), (between, 1))
    ]
    assert outcome == [STORED, UNCHANGED, OUTDONE]
    assert store.facet("group", EVERYTHING) == [("tier1", 1)]


def test_the_same_ticket_again_is_unchanged_and_no_change_of_the_store(
    store: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    batch = prepared(5, 30)
    assert store.put_tickets(batch) == [STORED] * 30
    generation = store.generation()
    assert store.put_tickets(batch) == [UNCHANGED] * 30
    assert store.generation() == generation


def test_a_ticket_twice_in_a_batch_is_stored_once_in_its_best_version(store: Store, preparer: Preparer) -> None:
    batch = [preparer.prepare(ticket(subject=text, updated_at=AT + timedelta(hours=h))) for text, h in
             (("a", 0), ("c", 2), ("b", 1))]  # fmt: skip
    assert store.put_tickets(batch) == [STORED, STORED, UNCHANGED]
    assert [row.ticket.subject for row in whole_list(store, EVERYTHING)] == ["c"]


def test_of_two_records_of_one_time_the_loser_is_told_whichever_comes_first(
    opened: Callable[[], Store], preparer: Preparer
) -> None:
    poor, rich = preparer.prepare(ticket()), preparer.prepare(ticket(group="tier1"))
    assert opened().put_tickets([poor, rich]) == [OUTDONE, STORED]
    assert opened().put_tickets([rich, poor]) == [STORED, OUTDONE]
    store = opened()
    assert [store.put_tickets([one]) for one in (rich, poor, rich)] == [[STORED], [OUTDONE], [UNCHANGED]]


def test_a_batch_that_fails_leaves_nothing(store: Store, preparer: Preparer) -> None:
    batch = [preparer.prepare(ticket(str(number))) for number in range(5)]
    torn = replace(batch[3], text=replace(batch[3].text, messages=("one too many",)))
    generation = store.generation()
    with pytest.raises(ValueError, match="argument"):
        store.put_tickets([*batch[:3], torn, batch[4]])
    assert (store.count_tickets(ALL), store.span(), store.generation()) == (0, None, generation)
    assert store.put_tickets(batch) == [STORED] * 5


def test_what_goes_in_comes_out_clean_and_raw(store: Store, preparer: Preparer) -> None:
    told = ticket(
        subject="Mail me", body="I am kim@example.com", tags=("b", "a"), custom={"plan": "pro"},
        messages=(Message(AT, "customer", True, "again: kim@example.com"),), url="https://desk.example/1",
    )  # fmt: skip
    store.put_tickets([preparer.prepare(told)])
    found = store.get_ticket("import", "1")
    assert found is not None
    assert store.get_raw("import", "1") == told
    assert "kim@example.com" not in repr(found)
    assert (found.ticket.tags, found.ticket.url, dict(found.ticket.custom)) == (told.tags, told.url, {"plan": "pro"})
    assert (store.get_ticket("import", "2"), store.get_raw("other", "1")) == (None, None)


@SOME
@given(st.integers(0, 3), SEEDS, st.one_of(st.none(), st.integers(0, 24 * 120)))
def test_a_filter_lists_what_it_counts_in_order_of_time(
    world: World, worlds: ModuleType, oracle: ModuleType, number: int, seed: int, hours: int | None
) -> None:
    store, seen = world(number)
    where = worlds.random_filter(seed)
    as_of = None if hours is None else worlds.FIRST + timedelta(hours=hours)
    rows = whole_list(store, where, as_of=as_of)
    keys = [(row.ticket.source, row.ticket.id) for row in rows]
    wanted = [(p.ticket.source, p.ticket.id) for p in seen.tickets if oracle.passes(seen, p, where, as_of)]
    assert sorted(keys) == sorted(wanted)
    assert store.count_tickets(where, as_of=as_of) == len(keys)
    times = [row.ticket.created_at.replace(microsecond=0) for row in rows]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_can_be_asked_for_and_its_values_part_the_tickets(world: World, name: str) -> None:
    store, _ = world(0)
    values = store.facet(name, EVERYTHING)
    assert sum(n for _, n in values) >= store.count_tickets(EVERYTHING)
    for value, n in values:
        assert len(whole_list(store, EVERYTHING.having(name, value))) == n


def test_flaws_are_counted_by_source_and_each_count_opens_its_tickets(world: World) -> None:
    store, seen = world(0)
    told = store.flaws()
    assert set(told) == {"import", "desk-eu"}
    for source, counted in told.items():
        assert {"no_status_history", "solved_at_unknown_time"} <= set(counted)
        assert list(counted.values()) == sorted(counted.values(), reverse=True)
        for flaw, n in counted.items():
            rows = whole_list(store, Filter(where={"source": (source,), "flaw": (flaw,)}))
            assert len(rows) == n > 0
            assert all(flaw in row.flaws for row in rows)
    wanted = sum(len(p.timing.flaws) for p in seen.tickets if p.excluded is None)
    assert sum(n for counted in told.values() for n in counted.values()) == wanted


def test_a_mended_ticket_has_its_flaw_no_longer(store: Store, preparer: Preparer) -> None:
    odd = ticket(status=Status.SOLVED, solved_at=AT - timedelta(hours=1))
    store.put_tickets([preparer.prepare(odd)])
    assert store.flaws()["import"]["solved_before_created"] == 1
    store.put_tickets([preparer.prepare(replace(odd, solved_at=AT, updated_at=AT + timedelta(1)))])
    assert store.flaws() == {"import": {"no_status_history": 1}}


def test_raw_tickets_can_be_read_from_behind_any_of_them(world: World) -> None:
    store, _ = world(0)
    keys = [(one.source, one.id) for one in store.each_raw()]
    assert keys == sorted(keys)
    for place in (0, 40, len(keys) - 1):
        assert [(one.source, one.id) for one in store.each_raw(keys[place])] == keys[place + 1 :]


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_held_by_some_tickets_and_not_by_all(world: World, state: str) -> None:
    """But for a first reply: who has none still waits for one, however the ticket ended."""
    store, _ = world(0)
    found, every = store.count_tickets(Filter(states=(state,))), store.count_tickets(EVERYTHING)
    assert found > 0
    assert found < every or state.startswith("watched.reply.first")


@pytest.mark.parametrize(
    ("text", "q", "found"),
    [
        ("Crème brûlée", "CREME brulee", True), ("Забыл пароль", "ПАРОЛЬ", True), ("ёлка", "елка", True),
        ("Straße", "STRASSE", True), ("密码错误", "错误", True), ("Login fails", "log", False),
        ("order 4711", "4711", True),
        ("Login", "login now", False), ("ᳳა ꟺx 𞤢b", "ᳳა 𞤢B", True), ("Login", "?!", False),
        ("Login", '"login" OR (', False),
        ("a* NEAR b", "near", True),
    ],
)  # fmt: skip
def test_search_looks_at_words_without_case_and_accents(
    store: Store, preparer: Preparer, text: str, q: str, found: bool
) -> None:
    store.put_tickets([preparer.prepare(ticket(subject=text))])
    assert store.count_tickets(Filter(q=q)) == int(found)
    assert len(whole_list(store, Filter(q=q))) == int(found)


@SOME
@given(text=st.text(min_size=1, max_size=40))
def test_no_text_breaks_a_search_and_every_text_finds_itself(
    a_store: Store, preparer: Preparer, oracle: ModuleType, text: str
) -> None:
    later = (store_span.read_to if (store_span := a_store.span()) else AT) + timedelta(seconds=1)
    prepared = preparer.prepare(ticket(subject=text, updated_at=later))
    a_store.put_tickets([prepared])
    seen = oracle.World([prepared], {}, preparer.clocks, day_of("UTC"))
    assert a_store.count_tickets(Filter(q=text)) == oracle.passes(seen, prepared, Filter(q=text))


def test_an_update_is_found_by_its_new_words_alone(store: Store, preparer: Preparer) -> None:
    store.put_tickets([preparer.prepare(ticket(subject="refund", tags=("old",)))])
    store.put_tickets([preparer.prepare(ticket(subject="login", tags=("new",), updated_at=AT + timedelta(1)))])
    assert [store.count_tickets(Filter(q=q)) for q in ("refund", "login")] == [0, 1]
    assert store.facet("tag", EVERYTHING) == [("new", 1)]


def test_a_list_read_while_tickets_come_in_has_each_old_ticket_once(
    store: Store, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    batch = prepared(11, 120)
    first, late = batch[:60], batch[60:]
    store.put_tickets(first)
    going = threading.Thread(target=lambda: [store.put_tickets([one]) for one in late])
    going.start()
    rows = whole_list(store, ALL, limit=5)
    going.join()
    keys = [(row.ticket.source, row.ticket.id) for row in rows]
    assert len(keys) == len(set(keys))
    assert {(p.ticket.source, p.ticket.id) for p in first} <= set(keys)
    assert store.count_tickets(ALL) == 120


@pytest.mark.parametrize("cursor", ["", "x", "bm8", "W10", "WzFd", "é"])
def test_a_cursor_that_no_list_gave_is_an_error_of_one_line(store: Store, cursor: str) -> None:
    with pytest.raises(ConfigError, match="cursor"):
        store.list_tickets(EVERYTHING, cursor=cursor)


def test_raw_tickets_come_in_order_and_deriving_anew_keeps_them_and_their_topics(
    world: World, preparer: Preparer
) -> None:
    store, seen = world(1)
    before = shown(store)
    raw = list(store.each_raw())
    assert [(one.source, one.id) for one in raw] == sorted((p.ticket.source, p.ticket.id) for p in seen.tickets)
    store.put_derived([preparer.prepare(one) for one in raw])
    assert shown(store) == before


def test_what_is_derived_of_a_replaced_version_is_not_written(store: Store, preparer: Preparer) -> None:
    store.put_tickets([preparer.prepare(ticket(subject="New", updated_at=AT + timedelta(1)))])
    store.put_derived([preparer.prepare(ticket(subject="Old")), preparer.prepare(ticket("2"))])
    assert [row.ticket.subject for row in whole_list(store, EVERYTHING)] == ["New"]


def test_the_span_is_from_the_first_ticket_to_the_latest_that_was_read(store: Store, preparer: Preparer) -> None:
    assert store.span() is None
    later = AT + timedelta(days=3)
    store.put_tickets([preparer.prepare(ticket("1")), preparer.prepare(ticket("2", created_at=later, updated_at=later)),
                       preparer.prepare(ticket("1", source="desk", updated_at=AT + timedelta(9)))])  # fmt: skip
    assert store.span() == (AT, later, AT + timedelta(9))


def test_a_source_is_read_on_where_nothing_changed(store: Store, preparer: Preparer) -> None:
    store.put_tickets([preparer.prepare(ticket("1"))])
    before, span = store.generation(), store.span()
    assert span is not None
    later = span.read_to + timedelta(hours=5)
    store.set_read_to("import", later)
    assert store.span() == span._replace(read_to=later)
    assert store.generation() > before
    store.set_read_to("import", span.read_to)
    assert store.span() == span._replace(read_to=later)


def test_the_generation_grows_with_every_change(store: Store, preparer: Preparer) -> None:
    seen = [store.generation()]

    def grown(*tickets: Sequence[Prepared]) -> bool:
        seen.append(store.generation())
        return seen[-1] > seen[-2]

    store.put_tickets([preparer.prepare(ticket())])
    assert grown()
    store.put_derived([preparer.prepare(ticket())])
    assert grown()
    store.publish([], {}, {})
    assert grown()
