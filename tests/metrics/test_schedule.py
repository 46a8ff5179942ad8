from datetime import date
from typing import Any

import pytest

from ticketlens.errors import ConfigError
from ticketlens.metrics.schedule import DAY, schedule_from


def _with(**settings: Any) -> dict[str, Any]:
    return {"name": "day", "zone": "Europe/Stockholm", "hours": {"mon-fri": "09:00-17:00"}, **settings}


def test_a_plain_mapping_becomes_a_schedule() -> None:
    schedule = schedule_from(_with(groups=["tier1"], brands="shop", closed=["2026-12-24"]))
    assert schedule.hours == (((540, 1020),),) * 5 + ((), ())
    assert schedule.groups == {"tier1"}
    assert schedule.brands == {"shop"}
    assert schedule.closed == {date(2026, 12, 24)}


def test_always_open_is_written_in_one_word() -> None:
    assert schedule_from(_with(hours="24/7")).hours == (((0, DAY),),) * 7


def test_a_range_of_days_may_run_over_the_week_s_end() -> None:
    hours = schedule_from(_with(hours={"sat-mon": "10:00-12:00"})).hours
    assert [bool(windows) for windows in hours] == [True, False, False, False, False, True, True]


def test_a_window_to_midnight_ends_with_the_day() -> None:
    assert schedule_from(_with(hours={"mon": "18:00-00:00"})).hours[0] == ((1080, 1440),)
    assert schedule_from(_with(hours={"mon": "18:00-24:00"})).hours[0] == ((1080, 1440),)


def test_holidays_of_a_country_become_dates() -> None:
    closed = schedule_from(_with(country="SE"), 2026, 2026).closed
    assert {date(2026, 6, 6), date(2026, 12, 25)} <= closed
    assert all(day.year == 2026 for day in closed)


def test_windows_that_touch_do_not_overlap() -> None:
    assert len(schedule_from(_with(hours={"mon": ["09:00-12:00", "12:00-17:00"]})).hours[0]) == 2
    assert schedule_from(_with(hours={"sun": "22:00-06:00", "mon": "06:00-12:00"})).hours[6] == ((1320, 360),)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"hours": {"mon": ["09:00-12:00", "11:00-17:00"]}}, "schedules.day.hours.mon"),
        ({"hours": {"mon": "22:00-06:00", "tue": "05:00-12:00"}}, "schedules.day.hours.tue"),
        ({"hours": {"sun": "22:00-06:00", "mon": "05:00-12:00"}}, "schedules.day.hours.mon"),
        ({"hours": {"mon": "9-17"}}, "schedules.day.hours.mon"),
        ({"hours": {"mon": "09:00-25:00"}}, "schedules.day.hours.mon"),
        ({"hours": {"mon": "09:60-12:00"}}, "schedules.day.hours.mon"),
        ({"hours": {"mon": "09:00-09:00"}}, "schedules.day.hours.mon"),
        ({"hours": {"someday": "09:00-12:00"}}, "schedules.day.hours.someday"),
        ({"hours": None}, "schedules.day.hours"),
        ({"zone": "Europe/Atlantis"}, "schedules.day.zone"),
        ({"zone": "../etc/passwd"}, "schedules.day.zone"),
        ({"zone": ""}, "schedules.day.zone"),
        ({"country": "XX"}, "schedules.day.country"),
        ({"country": "US", "subdivision": "XX"}, "schedules.day.subdivision"),
        ({"closed": ["24.12.2026"]}, "schedules.day.closed"),
        ({"groups": 7}, "schedules.day.groups"),
        ({"timezone": "UTC"}, "schedules.day.timezone"),
        ({"name": ""}, "schedules"),
    ],
)
def test_a_wrong_setting_is_named_by_its_key(settings: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        schedule_from(_with(**settings))
    assert str(refusal.value).startswith(f"{key}:")
