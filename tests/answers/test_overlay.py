"""Two stretches over each other: every period has its partner, seen at the same age."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.model import Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
FIRST = datetime(2025, 10, 6, 8, tzinfo=UTC)
DAILY = 4


@pytest.fixture(scope="module")
def desk(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    """Four tickets a day, each open for nine days."""
    lens = lenses_in(tmp_path_factory.mktemp("overlay"), now=NOW, zone="UTC", schedules=[])
    tickets = []
    for number in range(DAILY * ((NOW - FIRST).days + 1)):
        created = FIRST + timedelta(days=number // DAILY, minutes=number % DAILY)
        solved = created + timedelta(days=9)
        done = solved <= NOW
        tickets.append(
            Ticket(
                source="desk", id=str(number), subject="Help", created_at=created, updated_at=min(solved, NOW),
                status=Status.SOLVED if done else Status.OPEN, solved_at=solved if done else None,
                first_solved_at=solved if done else None,
            )
        )  # fmt: skip
    for _ in lens.add([TicketBatch(tuple(tickets))]):
        pass
    return lens


def test_a_year_before_is_the_same_weeks_and_week_53_has_both_neighbours(desk: Lens) -> None:
    told = desk.comparing.overlay(metric="arrived", first=date(2026, 12, 14), last=date(2027, 1, 10))
    assert told.labels == (
        ("2026-W51", "2025-W51"), ("2026-W52", "2025-W52"), ("2026-W53", "2025-W52 and 2026-W01"),
        ("2027-W01", "2026-W01"),
    )  # fmt: skip
    assert [point.label for point in told.before.points] == [before for _, before in told.labels]
    assert [point.value for point in told.after.points] == [28] * 4
    assert [point.value for point in told.before.points] == [28] * 4
    assert [point.n for point in told.before.points] == [28, 28, 56, 28]


def test_an_arrival_week_a_year_before_is_seen_at_the_age_of_its_partner(desk: Lens) -> None:
    """Of the newest weeks the same number is open on both sides, though a year later none of the old ones is."""
    told = desk.comparing.overlay(first=date(2027, 1, 4), last=date(2027, 1, 20))
    assert [point.open for point in told.after.points] == [0, 24, 12]
    assert [point.open for point in told.before.points] == [0, 24, 12]
    solved = desk.comparing.overlay(cohort="solved", first=date(2027, 1, 4), last=date(2027, 1, 20))
    assert [point.n for point in solved.before.points][:2] == [28, 28]


def test_as_many_periods_before_may_be_named(desk: Lens) -> None:
    told = desk.comparing.overlay(metric="arrived", by="month", first=date(2026, 3, 1), last=date(2026, 4, 30), back=1)
    assert told.labels == (("2026-03", "2026-02"), ("2026-04", "2026-03"))
    assert [point.value for point in told.before.points] == [28 * DAILY, 31 * DAILY]
    assert told.before.points[1] == told.after.points[0]


def test_26_weeks_have_26_partners_whatever_is_there(desk: Lens) -> None:
    told = desk.comparing.overlay()
    assert len(told.after.points) == len(told.before.points) == len(told.labels) == 26
    assert told.before.points[0].n == 0
    assert told.before.points[0].p50 is None


def test_a_number_of_open_tickets_is_not_known_of_two_weeks_at_once(desk: Lens) -> None:
    told = desk.comparing.overlay(metric="backlog", first=date(2026, 12, 28), last=date(2027, 1, 3))
    assert told.before.points[0].value is None
    assert told.after.points[0].value == 36


def test_a_wrong_number_of_periods_is_refused(desk: Lens) -> None:
    with pytest.raises(ConfigError, match="from 1 to 520"):
        desk.comparing.overlay(back=0, where=EVERYTHING)
