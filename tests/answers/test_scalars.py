"""Shares, ages and money of a trend, against what its tickets say."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model import Actor, Ticket
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Trend


def solved_in(tickets: tuple[Ticket, ...], told: Trend) -> Iterator[tuple[object, list[Ticket]]]:
    """Each period with the tickets solved in it."""
    for point in told.points:
        yield point, [t for t in tickets if t.solved_at and point.start <= _day(t.solved_at) < point.end]


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo("Europe/Stockholm")).date()


def with_rates(lens: Lens, **rates: object) -> Lens:
    return replace(lens, settings=replace(lens.settings, **rates))


def replies(ticket: Ticket) -> int:
    return sum(message.author is Actor.AGENT for message in ticket.messages)


def test_one_touch_is_the_share_of_solved_tickets_with_one_reply(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = lens.trend(metric="one_touch_rate")
    assert told.cohort == "solved"
    for point, solved in solved_in(tickets, told):
        once = sum(replies(t) == 1 for t in solved)
        assert point.n == len(solved)
        assert point.value == (pytest.approx(once / len(solved)) if len(solved) >= 20 else None)


def test_a_breach_rate_is_of_the_tickets_under_a_target(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = lens.trend(metric="breach_rate", cohort="solved")
    for point, solved in solved_in(tickets, told):
        under = [t for t in solved if t.sla_met is not None]
        missed = sum(not t.sla_met for t in under)
        assert point.n == len(under)
        assert point.value == (pytest.approx(missed / len(under)) if len(under) >= 20 else None)
    assert lens.trend(metric="breach_rate").cohort == "arrived"


def test_the_age_of_the_backlog_is_the_median_age_of_who_was_open(make_lens: Callable[..., Lens]) -> None:
    """25 tickets came at each hour, one of them solved at 20:00; at the end of the day they are 1 to 25 hours old."""
    lens, end = make_lens(), datetime(2026, 3, 3, tzinfo=ZoneInfo("Europe/Stockholm"))
    rows = [{"id": str(n), "subject": "a", "created_at": (end - timedelta(hours=n)).isoformat()} for n in range(1, 26)]
    rows[0] |= {"status": "solved", "solved_at": (end + timedelta(hours=9)).isoformat()}
    rows.append({**rows[1], "id": "gone", "status": "solved", "solved_at": (end - timedelta(hours=1)).isoformat()})
    assert lens.push(rows).stored == 26
    (point,) = lens.trend(metric="backlog.age", by="day", first=date(2026, 3, 2), last=date(2026, 3, 2)).points
    assert (point.n, point.value) == (25, pytest.approx(13 * 60, rel=0.02))
    assert point.low is not None
    assert point.low < 13 * 60


def test_an_age_of_few_is_not_told_and_who_is_counted_is_who_was_open(lens: Lens) -> None:
    told, counted = lens.trend(metric="backlog.age"), lens.trend(metric="backlog")
    assert [point.n for point in told.points] == [point.n for point in counted.points]
    assert all(point.value is None and point.too_few for point in told.points if point.n < 20)


def test_without_a_rate_no_cost_is_shown(lens: Lens) -> None:
    told = lens.trend(metric="cost")
    assert told.unit == "money"
    assert {point.value for point in told.points} == {None}


def test_a_cost_is_the_minutes_that_are_told_times_the_rate(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = with_rates(lens, cost_per_hour=60.0, currency="EUR").trend(metric="cost")
    assert told.unit == "EUR"
    for point, solved in solved_in(tickets, told):
        minutes = [t.agent_minutes for t in solved if t.agent_minutes is not None]
        assert (point.n, point.assumed) == (len(minutes), 0)
        assert point.value == (pytest.approx(sum(minutes)) if minutes else None)


def test_a_cost_says_of_how_many_of_the_solved_tickets_it_is(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = with_rates(lens, cost_per_hour=60.0).trend(metric="cost", by="month")
    each = [([t for t in solved if t.agent_minutes is not None], solved) for _, solved in solved_in(tickets, told)]
    assert [point.left_out for point in told.points] == [len(solved) - len(known) for known, solved in each]
    month = next(i for i, point in enumerate(told.points) if point.label == "2026-03")
    known, solved = (len(some) for some in each[month])
    every = [sum(map(len, some)) for some in zip(*each, strict=True)]
    assert told.notes == (
        f"agents' minutes are told of {known} of {solved} tickets solved in 2026-03, and of {every[0]:,} of "
        f"{every[1]:,} in all periods; the others are not in the cost",
    )
    assert 0 < known < solved
    assert told.to_json()["notes"] == list(told.notes)


def test_both_sides_of_a_comparison_of_costs_say_of_how_many_they_are(lens: Lens) -> None:
    asked = with_rates(lens, cost_per_hour=60.0, minutes_per_ticket=10.0)
    told = asked.comparing.compare(Pairing(metric="cost", by="month", period="2026-03"))
    assert [note.partition(" solved in ")[2].partition(";")[0] for note in told.notes[-2:]] == ["2026-02", "2026-03"]
    assert all("10 minutes are assumed for each other one" in note for note in told.notes[-2:])


def test_a_cost_of_all_tickets_has_nothing_to_say(make_lens: Callable[..., Lens]) -> None:
    lens = with_rates(make_lens(), cost_per_hour=60.0)
    done = {"status": "solved", "created_at": "2026-03-02T09:00:00Z", "solved_at": "2026-03-03T09:00:00Z"}
    lens.push([{"id": str(n), "subject": "a", "agent_minutes": 5, **done} for n in range(3)])
    assert lens.trend(metric="cost").notes == ()


def test_assumed_minutes_count_only_where_none_are_told_and_are_said(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = with_rates(lens, cost_per_hour=60.0, minutes_per_ticket=10.0).trend(metric="cost")
    for point, solved in solved_in(tickets, told):
        silent = sum(t.agent_minutes is None for t in solved)
        minutes = sum(t.agent_minutes or 0 for t in solved) + 10 * silent
        assert (point.n, point.assumed) == (len(solved), silent)
        assert point.value == (pytest.approx(minutes) if solved else None)
    assert told.to_json()["periods"][-1]["assumed"] == told.points[-1].assumed


@pytest.mark.parametrize("metric", ["one_touch_rate", "breach_rate", "cost", "backlog.age"])
def test_a_group_is_told_as_a_filter_by_it_would_be(lens: Lens, metric: str, make_asked: Callable[..., Trend]) -> None:
    asked = with_rates(lens, cost_per_hour=60.0)
    told = asked.trend(metric=metric, group_by="group")
    assert told.groups is not None
    for key, points in told.groups.items():
        assert make_asked(asked, metric, key).points == points


@pytest.fixture
def make_asked() -> Callable[..., Trend]:
    return lambda lens, metric, key: lens.trend(metric=metric, where=Filter(where={"group": (key,)}))


def test_periods_that_are_to_come_have_no_figure(lens: Lens) -> None:
    last = (lens.as_of() + timedelta(days=21)).date()
    asked = with_rates(lens, cost_per_hour=60.0, minutes_per_ticket=5.0)
    for metric in ("one_touch_rate", "breach_rate", "cost", "backlog.age"):
        later = [p for p in asked.trend(metric=metric, last=last).points if p.start > lens.as_of().date()]
        assert later
        assert {point.value for point in later} == {None}
