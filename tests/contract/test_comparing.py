"""Comparisons are the same over every store: a side counts its list, parts add up, and the past stays what it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from math import fsum
from typing import Any

import pytest

from ticketlens.answers.compare import compare
from ticketlens.answers.desk import Desk
from ticketlens.answers.overlay import overlay
from ticketlens.answers.sides import Pairing
from ticketlens.answers.trend import Asked, trend
from ticketlens.answers.why import SPLITS, explain
from ticketlens.metrics.clock import Clocks
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.base import Store

World = Callable[[int], tuple[Store, Any]]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = {"period": "2026-02-16..2026-03-15", "against": "2026-01-19..2026-02-15"}


@pytest.fixture
def desk(world: World, clocks: Clocks) -> Desk:
    store, _ = world(12)  # one of its own: what it was read to changes what others count
    for source in ("import", "desk-eu"):
        store.set_read_to(source, NOW)
    return Desk(store, "Europe/Stockholm", clocks, None, lambda: NOW)


@pytest.mark.parametrize(
    "metric",
    ["ttr.full", "ttr.first", "reply.first", "arrived", "solved", "reopen_rate", "one_touch_rate", "breach_rate",
     "csat", "cost"],
)  # fmt: skip
@pytest.mark.parametrize("cohort", ["arrived", "solved"])
def test_a_side_counts_its_list(desk: Desk, metric: str, cohort: str) -> None:
    told = compare(desk, Pairing(metric=metric, cohort=cohort, **DAYS))
    for side in (told.before, told.after):
        assert side.where is not None
        assert side.n == desk.store.count_tickets(side.where)
        assert side.flags == ()


@pytest.mark.parametrize("field", [*SPLITS, "custom.plan"])
def test_the_parts_of_a_change_add_up_and_count_their_lists(desk: Desk, field: str) -> None:
    told = explain(desk, Pairing(metric="ttr.first", horizon=600.0, **DAYS), field)
    assert told.change is not None, told.refused
    assert fsum(one.total.value for one in told.reasons) == pytest.approx(told.change.value, abs=1e-9)
    for reason in told.reasons:
        assert reason.n == tuple(desk.store.count_tickets(where) for where in (reason.before, reason.after))


@pytest.mark.parametrize("metric", ["ttr.full", "arrived", "backlog"])
def test_a_trend_by_a_field_of_the_source_s_own_adds_up(desk: Desk, metric: str) -> None:
    periods = desk.periods("month", date(2026, 1, 5), date(2026, 3, 10))
    told = trend(desk, Asked(metric, "calendar", "arrived", "month", periods, EVERYTHING, "custom.plan"))
    assert told.groups is not None
    assert set(told.groups) == {"", "pro", "free"}
    for number, point in enumerate(told.points):
        assert sum(points[number].n for points in told.groups.values()) == point.n


def test_a_stretch_over_itself_a_period_later_is_the_trend_as_it_was_known_then(desk: Desk) -> None:
    periods = desk.periods("week", date(2026, 2, 2), date(2026, 3, 8))
    told = overlay(desk, Asked("ttr.full", "calendar", "arrived", "week", periods), 1)
    for number, point in enumerate(told.before.points):
        older = periods[number].end_at - periods[number - 1].end_at if number else None
        if older is not None:
            then = replace(desk, asked=NOW - older)
            before = trend(then, Asked("ttr.full", "calendar", "arrived", "week", (periods[number - 1],)))
            assert point == replace(before.points[0], as_of=then.as_of)
