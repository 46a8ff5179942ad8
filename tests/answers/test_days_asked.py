"""Days that do not begin or end with a period: answers are of exactly these, a trend says what else it counts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.lens import Lens
from ticketlens.model import Ticket
from ticketlens.model.batch import TicketBatch

NOW = datetime(2026, 4, 22, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 2, 19), date(2026, 4, 15)


@pytest.fixture
def lens(make_lens: Callable[..., Lens]) -> Lens:
    """A ticket, an answer and a customer lost at noon of each day of a year's first four months."""
    found = make_lens(now=NOW)
    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(112)]
    tickets = [
        Ticket(source="d", id=f"{at:%m%d}", subject="s", created_at=at, updated_at=at, observed_until=NOW)
        for at in noons
    ]
    for _ in found.add([TicketBatch(tuple(tickets))]):
        pass
    told = {"survey": "loyal", "kind": "nps", "score": 9}
    found.voice.push_answers([{**told, "id": f"{at:%m%d}", "at": at.isoformat()} for at in noons])
    lost = {"since": "2025-01-01", "updated_at": NOW.isoformat()}
    found.voice.push_customers([{**lost, "id": f"{at:%m%d}", "churned_at": at.isoformat()} for at in noons])
    return found


def test_answers_are_of_exactly_the_days_asked_for(lens: Lens) -> None:
    report = lens.voice.report(first=FIRST, last=LAST)
    (told,) = report.surveys
    assert told.figures.n == (LAST - FIRST).days + 1 == 56
    assert [(one.period.label, one.period.start, one.complete, one.figures.n) for one in told.points] == [
        ("2026-02", FIRST, False, 10), ("2026-03", date(2026, 3, 1), True, 31),
        ("2026-04", date(2026, 4, 1), False, 15),
    ]  # fmt: skip
    assert report.to_json()["notes"] == [
        "of 2026-02 only 19 February 2026 to 28 February 2026 is counted",
        "of 2026-04 only 1 April 2026 to 15 April 2026 is counted",
    ]


def test_days_within_one_month_are_cut_at_both_ends(lens: Lens) -> None:
    (told,) = lens.voice.report(first=date(2026, 3, 3), last=date(2026, 3, 5)).surveys
    assert [(one.figures.n, one.complete) for one in told.points] == [(3, False)]


def test_churn_is_of_exactly_the_days_asked_for(lens: Lens) -> None:
    churn = lens.voice.detractors(first=FIRST, last=LAST).churn
    assert churn is not None
    assert churn.lost == 56


def test_whole_months_are_told_as_before_and_without_a_note(lens: Lens) -> None:
    report = lens.voice.report(first=date(2026, 2, 1), last=date(2026, 3, 31))
    assert [one.complete for one in report.surveys[0].points] == [True, True]
    assert report.notes == ()


def test_a_trend_says_which_period_counts_days_that_were_not_asked_for(lens: Lens) -> None:
    told = lens.trend(metric="arrived", by="month", first=FIRST, last=LAST)
    assert [point.n for point in told.points] == [28, 31, 21]
    assert told.notes == (
        "2026-02 is counted from 1 February 2026, not from 19 February 2026",
        "2026-04 is counted to its end, not to 15 April 2026",
    )


@pytest.mark.parametrize(("by", "first", "last"), [
    ("month", date(2026, 2, 1), date(2026, 3, 31)), ("day", FIRST, LAST), ("month", None, None),
    ("month", date(2026, 2, 1), NOW.date()),
])  # fmt: skip
def test_where_only_days_asked_for_are_counted_nothing_is_said(
    lens: Lens, by: str, first: date | None, last: date | None
) -> None:
    assert lens.trend(metric="arrived", by=by, first=first, last=last).notes == ()
