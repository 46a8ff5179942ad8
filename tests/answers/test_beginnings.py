"""Figures begin with the first ticket: before it there is none, and the period that it came in may not be whole."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model import Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.trend import Point

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
FIRST = {"old": datetime(2025, 11, 22, tzinfo=UTC), "new": datetime(2026, 2, 12, tzinfo=UTC)}


def made() -> list[Ticket]:
    """Three tickets a day from the first day of each source on; each is solved after five hours."""
    return [
        Ticket(
            source=source, id=f"{source}-{number}", subject="Where is it", created_at=at, updated_at=at,
            status=Status.SOLVED, solved_at=at + timedelta(hours=5), first_solved_at=at + timedelta(hours=5),
        )
        for source, first in FIRST.items()
        for number in range(3 * (NOW - first).days)
        if (at := first + timedelta(hours=8 * number + 1)) < NOW - timedelta(hours=6)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def lens(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    lens = lenses_in(tmp_path_factory.mktemp("beginnings"), now=NOW, zone="UTC")
    for _ in lens.add([TicketBatch(tuple(made()))]):
        pass
    return lens


def monthly(lens: Lens, **asked: object) -> dict[str, Point]:
    told = lens.trend(by="month", first=date(2025, 9, 1), last=date(2026, 3, 31), **asked)  # type: ignore[arg-type]
    return {point.label: point for point in told.points}


@pytest.mark.parametrize("metric", ["arrived", "solved", "waited_hours", "backlog", "ttr.full", "breach_rate"])
def test_the_period_that_a_source_begins_in_is_not_complete_and_says_why(lens: Lens, metric: str) -> None:
    months = monthly(lens, metric=metric)
    for label, source, day in (("2025-11", "old", "2025-11-22"), ("2026-02", "new", "2026-02-12")):
        assert not months[label].complete
        assert [flag.kind for flag in months[label].flags] == ["connected"]
        assert months[label].flags[0].reason == f"{source} has no ticket before {day}: {label} may not be whole"
    assert [label for label, point in months.items() if point.complete] == ["2025-12", "2026-01", "2026-03"]


@pytest.mark.parametrize("metric", ["arrived", "solved", "waited_hours", "backlog", "ttr.full", "breach_rate"])
def test_before_any_ticket_there_is_no_figure_in_place_of_0(lens: Lens, metric: str) -> None:
    for label in ("2025-09", "2025-10"):
        point = monthly(lens, metric=metric)[label]
        assert (point.value, point.n, point.complete, point.standing) == (None, 0, False, "no ticket yet")
        assert [flag.kind for flag in point.flags] == ["empty"]
        assert "2025-11-22" in point.flags[0].reason


def test_a_source_has_no_figure_before_its_own_first_ticket(lens: Lens) -> None:
    new = monthly(lens, metric="arrived", where=EVERYTHING.having("source", "new"))
    assert [point.value for point in new.values()] == [None] * 5 + [51.0, 93.0]
    assert [point.standing for point in new.values()] == ["no ticket yet"] * 5 + ["maybe not whole", ""]
    groups = lens.trend(
        metric="arrived", by="month", first=date(2025, 9, 1), last=date(2026, 3, 31), group_by="source"
    ).groups
    assert groups is not None
    assert groups["new"] == tuple(new.values())
    assert groups["old"][-2].complete
    assert not groups["old"][2].complete


def test_in_a_filter_that_few_tickets_pass_0_is_a_figure(lens: Lens) -> None:
    rare = monthly(lens, metric="arrived", where=EVERYTHING.having("group", "nobody"))
    assert [point.value for point in rare.values()] == [None, None, 0, 0, 0, 0, 0]


def test_a_side_before_any_ticket_is_not_compared(lens: Lens) -> None:
    told = lens.comparing.compare(Pairing(metric="arrived", period="2025-W40"))
    assert (told.before.value, told.after.value, told.change.verdict) == (None, None, "not compared")
    assert {flag.kind for side in (told.before, told.after) for flag in side.flags} == {"empty"}
    assert "2025-W40 has no ticket yet: the first came on 2025-11-22" in told.sentence
    mixed = lens.comparing.compare(Pairing(metric="arrived", period="2025-12", against="2025-10"))
    assert [flag.kind for flag in mixed.before.flags] == ["empty"]
    assert (mixed.after.flags, mixed.change.verdict) == ((), "not compared")


def test_an_earlier_stretch_is_flagged_likewise(lens: Lens) -> None:
    told = lens.comparing.overlay(metric="arrived", by="month", first=date(2026, 1, 1), last=date(2026, 3, 31), back=3)
    assert [point.standing for point in told.before.points] == ["no ticket yet", "maybe not whole", ""]
    assert [point.standing for point in told.after.points] == ["", "maybe not whole", ""]
