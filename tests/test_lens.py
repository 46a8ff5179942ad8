"""The verbs: what comes in is counted, what changes is derived anew, and numbers are those of their lists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.model import Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.report import SetAside
from ticketlens.store.sqlite import SqliteStore
from ticketlens.worker import Worker

MakeLens = Callable[..., Lens]
AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
ALL = Filter(excluded="any")


def quiet(_: str) -> Callable[[int, int], None]:
    return lambda done, total: None


@pytest.fixture
def lens(make_lens: MakeLens, worlds: ModuleType) -> Lens:
    found = make_lens()
    for _ in found.add([TicketBatch(tuple(worlds.random_tickets(1, 120)))]):
        pass
    found.cluster(step=quiet)
    return found


def test_adding_counts_every_row_once(make_lens: MakeLens, worlds: ModuleType) -> None:
    lens, tickets = make_lens(), tuple(worlds.random_tickets(3, 10))
    aside = SetAside("line", 3, None, "no id")
    first, again = lens.add([TicketBatch(tickets, (aside,)), TicketBatch(tickets[:4])])
    assert (first.received, first.stored, first.unchanged, first.set_aside) == (11, 10, 0, 1)
    assert (again.received, again.stored, again.unchanged) == (4, 0, 4)
    assert first.adds_up
    assert first.set_aside_items == (aside,)


def test_rows_that_are_pushed_are_stored_or_set_aside_with_their_index_from_zero(make_lens: MakeLens) -> None:
    lens = make_lens()
    good = {"id": 1, "subject": "Login", "created_at": "2026-02-01T08:00:00"}
    told = lens.push([{"id": "x"}, good, "text", {**good, "created_at": "soon"}, good], source="desk")
    assert (told.received, told.stored, told.unchanged, told.set_aside) == (5, 1, 1, 3)
    assert [(item.place, item.number, item.id) for item in told.set_aside_items] == [
        ("index", 0, "x"), ("index", 2, None), ("index", 3, "1"),
    ]  # fmt: skip
    found = lens.ticket("desk", "1")
    assert found is not None
    assert found.row.ticket.created_at == datetime(2026, 2, 1, 7, tzinfo=UTC)


def test_a_reading_gets_a_new_number_each_time_that_the_mapping_is_another(make_lens: MakeLens) -> None:
    lens = make_lens()
    assert [lens.reading("a", mapping) for mapping in ("x", "x", "y", "x")] == [1, 1, 2, 3]
    assert lens.reading("b", "x") == 1


def test_times_are_stale_after_a_change_of_zone_until_they_are_derived_anew(
    make_lens: MakeLens, worlds: ModuleType
) -> None:
    lens = make_lens()
    assert not lens.stale
    list(lens.add([TicketBatch(tuple(worlds.random_tickets(1, 1_200)))]))
    lens.cluster(step=quiet)
    assert not make_lens().stale
    assert make_lens().ready() == []
    moved = make_lens(zone="Pacific/Auckland", schedules=())
    assert moved.stale
    assert "recompute" in moved.ready()[0]
    told: list[int] = []
    before = moved.store.assignments()
    assert moved.rederive(lambda done, total: told.append(done)) == 1_200
    assert told[-1] == 1_200
    assert not moved.stale
    assert moved.store.assignments() == before
    fresh = make_lens("fresh", zone="Pacific/Auckland", schedules=())
    list(fresh.add([TicketBatch(tuple(worlds.random_tickets(1, 1_200)))]))
    fresh.cluster(step=quiet)
    assert list(moved.export_rows(ALL)) == list(fresh.export_rows(ALL))
    days = [Filter(first=day, last=day, dated=dated) for dated in ("arrived", "solved", "rated")
            for day in (date(2026, 1, 20), date(2026, 2, 20))]  # fmt: skip
    assert [moved.count(where) for where in days] == [fresh.count(where) for where in days]
    assert moved.trend(clock="business").points[-4].n == fresh.trend(clock="business").points[-4].n


def test_a_change_of_what_is_excluded_or_promised_is_recomputed(make_lens: MakeLens, worlds: ModuleType) -> None:
    lens, tickets = make_lens(), tuple(worlds.random_tickets(1, 300))
    list(lens.add([TicketBatch(tickets)]))
    assert {"no_customer_message", "bot_only", "spam"} <= set(lens.excluded(ALL))
    changed = {"exclusions": ("spam",), "targets": "[[targets]]\nmetric = 'ttr.full'\nminutes = 600\n"}
    other = make_lens(**changed)
    assert other.stale
    other.rederive(lambda seen, total: None)
    assert not other.stale
    assert set(other.excluded(ALL)) == {"spam"}
    fresh = make_lens("fresh", **changed)
    list(fresh.add([TicketBatch(tickets)]))
    for metric in ("breach_rate", "ttr.full", "one_touch_rate"):
        assert other.trend(metric=metric).points == fresh.trend(metric=metric).points
    assert list(other.export_rows(ALL)) == list(fresh.export_rows(ALL))


def test_a_store_that_was_imported_into_at_once_is_not_stale(make_lens: MakeLens, worlds: ModuleType) -> None:
    list(make_lens().add([TicketBatch(tuple(worlds.random_tickets(1, 3)))]))
    assert not make_lens().stale


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_an_export_a_list_and_a_count_are_of_the_same_tickets(lens: Lens, worlds: ModuleType, seed: int) -> None:
    where = worlds.random_filter(seed)
    rows = list(lens.export_rows(where))
    listed, page = [], lens.tickets(where, limit=9)
    listed += page.items
    while page.next:
        page = lens.tickets(where, cursor=page.next, limit=9)
        listed += page.items
    assert [(row["source"], row["id"]) for row in rows] == [(one.ticket.source, one.ticket.id) for one in listed]
    assert len(rows) == lens.count(where)


def test_an_exported_row_names_its_topic_and_its_minutes(lens: Lens) -> None:
    names = {topic.id: topic.name for topic in lens.topic_names().values()}
    rows = list(lens.export_rows(EVERYTHING))
    assert {row["match"] for row in rows} <= {"core", "weak", "edited", "ungrouped"}
    for row, shown in zip(rows, (lens.row_json(one) for one in lens.tickets(EVERYTHING, limit=200).items), strict=True):
        assert row["topic_name"] == (names[row["topic"]] if row["topic"] is not None else None)  # type: ignore[index]
        metrics: Any = shown["metrics"]
        assert row["ttr.full.business_minutes"] == metrics["ttr.full"]["business"]
        assert row["topic"] == shown["topic"]


def test_clustering_again_without_new_texts_changes_nothing(lens: Lens) -> None:
    before = lens.store.assignments(), lens.store.topics()
    report = lens.cluster(step=quiet)
    assert (report.embedded, report.full) == (0, False)
    assert (lens.store.assignments(), lens.store.topics()) == before
    told = report.to_json()
    assert told["tickets"] == sum(int(str(told[name])) for name in ("core", "weak", "edited", "ungrouped"))


def test_topics_are_found_anew_when_there_are_half_as_many_texts_again(lens: Lens) -> None:
    texts = int(str(lens.store.records("run")[-1].fields["texts"]))
    at = lens.as_of().isoformat()

    def arrive(first: int, count: int) -> bool:
        numbers = range(first, first + count)
        lens.push([{"id": f"new-{n}", "subject": f"wording number {n}", "created_at": at} for n in numbers])
        return lens.cluster(step=quiet).full

    assert not arrive(0, 1)
    assert arrive(1, texts // 2 + 1)
    assert not arrive(texts, 1)


def test_a_full_run_keeps_ids_and_what_people_said_of_topics(lens: Lens) -> None:
    first = lens.store.topics()[0]
    told = {"kind": "praise", "pinned": True, "hidden": True, "owner": "kim", "note": "seen"}
    lens.edits.set(first.id, told, by="robin")
    lens.cluster(full=True, step=quiet)
    again = next(topic for topic in lens.store.topics() if topic.id == first.id)
    assert (again.kind, again.pinned, again.hidden, again.owner, again.note) == ("praise", True, True, "kim", "seen")
    assert again.born == first.born


def test_a_text_that_changes_while_a_run_is_under_way_is_passed_over(
    lens: Lens, engine: Any, worlds: ModuleType
) -> None:
    changed = replace(worlds.random_tickets(1, 1)[0], subject="quite another", updated_at=AT + timedelta(days=300))

    class Moving(SqliteStore):
        def vectors(self, model: str) -> Any:
            found = super().vectors(model)
            for name in self.assignments():
                for source, id_ in [self.subjects([name])[name][0]] if self.subjects([name]) else []:
                    self.put_tickets([lens.preparer.prepare(replace(changed, source=source, id=id_))])
            return found

    assert isinstance(lens.store, SqliteStore)
    moving = Moving(lens.store._db.path)
    lens = replace(lens, store=moving)
    lens.cluster(full=True, step=quiet)
    moving.close()


def test_a_worker_groups_what_is_new_and_leaves_it_while_another_does(lens: Lens) -> None:
    new = Ticket(source="desk", id="new", subject="login refund", created_at=AT, updated_at=AT)
    assert not Worker(lens).turn()
    list(lens.add([TicketBatch((new,))]))
    assert lens.store.claim("group", "other", 60, lens.now())
    assert not Worker(lens).turn()
    lens.store.release("group", "other")
    assert Worker(lens).turn()
    assert not Worker(lens).turn()
    assert lens.store.claim("group", "other", 60, lens.now())


def test_a_worker_that_fails_says_so_in_a_line_and_leaves_the_work(
    make_lens: MakeLens, worlds: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    lens = make_lens()
    list(lens.add([TicketBatch(tuple(worlds.random_tickets(1, 3)))]))

    class NoModel:
        def key(self, model: str) -> str:
            return "none"

        def load(self, model: str) -> Any:
            raise ConfigError("model: there is none")

    assert not Worker(replace(lens, engine=NoModel())).turn()
    assert "model: there is none" in caplog.text
    assert lens.store.claim("group", "next", 60, lens.now())


def test_an_empty_store_answers_with_a_remedy(make_lens: MakeLens) -> None:
    lens = make_lens()
    assert lens.empty()
    assert lens.overview(EVERYTHING) is None
    assert (lens.count(EVERYTHING), list(lens.export_rows(EVERYTHING)), lens.foreign_share()) == (0, [], 0.0)
    with pytest.raises(ConfigError, match="ticketlens import"):
        lens.trend()
    with pytest.raises(ConfigError, match="ticketlens import"):
        lens.topics(EVERYTHING)


def test_figures_are_as_of_what_was_read_and_never_of_the_future(make_lens: MakeLens) -> None:
    late, early = make_lens(now=AT + timedelta(days=90)), make_lens(now=AT + timedelta(days=1))
    told = Ticket(source="desk", id="1", subject="x", created_at=AT, updated_at=AT + timedelta(days=3))
    list(late.add([TicketBatch((told,))]))
    assert late.as_of() == AT + timedelta(days=3)
    assert early.as_of() == AT + timedelta(days=1)


def test_the_share_of_other_languages_is_of_those_that_are_known(lens: Lens) -> None:
    languages = dict(lens.facet("language", EVERYTHING))
    assert lens.foreign_share() == pytest.approx(languages["sv"] / (languages["sv"] + languages["en"]))


def test_a_ticket_comes_with_its_topic_and_the_most_similar_others(lens: Lens) -> None:
    row = lens.tickets(Filter(states=("core",)), limit=1).items[0]
    found = lens.ticket(row.ticket.source, row.ticket.id, similar=3)
    assert found is not None
    assert found.topic is not None
    assert found.topic.id == row.topic
    cosines = [cosine for _, cosine in found.similar]
    assert len(cosines) == 3
    assert cosines == sorted(cosines, reverse=True)
    assert lens.ticket("desk", "none") is None


def test_a_ticket_that_waits_has_waited_until_now(make_lens: MakeLens) -> None:
    lens, at = make_lens(), datetime(2026, 4, 1, tzinfo=UTC)
    lens.push([{"id": "1", "subject": "a", "created_at": at.isoformat()}])
    row = lens.tickets(EVERYTHING).items[0]
    assert row.waited(at + timedelta(hours=2)) == 7200
