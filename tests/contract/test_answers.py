"""Answers and customers: one of two versions wins, lists are whole, and counts are the oracle's in every store."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from at_once import at_once

from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import periods
from ticketlens.metrics.shares import TOP_BOXES
from ticketlens.model.answer import Answer, Direction, Survey, SurveyKind, rating_of
from ticketlens.model.customer import Customer
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.store.answer_codec import answer_fields, customer_fields, stamp_of
from ticketlens.store.answers import AnswerFilter, AnswerQuestion, Kept, KeptAnswer, KeptCustomer
from ticketlens.store.base import OUTDONE, STORED, UNCHANGED, Question, Store

AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
FAR = AT + timedelta(days=999)
NPS = Survey("relationship", SurveyKind.NPS, 10)
CSAT = Survey("after solve", SurveyKind.CSAT, 5, question="How did we do?")
OTHER = replace(CSAT, question="How was Kim?")
CES = Survey("effort", SurveyKind.CES, 5, Direction.LOW_IS_GOOD)
WEEKS = periods("week", date(2026, 1, 5), date(2026, 3, 15), "Europe/Stockholm")


def kept(answer: Answer) -> KeptAnswer:
    told = replace(answer, first_score=answer.score, first_at=answer.at)
    return KeptAnswer(told, stamp_of(answer.updated_at, answer_fields(answer)))


def answered(score: int | None, day: int = 0, id: str = "1", survey: Survey = NPS, **more: Any) -> KeptAnswer:
    at = AT + timedelta(days=day)
    told = {"updated_at": at, "at": None if score is None else at, **more}
    return kept(Answer(source="survey", id=id, survey=survey, score=score, **told))


def customer(id: str = "c-1", day: int = 0, **more: Any) -> KeptCustomer:
    told = Customer(id=id, **{"updated_at": AT + timedelta(days=day), **more})
    return KeptCustomer(told, stamp_of(told.updated_at, customer_fields(told)))


@pytest.mark.parametrize("newest_last", [True, False])
def test_the_later_version_of_an_answer_wins_whichever_comes_last(store: Store, newest_last: bool) -> None:
    versions = [answered(3, 0), answered(9, 2)]
    told = [store.put_answers([one])[0] for one in (versions if newest_last else reversed(versions))]
    assert told == ([STORED, STORED] if newest_last else [STORED, UNCHANGED])
    found = store.get_answer("survey", "1")
    assert found is not None
    assert (found.score, found.first_score, found.first_at) == (9, 3, AT)
    assert store.put_answers(versions) == [UNCHANGED, UNCHANGED]


def test_of_two_versions_of_one_moment_the_same_one_wins_and_the_other_is_told(store: Store) -> None:
    one, other = answered(3), answered(4)
    winner, loser = max(one, other, key=lambda kept: kept.stamp), min(one, other, key=lambda kept: kept.stamp)
    assert store.put_answers([winner, loser]) == [STORED, OUTDONE]
    assert store.put_answers([loser]) == [OUTDONE]
    found = store.get_answer("survey", "1")
    assert found is not None
    assert found.score == winner.answer.score


def test_of_two_versions_in_one_batch_the_one_that_gives_way_is_told(store: Store) -> None:
    one, other = sorted((answered(3), answered(4)), key=lambda kept: kept.stamp)
    assert store.put_answers([one, other]) == [OUTDONE, STORED]


def test_an_answer_comes_back_as_it_was(store: Store) -> None:
    told = answered(
        2, survey=CES, comment="Ё 👍\nslow", ticket=("desk", "4711"), customer="c-1", sent_at=AT - timedelta(hours=3)
    )
    store.put_answers([told, answered(None, id="2", sent_at=AT)])
    assert store.get_answer("survey", "1") == told.answer
    found = store.get_answer("survey", "2")
    assert found is not None
    assert (found.score, found.at, found.sent_at) == (None, None, AT)
    assert store.get_answer("survey", "3") is None


def test_many_writers_of_one_answer_leave_the_newest_and_the_first_score(store: Store) -> None:
    versions = [answered(number, number) for number in range(8)]
    at_once(8, lambda number: store.put_answers([versions[number]]))
    found = store.get_answer("survey", "1")
    assert found is not None
    assert (found.score, found.first_score) == (7, 0)


@pytest.fixture(scope="session")
def surveyed(world: Callable[[int], tuple[Store, Any]]) -> tuple[Store, list[Answer]]:
    """400 answers about the 150 tickets of a world, about none, and about tickets that nobody knows."""
    store, told = world(4)
    dice = Random(4)
    keys = [(one.ticket.source, one.ticket.id) for one in told.tickets]
    made = [_random(dice, number, keys) for number in range(400)]
    assert all(put.stored for put in store.put_answers([kept(one) for one in made]))
    return store, made


def _random(dice: Random, number: int, keys: list[tuple[str, str]]) -> Answer:
    survey = dice.choice((NPS, CSAT, OTHER, CES))
    sent = AT - timedelta(days=20) + timedelta(seconds=dice.randint(0, 50 * 86_400))
    at = sent + timedelta(hours=dice.expovariate(1 / 40)) if dice.random() < 0.6 else None
    return Answer(
        source=dice.choice(("survey", "desk")), id=str(number), survey=survey, updated_at=at or sent,
        score=None if at is None else dice.randint(survey.lowest, survey.scale), at=at,
        sent_at=sent if dice.random() < 0.8 else None, comment=dice.choice((None, "So so", "Ё")) if at else None,
        ticket=dice.choice((None, ("import", "none"), *keys[:60])), customer=dice.choice((None, "c-1", "c-2")),
    )  # fmt: skip


def listed(store: Store, where: AnswerFilter, limit: int = 37) -> list[Answer]:
    found: list[Answer] = []
    cursor: str | None = None
    while True:
        page = store.list_answers(where, cursor=cursor, limit=limit)
        found += page.items
        if page.next is None:
            return found
        assert len(page.items) == limit
        cursor = page.next


def plain(one: Answer) -> Answer:
    return replace(one, first_score=None, first_at=None)


def test_a_list_read_to_its_end_has_each_answer_once_newest_first(surveyed: tuple[Store, list[Answer]]) -> None:
    store, made = surveyed
    expected = sorted(made, key=lambda one: (int(one.moment.timestamp()), one.source, one.id), reverse=True)
    assert [plain(one) for one in listed(store, AnswerFilter())] == expected


FILTERS: dict[str, tuple[AnswerFilter, Callable[[Answer], bool]]] = {
    "survey": (AnswerFilter(survey=CSAT), lambda one: one.survey == CSAT),
    "name": (AnswerFilter(name="after solve"), lambda one: one.survey.name == "after solve"),
    "kind and scores": (
        AnswerFilter(kind=SurveyKind.NPS, scores=(9, 10)),
        lambda one: one.survey == NPS and one.score in (9, 10),
    ),
    "comments": (AnswerFilter(commented=True), lambda one: bool(one.comment)),
    "customers": (AnswerFilter(customers=("c-2", "nobody")), lambda one: one.customer == "c-2"),
    "answered": (AnswerFilter(dated="answered"), lambda one: one.score is not None),
    "sent in days": (
        AnswerFilter(dated="sent", since=AT, until=AT + timedelta(days=9)),
        lambda one: AT <= ((one.sent_at or one.at or FAR).replace(microsecond=0)) < AT + timedelta(days=9),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_keeps_what_it_says(surveyed: tuple[Store, list[Answer]], name: str) -> None:
    store, made = surveyed
    where, holds = FILTERS[name]
    found = {(one.source, one.id) for one in listed(store, where)}
    assert found == {(one.source, one.id) for one in made if holds(one)}
    assert found


def of_tickets(store: Store, where: Filter) -> dict[tuple[str, str], Any]:
    rows = store.list_tickets(where, limit=500).items
    return {(row.ticket.source, row.ticket.id): row for row in rows}


@pytest.mark.parametrize(
    "where",
    [Filter(where={"group": ("tier1", "")}), Filter(where={"tag": ("login",)}), Filter(where={"topic": ("1",)})],
)
def test_a_filter_on_tickets_keeps_the_answers_to_those_tickets(
    surveyed: tuple[Store, list[Answer]], where: Filter
) -> None:
    store, made = surveyed
    tickets = of_tickets(store, where)
    found = listed(store, AnswerFilter(where=where), limit=5)
    assert {(one.source, one.id) for one in found} == {(one.source, one.id) for one in made if one.ticket in tickets}
    assert found


def groups_of(row: Any, name: str | None) -> list[str | None]:
    if name is None:
        return [None]
    if row is None:
        return [None]
    if name == "tag":
        return list(row.ticket.tags) or [None]
    if name == "flaw":
        return list(row.flaws) or [None]
    if name == "custom.plan":
        return [row.ticket.custom.get("plan")]
    if name == "topic":
        return [None if row.topic is None else str(row.topic)]
    return [getattr(row.ticket, name)]


@pytest.mark.parametrize("dated", ["answered", "sent"])
@pytest.mark.parametrize("group_by", [None, "topic", "group", "tag", "flaw", "custom.plan"])
@pytest.mark.parametrize("where", [EVERYTHING, Filter(where={"group": ("tier1", "tier2")})])
def test_counts_are_those_of_the_oracle(
    surveyed: tuple[Store, list[Answer]], dated: Any, group_by: str | None, where: Filter
) -> None:
    store, made = surveyed
    counting, matching = of_tickets(store, EVERYTHING), of_tickets(store, where)
    expected: Counter[Any] = Counter()
    for one in made:
        at = one.at if dated == "answered" else one.sent_at or one.at
        if at is None or (where != EVERYTHING and one.ticket not in matching):
            continue
        for number, week in enumerate(WEEKS):
            if week.start_at <= at.replace(microsecond=0) < week.end_at:
                row = counting.get(one.ticket) if one.ticket else None
                expected.update((number, key, one.survey, one.score) for key in groups_of(row, group_by))
    told = store.count_answers(AnswerQuestion(WEEKS, AnswerFilter(dated=dated, where=where), group_by))
    assert {tuple(one)[:4]: one.n for one in told} == expected
    assert [one.period for one in told] == sorted(one.period for one in told)


@pytest.mark.parametrize("group_by", [None, "topic", "tag"])
@pytest.mark.parametrize("where", [EVERYTHING, Filter(where={"group": ("tier1", "tier2")})])
def test_ratings_of_tickets_are_counted_by_scale(
    surveyed: tuple[Store, list[Answer]], group_by: str | None, where: Filter, prepared: Callable[[int, int], Any]
) -> None:
    store, _ = surveyed
    expected: Counter[Any] = Counter()
    days = {(one.ticket.source, one.ticket.id): one.rated_day for one in prepared(4, 150)}
    for key, row in of_tickets(store, where).items():
        rating, day = row.ticket.satisfaction, days[key]
        if rating is None or day is None or not rating.score.is_integer() or rating.scale not in TOP_BOXES:
            continue
        for number, week in enumerate(WEEKS):
            if week.start <= day < week.end:
                told = (rating_of(rating.scale), int(rating.score))
                expected.update((number, group, *told) for group in groups_of(row, group_by))
    question = Question(WEEKS, AT + timedelta(days=400), "rated", where, group_by)
    assert {tuple(one)[:4]: one.n for one in store.count_ratings(question)} == expected
    assert expected


def test_a_group_that_nobody_knows_is_refused(store: Store) -> None:
    with pytest.raises(ConfigError, match="group_by"):
        store.count_answers(AnswerQuestion(WEEKS, group_by="shoe size"))


def test_a_customer_comes_back_and_the_later_version_wins(store: Store) -> None:
    new = customer(day=1, value_per_year=199.99, currency="EUR", since=AT, custom={"plan": "pro"})
    assert store.put_customers([new, customer()]) == [STORED, UNCHANGED]
    assert store.get_customer("c-1") == new.customer
    assert store.get_customer("c-2") is None


def test_customers_are_listed_by_id_and_one_is_deleted_once(store: Store) -> None:
    store.put_customers([customer(f"c-{number:03}") for number in range(25)])
    first = store.list_customers(limit=10)
    second = store.list_customers(limit=20, cursor=first.next)
    assert [one.id for one in (*first.items, *second.items)] == [f"c-{number:03}" for number in range(25)]
    assert second.next is None
    assert [store.delete_customer("c-007"), store.delete_customer("c-007")] == [True, False]
    assert store.get_customer("c-007") is None


def test_customers_kept_and_lost_are_those_who_were_there_at_the_start(store: Store) -> None:
    first, second = periods("month", date(2026, 2, 1), date(2026, 3, 1), "UTC")
    before, inside = first.start_at - timedelta(days=9), first.start_at + timedelta(days=9)
    store.put_customers(
        [
            customer("unknown since"), customer("unknown, lost", churned_at=inside),
            customer("unknown, gone", churned_at=before), customer("old", since=before), customer("new", since=inside),
            customer("lost", since=before, churned_at=inside), customer("gone", since=before, churned_at=before),
            customer("came and went", since=inside, churned_at=inside + timedelta(days=1)),
            customer("lost at the start", since=before, churned_at=first.start_at),
            customer("lost later", since=before, churned_at=second.start_at),
        ]
    )  # fmt: skip
    assert store.kept_customers([first, second]) == [Kept(4, 2, 2), Kept(3, 1, 1)]


def test_values_are_summed_by_currency(store: Store) -> None:
    store.put_customers(
        [
            customer("a", value_per_year=0.1, currency="EUR"), customer("b", value_per_year=0.2, currency="EUR"),
            customer("c", value_per_year=5.0, currency="SEK"), customer("d"),
        ]
    )  # fmt: skip
    assert store.value_sums() == {"EUR": (2, 30), "SEK": (1, 500)}


def test_the_last_score_of_each_customer_with_worth_and_tickets(
    store: Store, prepared: Callable[[int, int], Any]
) -> None:
    store.put_tickets(prepared(4, 150))
    asked = Counter(
        row.ticket.requester
        for row in store.list_tickets(EVERYTHING, limit=500).items
        if AT <= row.ticket.created_at < AT + timedelta(days=30)
    )
    store.put_customers([customer("c-1", value_per_year=12.34, currency="EUR")])
    store.put_answers(
        [
            answered(9, 1, "1", customer="c-1"), answered(2, 5, "2", customer="c-1"), answered(8, 5, "3", customer="x"),
            answered(3, 5, "4", customer="x"), answered(4, 40, "5", customer="c-1"), answered(4, 3, "6"),
            answered(1, 6, "7", CSAT, customer="c-1"), answered(None, 3, "8", customer="y", sent_at=AT),
        ]
    )  # fmt: skip
    told = store.customer_scores(NPS, AT, AT + timedelta(days=30))
    assert [tuple(one) for one in told] == [("c-1", 2, 1234, "EUR", asked["c-1"]), ("x", 8, None, None, 0)]
    assert asked["c-1"] > 0


def test_every_write_makes_the_generation_grow(store: Store) -> None:
    told = [store.generation()]
    for write in (
        lambda: store.put_answers([answered(3)]), lambda: store.put_customers([customer()]),
        lambda: store.delete_customer("c-1"),
    ):  # fmt: skip
        write()
        told.append(store.generation())
    assert told == sorted(set(told))
