"""The sums of the embedded store: equal to the tickets after every kind of change, and the same answers as without."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketlens.intake.prepare import Preparer
from ticketlens.metrics.periods import periods
from ticketlens.model import Status, Ticket
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.topic import MATCHES, Topic
from ticketlens.store.base import Assignment, Prepared, Question
from ticketlens.store.names import ticket_name
from ticketlens.store.sqlite import SqliteStore, backlog, figures, tallies, topics
from ticketlens.store.sqlite.connection import migrations
from ticketlens.store.sqlite.numbers import PLAIN, SETS
from ticketlens.store.versions import name_of

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
TICKETS = 60
COHORTS = ("arrived", "solved", "first_solved", "rated")
FIGURES = "sum(open), sum(waited_seconds), sum(returned), sum(rated), sum(satisfied), sum(weak), sum(core), sum(edited)"
SOME = settings(max_examples=25, deadline=None)

RATED = "SELECT source, id, rating_score, rating_scale FROM tickets WHERE rated_day IS NOT NULL ORDER BY 1, 2"


def assert_sums_are_those_of_the_tickets(store: SqliteStore) -> None:
    by_day = f"SELECT cohort, day, topic, count(*), {FIGURES} FROM day_parts GROUP BY 1, 2, 3"
    assert store._db.rows("SELECT * FROM day_sums WHERE n <> 0 ORDER BY 1, 2, 3") == store._db.rows(by_day)
    assert not store._db.rows("SELECT * FROM day_sums WHERE n = 0 AND open + waited_seconds + rated + weak + core <> 0")
    by_hour = "SELECT (at + 62135596800) / 3600, sum(change) FROM open_parts GROUP BY 1 HAVING sum(change) <> 0"
    assert store._db.rows("SELECT * FROM open_sums WHERE change <> 0 ORDER BY 1") == store._db.rows(by_hour)


@contextmanager
def counted_over_the_tickets() -> Iterator[None]:
    """Every question the slow way, as if there were no sums."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (figures, tallies, topics):
            patch.setattr(module, "summed", lambda where, cohort: False)
        patch.setattr(backlog, "EVERYTHING", None)
        yield


@pytest.fixture(scope="module")
def prepared(worlds: ModuleType, preparer: Preparer) -> Callable[[int], list[Prepared]]:
    return lambda seed: [preparer.prepare(ticket) for ticket in worlds.random_tickets(seed, TICKETS)]


def assigned(dice: Random, tickets: list[Prepared]) -> dict[str, Assignment]:
    """Of texts, and of single tickets."""
    names = sorted({name for one in tickets for name in (one.text.fingerprint, ticket_name(name_of(one)))})
    return {
        name: Assignment(dice.choice((None, 1, 2, 3)), dice.choice(MATCHES), 0.5)
        for name in dice.sample(names, dice.randint(0, len(names)))
    }


def change(store: SqliteStore, dice: Random, kind: str, mine: list[Prepared], other: list[Prepared]) -> None:
    """One write of a kind: tickets of two worlds share their ids, so a later one replaces an earlier one."""
    some = dice.sample(mine, dice.randint(0, TICKETS))
    if kind == "put":
        store.put_tickets(some)
    elif kind == "update":
        later = [replace(p, version=p.version._replace(updated_at=2**60)) for p in other]
        store.put_tickets(dice.sample(later, dice.randint(0, TICKETS)))
    elif kind == "derive":
        twins = {(p.ticket.source, p.ticket.id): p for p in other}
        store.put_derived([
            replace(p, timing=twin.timing, created_day=twin.created_day, satisfied=twin.satisfied)
            for p in some if (twin := twins.get((p.ticket.source, p.ticket.id))) is not None
        ])  # fmt: skip
    elif kind == "assign":
        store.assign(assigned(dice, mine))
    elif kind == "unassign":
        store.unassign(list(assigned(dice, mine)))
    else:
        store.publish([Topic(id=number, name=f"topic {number}") for number in (1, 2, 3)], assigned(dice, mine), {})


KINDS = st.sampled_from(("put", "update", "derive", "assign", "unassign", "publish"))


@SOME
@given(st.integers(0, 50), st.lists(KINDS, min_size=1, max_size=8))
def test_sums_equal_the_tickets_after_every_change(
    tmp_path_factory: pytest.TempPathFactory, prepared: Callable[[int], list[Prepared]], seed: int, kinds: list[str]
) -> None:
    store = SqliteStore(tmp_path_factory.mktemp("sums") / "store.db")
    dice, mine, other = Random(seed), prepared(seed % 5), prepared(100 + seed % 5)
    for kind in ("put", *kinds):
        change(store, dice, kind, mine, other)
        assert_sums_are_those_of_the_tickets(store)
        assert_numbers_are_those_of_the_texts(store)
        assert_tickets_are_where_their_assignments_say(store)
    store.close()


def assert_tickets_are_where_their_assignments_say(store: SqliteStore) -> None:
    told = store.assignments()
    for source, id_, text, *place in store._db.rows("SELECT source, id, fingerprint, topic, match FROM tickets"):
        there = told.get(ticket_name((source, id_)), told.get(text))
        assert place == ([None, 0] if there is None else [there.topic, MATCHES.index(there.match)])


def solved_of_late() -> Iterator[Ticket]:
    """Tickets solved every 5 hours up to the end of all that was read: some are settled, and some not yet."""
    for number in range(48):
        solved = FIRST + timedelta(days=112, hours=5 * number - 240, seconds=number)
        yield Ticket(
            source="import", id=f"late {number}", created_at=FIRST + timedelta(days=60), updated_at=solved,
            status=Status.SOLVED, solved_at=solved, first_solved_at=solved, subject="late",
        )  # fmt: skip


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory, prepared: Callable[[int], list[Prepared]], preparer: Preparer
) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path_factory.mktemp("full") / "store.db")
    dice, mine, other = Random(7), prepared(7), prepared(107)
    for kind in ("put", "publish", "update", "put", "assign"):
        change(store, dice, kind, mine, other)
    store.put_tickets([preparer.prepare(ticket) for ticket in solved_of_late()])
    yield store
    store.close()


DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 3, 31)))
TOPICS = st.one_of(st.none(), st.sets(st.sampled_from(("", "1", "2", "9")), max_size=3))
HOURS = st.integers(0, 24 * 10)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(COHORTS), st.sampled_from(COHORTS), DAYS, DAYS, TOPICS, HOURS, st.sampled_from((None, "topic")),
    st.sampled_from(("day", "week", "month")), st.booleans(),
)  # fmt: skip
def test_a_question_of_days_and_topics_is_answered_as_without_sums(
    full: SqliteStore, cohort: str, dated: str, first: date | None, last: date | None, chosen: set[str] | None,
    hours: int, group: str | None, by: str, past: bool,
) -> None:  # fmt: skip
    where = Filter(first, last, dated, {} if chosen is None else {"topic": tuple(sorted(chosen))})
    spans = periods(by, date(2026, 1, 5), date(2026, 4, 27), "Europe/Stockholm")  # type: ignore[arg-type]
    read_to = full.span().read_to  # type: ignore[union-attr]
    as_of = read_to + timedelta(hours=-hours if past else hours)
    asked = Question(spans, as_of, cohort, where, group)

    def answers() -> tuple[object, ...]:
        return full.tally(asked), full.coverage(where), full.weekly([1, 2, 3], spans, where)

    found = answers()
    with counted_over_the_tickets():
        assert answers() == found


@SOME
@given(st.lists(st.integers(-3_600, 130 * 86_400), min_size=1, max_size=4), st.booleans())
def test_the_backlog_is_the_same_as_without_sums(full: SqliteStore, after: list[int], whole: bool) -> None:
    moments = [FIRST + timedelta(seconds=one - one % 3_600 - 1 if whole else one) for one in after]
    found = full.backlog(moments, EVERYTHING)
    with counted_over_the_tickets():
        assert full.backlog(moments, EVERYTHING) == found


def test_publishing_forgets_texts_that_no_ticket_has_any_more(
    tmp_path: Path, prepared: Callable[[int], list[Prepared]]
) -> None:
    store = SqliteStore(tmp_path / "store.db")
    (one, *_) = prepared(1)
    before = replace(one, ticket=replace(one.ticket, requester="gone", tags=("gone",), custom={"gone": "1"}))
    store.put_tickets([before])
    store.put_tickets([replace(one, version=one.version._replace(updated_at=2**60))])
    held = "SELECT text FROM texts WHERE text LIKE '%gone%' UNION ALL SELECT value FROM tags WHERE value = 'gone'"
    assert len(store._db.rows(held)) == 4
    change(store, Random(1), "publish", [one] * TICKETS, [])
    assert store._db.rows(held) == []
    assert_numbers_are_those_of_the_texts(store)
    store.close()


def assert_numbers_are_those_of_the_texts(store: SqliteStore, *, flaws: bool = True) -> None:
    text = "(SELECT text FROM texts WHERE number = {}_number)"
    plain = " AND ".join(f'"{name}" IS {text.format(name)}' for name in PLAIN)
    sets = ", ".join(text.format(name) for name in SETS)
    for same, tags, odd, custom, rest in store._db.rows(
        f"SELECT {plain}, {sets}, rest FROM tickets JOIN details USING (key)"
    ):
        told = json.loads(rest)
        assert same
        assert json.loads(tags or "[]") == sorted(set(told.get("tags", [])))
        assert json.loads(odd or "[]") == (sorted(told.get("flaws", [])) if flaws else [])
        assert json.loads(custom or "{}") == told.get("custom", {})
    for table in SETS:
        assert_set_members_are_those_of_the_texts(store, table)


def assert_set_members_are_those_of_the_texts(store: SqliteStore, table: str) -> None:
    key = "name || '=' || value" if table == "custom" else "value"
    used = f"number IN (SELECT {table}_number FROM tickets)"
    held = store._db.rows(f"SELECT number, {key} FROM {table} WHERE {used}")
    sets = dict(store._db.rows(f"SELECT number, text FROM texts JOIN tickets ON {table}_number = number"))
    parts = {number: json.loads(one) for number, one in sets.items()}
    assert set(held) == {
        (number, f"{part}={of[part]}" if table == "custom" else part) for number, of in parts.items() for part in of
    }


@pytest.mark.parametrize("schema", [1, 7])
def test_a_store_without_sums_and_numbers_is_filled_when_it_is_opened(
    tmp_path: Path, prepared: Callable[[int], list[Prepared]], schema: int
) -> None:
    store = SqliteStore(tmp_path / "store.db")
    change(store, Random(1), "publish", prepared(1), [])
    store.put_tickets(prepared(1))
    rated = store._db.rows(RATED)
    store.close()
    as_made_by(schema, tmp_path / "store.db", tmp_path / "old.db")
    again = SqliteStore(tmp_path / "old.db")
    assert again.versions()["schema"] == str(migrations()[-1][0])
    assert again._db.value("SELECT sum(n) FROM day_sums WHERE cohort = 'arrived'") == again.count_tickets(EVERYTHING)
    assert again._db.rows(RATED) == rated
    assert_sums_are_those_of_the_tickets(again)
    assert_numbers_are_those_of_the_texts(again, flaws=schema > 4)
    again.close()


def as_made_by(schema: int, store: Path, old: Path) -> None:
    """The same rows in the tables of a schema before numbers; what full-text search keeps is left behind."""
    connection = apsw.Connection(str(old))
    for _, sql in migrations()[:schema]:
        connection.execute(sql)
    connection.execute("ATTACH ? AS now", (str(store),))
    tables = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'")
    for (table,) in list(tables):
        told = connection.execute("SELECT name FROM pragma_table_info(?, 'main')", (table,))
        columns = ", ".join(f'"{name}"' for (name,) in told)
        rows = f"now.{table} JOIN now.tickets ON number = {table}_number" if table in SETS else f"now.{table}"
        connection.execute(f"INSERT OR REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM {rows}")
    connection.execute(f"PRAGMA user_version = {schema:d}")
    connection.close()
