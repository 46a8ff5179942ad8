"""As of a past moment: a figure leads to a list that holds exactly what it counts, or to none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.answers.listed import counted_in
from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.trend import Point, Trend

NOW = datetime(2026, 4, 22, 9, tzinfo=UTC)
THEN = datetime(2026, 3, 16, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def rows(*, reopened: bool) -> list[dict[str, object]]:
    """Fifty tickets, solved after a day; where `reopened`, every fifth came back after THEN and was solved again."""
    made = []
    for number in range(50):
        created = MONDAY + timedelta(hours=number)
        moves = [(created + timedelta(days=1), "open", "solved")]
        if reopened and number % 5 == 0:
            back = THEN + timedelta(days=3)
            moves += [(back, "solved", "open"), (back + timedelta(days=1), "open", "solved")]
        history = [{"at": at.isoformat(), "field": "status", "from": was, "to": to} for at, was, to in moves]
        made.append({"id": str(number), "subject": "a", "created_at": created.isoformat(), "status": "solved",
                     "history": history, "group": "tier1" if number % 5 else "tier2"})  # fmt: skip
    made.append({"id": "later", "subject": "a", "created_at": (NOW - timedelta(days=1)).isoformat()})
    return made


def behind(told: Trend, point: Point) -> Filter | None:
    found = counted_in(told.metric, told.cohort, EVERYTHING, point.start, point.end - timedelta(days=1))
    return found and replace(found, as_of=point.as_of or told.as_of)


@pytest.fixture
def desk(make_lens: Callable[..., Lens]) -> Callable[..., Lens]:
    def make(*, reopened: bool) -> Lens:
        lens = make_lens(now=NOW, zone="UTC")
        assert lens.push(rows(reopened=reopened)).stored == 51
        return lens

    return make


@pytest.mark.parametrize("metric", ["ttr.full", "solved", "cost"])
def test_what_was_solved_by_then_and_came_back_later_is_counted_and_led_to_by_no_list(
    desk: Callable[..., Lens], metric: str
) -> None:
    lens, asked = desk(reopened=True), {"metric": metric, "cohort": "solved", "first": date(2026, 3, 2)}
    told = lens.trend(as_of=THEN, last=date(2026, 3, 8), **asked)
    assert not told.listed
    assert lens.trend(last=date(2026, 3, 8), **asked).listed
    if metric != "cost":
        assert told.points[0].n == 50
        assert (where := behind(told, told.points[0])) is not None
        assert lens.count(where) == 40, "why there is no such list"


@pytest.mark.parametrize("metric", ["ttr.full", "solved"])
def test_where_nothing_came_back_the_list_of_then_has_the_tickets_of_the_figure(
    desk: Callable[..., Lens], metric: str
) -> None:
    told = (lens := desk(reopened=False)).trend(metric=metric, cohort="solved", as_of=THEN, last=THEN.date())
    assert told.listed
    assert max(point.n for point in told.points) == 50
    for point in told.points:
        assert (where := behind(told, point)) is not None
        assert lens.count(where) == point.n


def test_a_filter_without_such_tickets_keeps_its_lists(desk: Callable[..., Lens]) -> None:
    lens = desk(reopened=True)
    assert lens.trend(cohort="solved", as_of=THEN, where=EVERYTHING.having("group", "tier1")).listed
    assert not lens.trend(cohort="solved", as_of=THEN, where=EVERYTHING.having("group", "tier2")).listed
    assert lens.trend(metric="reopen_rate", as_of=THEN).listed, "a first solve stays what it was"
    assert lens.trend(as_of=THEN).listed


def test_sides_and_parts_of_a_past_comparison_lead_to_no_wrong_list(desk: Callable[..., Lens]) -> None:
    lens = desk(reopened=True)
    wanted = Pairing(cohort="solved", period="2026-W10", against="2026-W09")
    then, now = (lens.comparing.compare(wanted, as_of=as_of) for as_of in (THEN, None))
    assert then.after.where is None
    assert now.after.where is not None
    assert lens.count(now.after.where) == now.after.n == 40
    assert lens.comparing.compare(replace(wanted, cohort="arrived"), as_of=THEN).after.where is not None


def test_each_point_of_an_earlier_stretch_has_the_list_of_its_own_moment(desk: Callable[..., Lens]) -> None:
    lens = desk(reopened=True)
    told = lens.comparing.overlay(
        first=date(2026, 3, 9), last=date(2026, 3, 15), back=1, as_of=THEN + timedelta(days=1)
    )
    (point,) = told.before.points
    assert point.as_of == THEN - timedelta(days=6)
    assert (point.n, point.open) == (50, 0)
    younger = lens.comparing.overlay(
        first=date(2026, 3, 9), last=date(2026, 3, 15), back=1, as_of=THEN - timedelta(days=5)
    )
    (point,) = younger.before.points
    where = behind(younger.before, point)
    assert where is not None
    assert 0 < point.n == lens.count(where) < 50
    assert lens.count(replace(where, states=("open",))) == point.open
