"""What customers say, by figures worked out by hand; and what detractors cost, where a file tells the values."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ticketlens.answers.surveys import figures, in_words
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.shares import yearly
from ticketlens.model import Satisfaction, Ticket
from ticketlens.model.answer import Direction, Survey, SurveyKind
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import Filter

NOW = datetime(2026, 4, 22, 9, tzinfo=UTC)
DAY = datetime(2026, 4, 7, 12, tzinfo=UTC)
APRIL = {"first": date(2026, 4, 1), "last": date(2026, 4, 30)}
NPS = Survey("relationship", SurveyKind.NPS, 10)
CES = Survey("effort", SurveyKind.CES, 7)
EFFORT = dict(zip(range(1, 8), (8, 21, 14, 11, 16, 18, 12), strict=True))


@pytest.fixture
def lens(make_lens: Callable[..., Lens]) -> Lens:
    return make_lens(now=NOW)


def rows(survey: Survey, counts: Mapping[int | None, int], **more: Any) -> list[dict[str, Any]]:
    """Answers of one survey, each score so many times; None: sent and not answered."""
    told = {"survey": survey.name, "kind": survey.kind.value, "scale": survey.scale,
            "direction": survey.direction.value, "question": survey.question, **more}  # fmt: skip
    return [
        {**told, "id": f"{survey.id} {score} {number}", "score": score, "sent_at": DAY.isoformat(),
         "at": None if score is None else (DAY + timedelta(hours=1)).isoformat()}
        for score, n in counts.items() for number in range(n)
    ]  # fmt: skip


def pushed(lens: Lens, *parts: list[dict[str, Any]]) -> None:
    every = [row for part in parts for row in part]
    report = lens.voice.push_answers(every)
    assert report.stored == len(every), report


def nearly(*values: float) -> Any:
    return pytest.approx(values, abs=0.0006)


@pytest.mark.parametrize(
    ("good", "n", "expected"),
    [(34, 40, (0.85, 0.709, 0.929)), (20, 20, (1.0, 0.839, 1.0)), (160, 200, (0.8, 0.739, 0.850))],
)
def test_satisfaction_has_wilsons_interval(good: int, n: int, expected: tuple[float, ...]) -> None:
    survey = Survey("s", SurveyKind.CSAT, 5)
    told = figures(survey, {5: good - 3, 4: 3, 3: n - good}).score
    assert told is not None
    assert (told.value, told.low, told.high) == nearly(*expected)


def test_net_promoters_count_passives_in_the_denominator() -> None:
    told = figures(NPS, {10: 60, 9: 30, 8: 40, 7: 20, 6: 30, 0: 20})
    assert told.split == (90, 60, 50)
    assert told.score is not None
    assert (told.score.value, told.score.low, told.score.high) == pytest.approx((20, 8.75, 31.25), abs=0.06)


def test_effort_has_a_mean_and_a_share_that_says_easy() -> None:
    told = figures(CES, EFFORT)
    assert told.score is not None
    assert told.easy is not None
    assert told.score.value == pytest.approx(4.08)
    assert told.score.high - told.score.value == pytest.approx(0.38, abs=0.005)
    assert (told.easy.value, told.good) == (0.46, (5, 6, 7))
    assert in_words(CES) == "5 to 7 of 7 are easy"


def test_where_low_is_good_the_same_answers_turned_say_the_same() -> None:
    turned = replace(CES, direction=Direction.LOW_IS_GOOD)
    told, straight = figures(turned, {8 - score: n for score, n in EFFORT.items()}), figures(CES, EFFORT)
    assert told.easy == straight.easy
    assert told.score is not None
    assert told.score.value == pytest.approx(8 - 4.08)
    assert (told.good, in_words(turned)) == ((1, 2, 3), "1 to 3 of 7 are easy, low is good")


@pytest.mark.parametrize(("scale", "lowest"), [(2, 2), (3, 3), (5, 4), (7, 6), (10, 9)])
def test_every_scale_of_satisfaction_has_a_cut_of_its_own(scale: int, lowest: int) -> None:
    told = figures(Survey("s", SurveyKind.CSAT, scale), {lowest: 12, lowest - 1: 12})
    assert told.score is not None
    assert told.score.value == 0.5
    assert told.good == tuple(range(lowest, scale + 1))


def test_under_twenty_answers_there_is_n_and_no_score(lens: Lens) -> None:
    pushed(lens, rows(NPS, {9: 19}))
    (told,) = lens.voice.report(**APRIL).surveys
    assert (told.figures.n, told.figures.score, told.figures.too_few) == (19, None, True)


def test_surveys_are_never_merged_over_scale_question_or_direction(lens: Lens) -> None:
    csat = Survey("after solve", SurveyKind.CSAT, 5)
    others = [csat, replace(csat, scale=7), replace(csat, question="And Kim?"),
              replace(csat, direction=Direction.LOW_IS_GOOD)]  # fmt: skip
    pushed(lens, *(rows(one, {4: 21 + number}) for number, one in enumerate(others)))
    told = lens.voice.report(**APRIL).surveys
    assert [(one.survey, one.figures.n) for one in told] == [(others[i], 21 + i) for i in (3, 2, 1, 0)]


def test_the_response_rate_is_of_those_sent_and_unknown_where_nobody_tells(lens: Lens) -> None:
    pushed(lens, rows(NPS, {9: 25, None: 75}), rows(CES, {5: 25}))
    told = {one.survey.name: one.sent for one in lens.voice.report(**APRIL).surveys}
    assert (told["relationship"].sent, told["relationship"].rate) == (100, 0.25)
    assert told["effort"].rate is None


def test_an_answer_of_which_nobody_tells_the_sending_was_sent_all_the_same(lens: Lens) -> None:
    given = [{**row, "sent_at": None} for row in rows(NPS, {9: 40})]
    pushed(lens, given, rows(NPS, {None: 60}))
    (told,) = lens.voice.report(**APRIL).surveys
    assert (told.sent.sent, told.sent.answered, told.sent.rate) == (100, 40, 0.4)
    assert [one.sent.rate for one in told.points] == [0.4]
    assert [(one.sent.sent, one.sent.rate) for one in told.topics] == [(100, 0.4)]


def test_an_answer_counts_when_it_was_given_and_not_when_it_was_sent(lens: Lens) -> None:
    late = [{**row, "sent_at": "2026-03-30T00:00:00Z"} for row in rows(NPS, {9: 21})]
    pushed(lens, late)
    (told,) = lens.voice.report(by="month", first=date(2026, 3, 1), last=date(2026, 4, 30)).surveys
    assert [(one.period.label, one.figures.n, one.sent.sent) for one in told.points] == [
        ("2026-03", 0, 21), ("2026-04", 21, 0),
    ]  # fmt: skip


def test_answers_fall_into_the_days_of_the_zone(lens: Lens) -> None:
    midnight = [{**row, "sent_at": None, "at": "2026-03-31T22:30:00Z"} for row in rows(NPS, {9: 21})]
    pushed(lens, midnight)
    (told,) = lens.voice.report(**APRIL).surveys
    assert told.figures.n == 21


def test_by_topic_there_is_n_score_and_response_rate(lens: Lens) -> None:
    tickets = [
        Ticket(source="import", id=str(number), subject=subject, body=subject, created_at=DAY, updated_at=DAY)
        for number, subject in enumerate(["login wrong password"] * 30 + ["parcel is late again"] * 30)
    ]
    for _ in lens.add([TicketBatch(tuple(tickets))]):
        pass
    texts = [name for name, *_ in lens.store.texts_without_vector("english", 9)]
    from ticketlens.model.topic import Topic
    from ticketlens.store.base import Assignment

    ids = lens.store.new_topic_ids(2)
    places = {name: Assignment(id_, "core", 1.0) for name, id_ in zip(texts, ids, strict=True)}
    lens.store.publish([Topic(id=id_, name=f"topic {id_}") for id_ in ids], places, {})
    csat = Survey("after solve", SurveyKind.CSAT, 5)
    given = rows(csat, {5: 25}) + rows(csat, {None: 5, 1: 21})
    pushed(lens, [{**row, "ticket": str(number)} for number, row in enumerate(given)])
    (told,) = lens.voice.report(**APRIL).surveys
    assert sum(one.figures.n for one in told.topics) == told.figures.n == 46
    first, second = told.topics
    assert [(one.figures.n, one.sent.sent) for one in (first, second)] == [(25, 30), (21, 21)]
    assert first.figures.score is not None
    assert (first.figures.score.value, first.sent.rate, second.sent.rate) == (1.0, 25 / 30, None)
    narrowed = lens.voice.report(Filter(where={"topic": (str(first.topic),)}), **APRIL)
    assert [one.figures.n for one in narrowed.surveys] == [25]


@pytest.fixture
def desk(lens: Lens) -> Lens:
    """Tickets with ratings of their own beside two surveys of satisfaction and an NPS."""
    tickets = [
        Ticket(source="d", id=str(number), subject=f"s {number}", created_at=DAY, updated_at=DAY + timedelta(days=9),
               satisfaction=Satisfaction(5.0, 5, at=DAY))
        for number in range(30)
    ]  # fmt: skip
    for _ in lens.add([TicketBatch(tuple(tickets))]):
        pass
    pushed(lens, rows(NPS, {10: 15, 7: 5, 3: 5}), rows(Survey("small", SurveyKind.CSAT, 5), {1: 25}))
    return lens


def figure(lens: Lens, metric: str, **more: Any) -> tuple[str | None, int, float | None]:
    told = lens.trend(metric=metric, by="month", **APRIL, **more)
    (point,) = told.points
    return told.survey and told.survey.name, point.n, point.value


def test_a_trend_names_the_survey_that_it_is_of(desk: Lens) -> None:
    assert figure(desk, "nps") == ("relationship", 25, 40.0)
    assert figure(desk, "csat") == ("ticket rating", 30, 1.0)
    assert figure(desk, "csat", survey="small") == ("small", 25, 0.0)
    pushed(desk, rows(Survey("large", SurveyKind.CSAT, 7), {7: 31}))
    assert figure(desk, "csat") == ("large", 31, 1.0)
    assert figure(desk, "csat", survey="ticket rating") == ("ticket rating", 30, 1.0)


def test_a_trend_of_answers_is_asked_for_by_groups_too(desk: Lens) -> None:
    told = desk.trend(metric="nps", by="month", group_by="topic", **APRIL)
    assert told.groups is not None
    assert [(key, points[0].n) for key, points in told.groups.items()] == [("", 25)]


def test_without_answers_a_trend_of_them_is_empty_and_a_wrong_name_is_told(desk: Lens) -> None:
    assert figure(desk, "ces") == (None, 0, None)
    with pytest.raises(ConfigError, match="there are: relationship"):
        figure(desk, "nps", survey="relation")
    with pytest.raises(ConfigError, match="csat, nps, ces"):
        figure(desk, "ttr.full", survey="relationship")


def test_an_answer_counts_whatever_became_of_its_ticket_and_the_contract_says_so(lens: Lens) -> None:
    tickets = [
        Ticket(source="import", id=str(number), subject="s", created_at=DAY, updated_at=DAY, spam=number < 5,
               requester="kim", satisfaction=Satisfaction(3.0, 3, at=DAY))
        for number in range(40)
    ]  # fmt: skip
    for _ in lens.add([TicketBatch(tuple(tickets))]):
        pass
    csat = Survey("after solve", SurveyKind.CSAT, 5)
    pushed(lens, [{**row, "ticket": str(number)} for number, row in enumerate(rows(csat, {5: 40}))])
    assert figure(lens, "csat", survey="after solve")[1] == 40
    assert figure(lens, "csat", survey="after solve", where=Filter(where={"source": ("import",)}))[1] == 35
    assert figure(lens, "csat", survey="ticket rating")[1] == 35
    for id_ in ("csat", "nps", "ces"):
        assert BY_ID[id_].exclusions.startswith("No answer, whatever became of its ticket.")


def customers(count: int, value: float, start: int = 0, **more: Any) -> list[dict[str, Any]]:
    told = {"currency": "EUR", "since": "2024-01-01", "value_per_year": value, **more}
    return [{"id": f"c-{number}", **told} for number in range(start, start + count)]


def scored(survey: Survey, first: int, counts: Mapping[int | None, int]) -> list[dict[str, Any]]:
    return [{**row, "customer": f"c-{first + number}"} for number, row in enumerate(rows(survey, counts))]


def test_what_detractors_cost_is_told_with_the_group_that_they_are_compared_with(lens: Lens) -> None:
    pushed(lens, scored(NPS, 0, {2: 30}), scored(NPS, 30, {8: 20, 10: 30}))
    lens.voice.push_customers([*customers(30, 136.0), *customers(50, 200.0, 30)])
    told = lens.voice.detractors(**APRIL, cost_per_ticket=5.0)
    assert told.cost is not None
    assert told.cost.value == pytest.approx(30 * 64)
    assert told.cost.low < told.cost.value < told.cost.high
    assert (told.currency, told.compared_with) == ("EUR", "passives and promoters")
    assert (told.detractors, told.others, told.detractors_valued, told.others_valued) == (30, 50, 30, 50)
    assert told.support is not None
    assert (told.support.extra, told.support.cost) == (0, 0)


def test_what_a_ticket_costs_comes_from_the_settings(make_lens: Callable[..., Lens]) -> None:
    lens = make_lens(now=NOW, cost_per_hour=30.0, minutes_per_ticket=10.0)
    assert lens.voice.cost_per_ticket == 5.0
    assert make_lens(now=NOW, name="other", cost_per_hour=30.0).voice.cost_per_ticket is None


@pytest.mark.parametrize(
    ("told", "reason"),
    [([], "import customers"), (customers(10, 5.0), "too few detractors"), (customers(30, 5.0), "too few passives")],
)
def test_without_values_nothing_is_told_and_the_reason_is(lens: Lens, told: list[Any], reason: str) -> None:
    pushed(lens, scored(NPS, 0, {2: 30}), scored(NPS, 30, {8: 30}))
    lens.voice.push_customers(told)
    found = lens.voice.detractors(**APRIL)
    assert found.cost is None
    assert reason in (found.reason or "")


def test_amounts_of_two_currencies_are_never_added(lens: Lens) -> None:
    pushed(lens, scored(NPS, 0, {2: 30}), scored(NPS, 30, {8: 30}))
    lens.voice.push_customers(
        [*customers(29, 100.0), *customers(1, 9e9, 29, currency="SEK"), *customers(30, 110.0, 30)]
    )
    found = lens.voice.detractors(**APRIL)
    assert (found.currency, found.detractors_valued) == ("EUR", 29)
    assert found.cost is not None
    assert found.cost.value == pytest.approx(290)


def test_churn_is_of_those_who_were_there_and_a_year_is_not_twelve_months_added(lens: Lens) -> None:
    lens.voice.push_customers([*customers(95, 1.0), *customers(5, 1.0, 95, churned_at="2026-04-10"),
                               *customers(9, 1.0, 200, since="2026-04-02", churned_at="2026-04-03")])  # fmt: skip
    found = lens.voice.detractors(**APRIL).churn
    assert found is not None
    assert (found.there, found.lost) == (100, 5)
    assert found.rate is not None
    assert (found.rate.value, found.rate.low, found.rate.high) == nearly(0.05, 0.0215, 0.1118)
    assert yearly(0.05, 1) == pytest.approx(1 - 0.95**12)


def test_who_has_no_beginning_is_not_taken_as_there_and_is_told(lens: Lens) -> None:
    unknown = [*customers(7, 1.0, 300, since=None), *customers(2, 1.0, 400, since=None, churned_at="2026-04-09")]
    lens.voice.push_customers([*customers(95, 1.0), *customers(5, 1.0, 95, churned_at="2026-04-10"), *unknown])
    found = lens.voice.detractors(**APRIL).churn
    assert found is not None
    assert (found.there, found.lost, found.undated) == (100, 5, 9)


def test_where_nobody_has_a_beginning_churn_is_not_known_and_the_reason_is_told(lens: Lens) -> None:
    lens.voice.push_customers([*customers(50, 1.0, since=None), *customers(9, 1.0, 90, churned_at="2026-01-10")])
    found = lens.voice.detractors(**APRIL).churn
    assert found is not None
    assert (found.there, found.rate) == (0, None)
    assert "since" in (found.reason or "")


def test_without_losses_there_is_no_churn_but_a_reason(lens: Lens) -> None:
    lens.voice.push_customers(customers(50, 1.0))
    found = lens.voice.detractors(**APRIL).churn
    assert found is not None
    assert (found.rate, found.a_year) == (None, None)
    assert "nobody tells" in (found.reason or "")


def test_a_journey_has_everything_of_one_customer_in_order_of_time(lens: Lens) -> None:
    who = "kim@example.com"
    ticket = Ticket(source="d", id="1", subject="Where is it?", created_at=DAY - timedelta(days=1), requester=who,
                    updated_at=DAY, solved_at=DAY - timedelta(hours=1))  # fmt: skip
    for _ in lens.add([TicketBatch((ticket,))]):
        pass
    pushed(lens, [{**row, "customer": who} for row in rows(NPS, {2: 1})])
    lens.voice.push_customers([{"id": who, "since": "2024-01-01", "churned_at": "2026-04-20"}])
    told = lens.voice.journey(who)
    assert told is not None
    assert [step.what for step in told.steps] == ["came", "asked", "solved", "sent", "answered", "lost"]
    assert who not in repr(told)
    assert lens.voice.journey("nobody@example.com") is None


def test_a_customer_who_is_forgotten_is_gone_and_the_answers_stay(lens: Lens) -> None:
    pushed(lens, scored(NPS, 0, {2: 1}))
    lens.voice.push_customers(customers(1, 5.0))
    assert [lens.voice.forget("c-0"), lens.voice.forget("c-0")] == [True, False]
    assert lens.voice.customer("c-0") is None
    assert len(lens.voice.list_answers().items) == 1
