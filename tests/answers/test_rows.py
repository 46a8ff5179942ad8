"""Exported rows: whoever adds them up by hand finds what the figures say."""

from dataclasses import replace
from typing import Any

import pytest

from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING

RATES = {"cost_per_hour": 60.0, "currency": "EUR"}


@pytest.fixture(scope="module")
def paid(lens: Lens) -> Lens:
    return replace(lens, settings=replace(lens.settings, **RATES))


@pytest.fixture(scope="module")
def rows(paid: Lens) -> list[dict[str, Any]]:
    return list(paid.export_rows(EVERYTHING))


def whole(lens: Lens, metric: str) -> tuple[int, float]:
    """(n, n times value) of all quarters together."""
    told = lens.trend(metric=metric, by="quarter").points
    return sum(point.n for point in told if point.value), sum(point.n * (point.value or 0) for point in told)


def test_rates_are_found_again(paid: Lens, rows: list[dict[str, Any]]) -> None:
    touched = [row["counted.one_touch"] for row in rows if row["solved_at"] and row["counted.one_touch"] is not None]
    assert (len(touched), sum(touched)) == pytest.approx(whole(paid, "one_touch_rate"))
    targeted = [row for row in rows if row["counted.targeted"]]
    assert len(targeted) > 100
    assert {row["counted.breached"] for row in targeted} == {True, False}
    assert all(row["counted.breached"] is None for row in rows if not row["counted.targeted"])
    ripe = [row for row in rows if row["first_solved_at"] and row["first_solved_at"] < "2026-04"]
    told = [point for point in paid.trend(metric="reopen_rate", by="month").points if point.label < "2026-04"]
    assert len([row for row in ripe if row["counted.reopened_within_7_days"] is not None]) == sum(p.n for p in told)


def test_sums_are_found_again(paid: Lens, rows: list[dict[str, Any]]) -> None:
    waited = sum(point.value or 0 for point in paid.trend(metric="waited_hours", by="quarter").points)
    assert sum(row["counted.waited_hours"] for row in rows) == pytest.approx(waited)
    cost = paid.trend(metric="cost", by="quarter").points
    told = [row["counted.cost"] for row in rows if row["counted.cost"] is not None]
    assert len(told) == sum(point.n for point in cost) > 100
    assert sum(told) == pytest.approx(sum(point.value or 0 for point in cost))


def test_a_minute_that_is_assumed_costs_too_and_says_so(paid: Lens) -> None:
    assumed = replace(paid, settings=replace(paid.settings, minutes_per_ticket=10.0))
    rows = [row for row in assumed.export_rows(EVERYTHING) if row["solved_at"]]
    cost = assumed.trend(metric="cost", by="quarter").points
    assert sum(row["counted.cost_assumed"] for row in rows) == sum(point.assumed for point in cost) > 0
    assert sum(row["counted.cost"] for row in rows) == pytest.approx(sum(point.value or 0 for point in cost))


def test_without_rates_there_is_no_column_of_cost(lens: Lens) -> None:
    row = next(iter(lens.export_rows(EVERYTHING)))
    assert "counted.cost" not in row
    assert row["counted.started_at"] == row["created_at"]
    assert (row["counted.flaws"], row["counted.excluded"]) == (["no_status_history"], None)
