"""What only many tickets together can show: a rounding, a zone, a constant shift; and what is chance."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from parity.stories import ZONES, Told, ticket

from ticketlens.model.ticket import Ticket
from ticketlens.parity.columns import Column
from ticketlens.parity.compare import Compared, Ours, Terms, Theirs, compare
from ticketlens.parity.judging import judged

H, D = 3600, 86_400
FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)
COLUMN = Column("Full resolution time", "ttr.full", "calendar", "seconds")
Shown = Callable[[int, datetime], int | None]


def solved(number: int, seconds: int) -> Ticket:
    """One a day, so that half of 300 are of winter and half of summer; none has a history to count otherwise by."""
    at = FIRST + timedelta(days=number)
    end = at + timedelta(seconds=seconds)
    return ticket(id=str(number), created_at=at, updated_at=end, first_solved_at=end, solved_at=end, history=())


def file_of(shown: Shown, n: int = 300, tolerance: int = 60) -> list[Compared]:
    """`n` tickets of up to ten days, and what is shown of each from its seconds and its creation."""
    random = Random(7)
    found: list[Compared] = []
    for number in range(n):
        seconds = round(math.exp(random.uniform(math.log(120), math.log(10 * D))))
        one = solved(number, seconds)
        ours = Ours(one, {COLUMN.key: seconds})
        theirs = Theirs("desk", one.id, {COLUMN: shown(seconds, one.created_at)})
        found += compare(theirs, ours, Terms(zones=ZONES, tolerance=tolerance))
    return judged(found)


def reasons(shown: Shown, n: int = 300, tolerance: int = 60) -> dict[str, int]:
    return dict(Counter(one.reasons for one in file_of(shown, n, tolerance) if one.why))


def nearest(size: int) -> Shown:
    return lambda seconds, _: round(seconds / size) * size


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (D, "whole days"), (8_640, "tenths of a day"), (H, "whole hours"), (864, "hundredths of a day"),
        (360, "tenths of an hour"),
    ],
)  # fmt: skip
def test_every_figure_of_a_rounded_column_is_told_as_rounded_those_of_0_too(size: int, told: str) -> None:
    every = [one for one in file_of(nearest(size)) if one.why]
    assert {one.explanation for one in every} == {f"Theirs is rounded to {told}."}
    assert any(one.theirs == 0 for one in every)


def test_minutes_are_a_rounding_where_the_tolerance_is_less() -> None:
    assert list(reasons(nearest(60), tolerance=0)) == ["rounded"]


@pytest.mark.parametrize(("side", "told"), [(math.floor, "down"), (math.ceil, "up")])
def test_a_rounding_always_to_one_side_is_told_as_such(side: Callable[[float], int], told: str) -> None:
    every = file_of(lambda seconds, _: side(seconds / H) * H)
    assert {one.explanation for one in every if one.why} == {f"Theirs is rounded to whole hours, always {told}."}


def test_a_figure_that_no_rounding_gives_stays_unexplained_among_those_that_are_rounded() -> None:
    def off_by_a_day(seconds: int, at: datetime) -> int:
        return round(seconds / H) * H + (D if at.day == 9 else 0)

    assert reasons(off_by_a_day)["unexplained"] == 10


def test_where_one_figure_is_not_rounded_none_is() -> None:
    def all_but_one(seconds: int, at: datetime) -> int:
        return seconds if at == FIRST else round(seconds / H) * H

    assert "rounded" not in reasons(all_but_one)


@pytest.mark.parametrize("size", [1, 60, 360], ids=["seconds", "minutes", "tenths of an hour"])
def test_a_constant_shift_is_found_however_finely_the_figures_are_told(size: int) -> None:
    assert reasons(lambda seconds, _: round(seconds / size) * size + 5 * H) == {"constant_shift": 300}


@pytest.mark.parametrize("size", [1, 60])
def test_an_hour_on_all_tickets_is_one_shift_and_not_the_zone_of_those_of_winter(size: int) -> None:
    assert reasons(lambda seconds, _: round(seconds / size) * size + H) == {"constant_shift": 300}


@pytest.mark.parametrize("size", [1, 60])
def test_times_of_a_zone_are_that_zone_in_winter_and_in_summer(size: int) -> None:
    def local(seconds: int, at: datetime) -> int:
        offset = at.astimezone(ZoneInfo("Europe/Stockholm")).utcoffset()
        return round(seconds / size) * size + int((offset or timedelta()).total_seconds())

    assert reasons(local) == {"zone": 300}


def test_what_is_off_by_anything_is_never_told_as_a_zone_or_a_shift() -> None:
    random = Random(3)
    assert list(reasons(lambda seconds, _: seconds + random.choice((-1, 1)) * random.randrange(99, 4_400))) == [
        "unexplained"
    ]


def test_what_is_off_by_anything_and_rounded_to_minutes_is_not_either() -> None:
    random = Random(4)
    assert list(reasons(lambda seconds, _: (seconds + random.randrange(120, 9_000)) // 60 * 60)) == ["unexplained"]


def test_a_zone_on_one_ticket_is_told_where_figures_are_exact_and_is_chance_where_they_are_not() -> None:
    def one_of_them(size: int) -> Shown:
        return lambda seconds, at: round(seconds / size) * size + (H if at == FIRST else 0)

    assert reasons(one_of_them(1)) == {"zone": 1}
    assert reasons(one_of_them(60)) == {"unexplained": 1}


def gaps(n: int) -> list[str]:
    told = Told("", "", D - 5 * H, {COLUMN.key: D})
    ours = Ours(ticket(), told.ours)
    (one,) = compare(Theirs("desk", "1", {COLUMN: told.theirs}), ours, Terms(zones=ZONES))
    return [one.explanation for one in judged([one] * n)]


def test_one_and_the_same_gap_on_many_tickets_is_a_shift_and_on_two_is_not() -> None:
    assert gaps(2) == ["Not explained."] * 2
    assert gaps(3) == ["Theirs is shifted by the same -5 h on many tickets: times of another zone."] * 3


def test_cells_without_a_figure_are_a_kind_of_their_own_and_hide_no_rounding() -> None:
    def half(seconds: int, at: datetime) -> int | None:
        return round(seconds / H) * H if at.day % 2 else None

    assert set(reasons(half)) == {"rounded", "no_figure"}


def test_counts_are_never_rounded_or_shifted() -> None:
    count = replace(COLUMN, metric="reopens", unit="count")
    one = Compared("desk", "1", count, 0, 3600)
    told = compare(Theirs("desk", "1", {count: 3600}), Ours(ticket(), {}), Terms())
    assert judged(told * 4) == [replace(one, why=told[0].why)] * 4
