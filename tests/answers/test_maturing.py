"""The newest periods never flatter: what may still breach, or wait on, is said so, hatched and not compared."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model import Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.trend import Point

FIRST = datetime(2026, 8, 31, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
"""The first hour after 2026-W44."""

TARGET = {"metric": "ttr.full", "minutes": 72 * 60}


def made(now: datetime) -> list[Ticket]:
    """70 tickets a week, as they stand at that moment; about a quarter of them take more than three days."""
    dice, found = Random(5), []
    for week in range(12):
        for number in range(70):
            created = FIRST + timedelta(weeks=week, seconds=dice.randint(0, 7 * 86_400 - 1))
            solved = created + timedelta(hours=dice.lognormvariate(3.3, 1.4))
            done = solved <= now
            found.append(
                Ticket(
                    source="desk", id=f"{week}-{number}", subject=f"Where is it {number % 3}", created_at=created,
                    updated_at=solved if done else created, group="tier1" if number % 2 else "tier2", language="en",
                    status=Status.SOLVED if done else Status.OPEN, solved_at=solved if done else None,
                    first_solved_at=solved if done else None,
                )
            )  # fmt: skip
    return [ticket for ticket in found if ticket.created_at <= now]


@pytest.fixture(scope="module")
def seen_at(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Callable[[datetime], Lens]:
    def seen(now: datetime) -> Lens:
        lens = lenses_in(tmp_path_factory.mktemp("maturing"), now=now, zone="UTC", targets=[TARGET])
        for _ in lens.add([TicketBatch(tuple(made(now)))]):
            pass
        return lens

    return seen


@pytest.fixture(scope="module")
def monday(seen_at: Callable[[datetime], Lens]) -> Lens:
    return seen_at(MONDAY)


@pytest.fixture(scope="module")
def later(seen_at: Callable[[datetime], Lens]) -> Lens:
    return seen_at(MONDAY + timedelta(days=30))


def point(lens: Lens, label: str, **asked: object) -> Point:
    return next(one for one in lens.trend(**asked).points if one.label == label)  # type: ignore[arg-type]


def test_a_week_whose_tickets_may_still_breach_has_bounds_that_hold_what_becomes_of_it(
    monday: Lens, later: Lens
) -> None:
    young, final = (point(lens, "2026-W44", metric="breach_rate") for lens in (monday, later))
    assert (young.complete, young.value, young.n) == (False, None, 70)
    assert [flag.kind for flag in young.flags] == ["maturing"]
    assert "tickets under a target may still pass it" in young.flags[0].reason
    assert final.complete
    assert final.value is not None
    assert young.low is not None
    assert young.high is not None
    assert young.low < final.value < young.high
    assert young.to_json(scalar=True)["flags"] == [{"kind": "maturing", "reason": young.flags[0].reason}]


def test_a_week_is_told_once_all_deadlines_are_over_though_tickets_are_open(monday: Lens, later: Lens) -> None:
    ripe = point(monday, "2026-W43", metric="breach_rate")
    assert (ripe.complete, ripe.flags) == (True, ())
    assert ripe.open
    assert ripe.value == point(later, "2026-W43", metric="breach_rate").value
    assert point(monday, "2026-W44", metric="breach_rate", cohort="solved").complete


def test_as_of_a_past_moment_a_week_is_as_young_as_it_was_then(later: Lens) -> None:
    young = point(later, "2026-W44", metric="breach_rate", as_of=MONDAY)
    assert (young.complete, young.value) == (False, None)
    told = later.trend(metric="breach_rate", group_by="group", as_of=MONDAY)
    assert told.groups is not None
    assert {points[-2].standing for points in told.groups.values()} == {"still maturing"}


def test_a_sum_of_waits_is_flagged_while_too_many_of_its_tickets_wait_on(monday: Lens) -> None:
    young = point(monday, "2026-W44", metric="waited_hours")
    assert not young.complete
    assert "of its tickets are open and wait on" in young.flags[0].reason
    assert young.value
    assert point(monday, "2026-W37", metric="waited_hours").complete


@pytest.mark.parametrize("metric", ["breach_rate", "waited_hours"])
def test_the_newest_week_that_is_compared_is_one_that_is_settled(monday: Lens, metric: str) -> None:
    told = monday.comparing.compare(Pairing(metric=metric))
    assert (told.refused, told.after.label < "2026-W44") == ((), True)
    young = monday.comparing.compare(Pairing(metric=metric, period="2026-W44"))
    assert {flag.kind for flag in young.after.flags} == {"maturing"}
    assert (young.change.verdict, young.change.value) == ("not compared", None)


def test_a_running_week_is_running_and_nothing_else(tmp_path: Path, seen_at: Callable[[datetime], Lens]) -> None:
    running = point(seen_at(MONDAY + timedelta(days=2)), "2026-W45", metric="breach_rate")
    assert (running.complete, running.standing, running.flags, running.value) == (False, "running", (), None)
