from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketlens.errors import BadPayload
from ticketlens.intake.times import EARLIEST, TimeRule, optional_time, read_time

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULE = TimeRule.at(NOW)
STOCKHOLM = TimeRule.at(NOW, ZoneInfo("Europe/Stockholm"))
MOMENT = datetime(2024, 3, 1, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-01T10:20:00Z",
        "2024-03-01T12:20:00+02:00",
        "2024-03-01T10:20",
        "2024-03-01 10:20",
        " 2024-03-01 10:20:00 UTC ",
        "2024-03-01 12:20:00 +0200",
        "2024/03/01 10:20",
        "01.03.2024 10:20",
        "Mar 1, 2024 10:20 AM",
        "1 March 2024 10:20",
        "01/Mar/24 10:20 AM",
        "Fri, 01 Mar 2024 10:20:00 +0000",
        1709288400,
        1709288400.0,
        1709288400000,
        "1709288400",
        "1709288400000",
    ],
)
def test_a_moment_is_read_in_each_of_the_usual_forms(written: object) -> None:
    assert read_time(written, "created_at", RULE) == MOMENT


def test_a_day_alone_is_midnight_in_the_zone() -> None:
    assert read_time("2024-03-01", "at", STOCKHOLM) == datetime(2024, 2, 29, 23, tzinfo=UTC)


def test_a_time_without_zone_that_comes_twice_is_the_earlier() -> None:
    assert read_time("2024-10-27 02:30", "at", STOCKHOLM) == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def test_a_time_that_clocks_skip_is_read_as_before_the_change() -> None:
    assert read_time("2024-03-31 02:30", "at", STOCKHOLM) == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)


def test_a_leap_second_is_the_next_second() -> None:
    assert read_time("2016-12-31T23:59:60Z", "at", RULE) == datetime(2017, 1, 1, tzinfo=UTC)


def test_a_slashed_date_is_read_where_a_number_above_twelve_decides() -> None:
    assert read_time("13/03/2024 10:20", "at", RULE) == MOMENT + timedelta(days=12)
    assert read_time("03/13/2024 10:20 am", "at", RULE) == MOMENT + timedelta(days=12)


def test_an_ambiguous_date_names_the_remedy_and_obeys_it() -> None:
    with pytest.raises(BadPayload, match='dates = "day-first" or "month-first"'):
        read_time("01/03/2024 10:20", "at", RULE)
    assert read_time("01/03/2024 10:20", "at", TimeRule.at(NOW, day_order="day-first")) == MOMENT
    assert read_time("03/01/2024 10:20", "at", TimeRule.at(NOW, day_order="month-first")) == MOMENT


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1989-12-31T23:59:59Z", "before 1990"),
        (0, "before 1990"),
        ("2026-11-23T00:00:00Z", "later than tomorrow"),
        ("0000-01-01T00:00:00Z", "no time"),
        ("9999-12-31T23:59:59-23:59", "outside the range"),
        ("0001-01-01T00:00:00+23:59", "outside the range"),
        ("2024-02-30", "no time"),
        ("yesterday", "no time"),
        ("13/13/2024", "no time"),
        ("1/Foo/2024", "no time"),
        ("10:99", "no time"),
        (float("nan"), "not a time"),
        (1e300, "outside the range"),
        pytest.param(10**5000, "outside the range", id="huge"),
        (True, "not a time"),
        ([1], "not a time"),
        ("9" * 500, "not a time"),
    ],
)
def test_what_is_no_time_or_out_of_range_is_refused_with_its_path(written: object, reason: str) -> None:
    with pytest.raises(BadPayload, match=reason) as caught:
        read_time(written, "history[3].at", RULE)
    assert caught.value.path == "history[3].at"


@pytest.mark.parametrize("written", [None, "", " ", "-", "NULL", "n/a"])
def test_nothing_is_no_time(written: object) -> None:
    assert optional_time(written, "solved_at", RULE) is None


@given(st.text() | st.integers() | st.floats() | st.from_regex(r"[0-9]{1,4}[-/. ][0-9a-zA-Z]{1,4}[-/. ][0-9: apmZ+]+"))
def test_any_text_or_number_is_a_time_in_range_or_refused(written: object) -> None:
    try:
        moment = read_time(written, "at", STOCKHOLM)
    except BadPayload:
        return
    assert EARLIEST <= moment <= STOCKHOLM.latest
    assert moment.utcoffset() == timedelta(0)
