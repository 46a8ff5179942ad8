from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import By, complete, day_of, last_complete, parse_period, periods, year_before


def _labels(by: By, first: str, last: str) -> list[str]:
    return [each.label for each in periods(by, date.fromisoformat(first), date.fromisoformat(last))]


def test_each_kind_of_period_has_its_label() -> None:
    assert _labels("day", "2026-11-16", "2026-11-17") == ["2026-11-16", "2026-11-17"]
    assert _labels("week", "2026-11-15", "2026-11-16") == ["2026-W46", "2026-W47"]
    assert _labels("month", "2026-11-30", "2027-01-01") == ["2026-11", "2026-12", "2027-01"]
    assert _labels("quarter", "2026-09-30", "2027-01-01") == ["2026-Q3", "2026-Q4", "2027-Q1"]


def test_the_iso_year_of_a_week_is_that_of_its_thursday() -> None:
    assert _labels("week", "2024-12-30", "2024-12-30") == ["2025-W01"]
    assert _labels("week", "2027-01-03", "2027-01-04") == ["2026-W53", "2027-W01"]


@pytest.mark.parametrize("by", ["day", "week", "month", "quarter"])
def test_periods_leave_no_gap_and_can_be_read_back(by: By) -> None:
    found = periods(by, date(2019, 12, 1), date(2027, 2, 1), "America/Sao_Paulo")
    assert all(before.end_at == after.start_at for before, after in pairwise(found))
    assert all(parse_period(each.label, "America/Sao_Paulo") == each for each in found)


def test_a_week_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    def hours(label: str) -> float:
        week = parse_period(label, "Europe/Stockholm")
        return (week.end_at - week.start_at) / timedelta(hours=1)

    assert [hours(label) for label in ("2026-W13", "2026-W43", "2026-W20")] == [167, 169, 168]


def test_periods_start_at_the_zone_s_midnight_in_utc() -> None:
    assert parse_period("2026-11-16", "Asia/Kolkata").start_at == datetime(2026, 11, 15, 18, 30, tzinfo=UTC)
    skipped = parse_period("2018-11-04", "America/Sao_Paulo")  # that day began at 01:00
    assert skipped.start_at == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "label", ["2026", "2026-W54", "2025-W53", "2026-13", "2026-Q5", "2026-02-30", "0000-01", "2026-W1", ""]
)
def test_a_text_that_names_no_period_is_refused(label: str) -> None:
    with pytest.raises(ConfigError):
        parse_period(label)


def test_a_period_is_complete_at_its_very_end() -> None:
    week = parse_period("2026-W46", "Europe/Stockholm")
    assert complete(week, week.end_at)
    assert not complete(week, week.end_at - timedelta(seconds=1))


def test_the_last_complete_weeks_end_before_the_running_one() -> None:
    as_of = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # a Sunday in UTC, already Monday in Stockholm
    assert [each.label for each in last_complete("week", 2, as_of)] == ["2026-W44", "2026-W45"]
    assert [each.label for each in last_complete("week", 2, as_of, "Europe/Stockholm")] == ["2026-W45", "2026-W46"]
    assert [each.label for each in last_complete("quarter", 4, as_of)] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]


@pytest.mark.parametrize(
    ("label", "partners"),
    [
        ("2026-W46", ["2025-W46"]),
        ("2026-W53", ["2025-W52", "2026-W01"]),
        ("2026-11", ["2025-11"]),
        ("2026-Q4", ["2025-Q4"]),
        ("2026-11-16", ["2025-11-17"]),
    ],
)
def test_a_period_s_partner_a_year_ago(label: str, partners: list[str]) -> None:
    assert [each.label for each in year_before(parse_period(label))] == partners


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
)
def test_the_day_of_an_instant_is_that_of_the_zone_s_calendar(zone: str) -> None:
    assert zone in available_timezones()
    ordinal, place = day_of(zone), ZoneInfo(zone)
    year = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    for instant in (year + np.random.default_rng(6).integers(0, 366 * 86_400, 3_000)).tolist():
        assert ordinal(instant) == datetime.fromtimestamp(instant, place).toordinal()
