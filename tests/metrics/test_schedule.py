from datetime import date, datetime
from typing import Any

import pytest

from ticketlens.errors import ConfigError
from ticketlens.metrics.schedule import DAY, public_holidays, schedule_from


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


def test_a_country_is_named_and_its_holidays_are_asked_for_by_year() -> None:
    schedule = schedule_from(_with(country="US", subdivision="CA"))
    assert (schedule.region, schedule.closed) == (("US", "CA"), frozenset())
    told = public_holidays(("SE", None), [2026])
    assert {date(2026, 6, 6), date(2026, 12, 25)} <= set(told)
    assert schedule.on_holidays(told).closed == set(told)
    assert date(2026, 3, 31) in public_holidays(("US", "CA"), [2026])
    assert date(2026, 3, 31) not in public_holidays(("US", None), [2026])


def test_closures_are_dates_and_ranges_with_both_ends() -> None:
    closed = schedule_from(_with(closed=["2026-12-24", "2026-07-30..2026-08-02", date(2026, 1, 5)])).closed
    assert sorted(closed) == [date(2026, 1, 5), date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 1),
                              date(2026, 8, 2), date(2026, 12, 24)]  # fmt: skip


def test_a_date_may_have_windows_of_its_own() -> None:
    schedule = schedule_from(_with(special={"2026-12-24": ["09:00-12:00"], "2026-12-27..2026-12-28": []}))
    assert schedule.special == (
        (date(2026, 12, 24), ((540, 720),)), (date(2026, 12, 27), ()), (date(2026, 12, 28), ()),
    )  # fmt: skip


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
        ({"closed": ["2026-08-02..2026-07-30"]}, "schedules.day.closed"),
        ({"closed": ["1926-08-02..2026-07-30"]}, "schedules.day.closed"),
        ({"closed": [datetime(2026, 12, 24, 9)]}, "schedules.day.closed"),  # noqa: DTZ001 - as TOML reads one
        ({"special": {"24 December": "09:00-12:00"}}, "schedules.day.special.24 December"),
        ({"special": {"2026-12-24": ["09:00-12:00", "11:00-13:00"]}}, "schedules.day.special.2026-12-24"),
        ({"special": {"2026-12-24": "22:00-06:00", "2026-12-25": "05:00-08:00"}}, "schedules.day.special.2026-12-25"),
        ({"special": {"2026-12-24": "9-12"}}, "schedules.day.special.2026-12-24"),
        (
            {"special": {"2026-12-24": "09:00-12:00", "2026-12-23..2026-12-25": []}},
            "schedules.day.special.2026-12-23..2026-12-25",
        ),
        ({"special": ["2026-12-24"]}, "schedules.day.special"),
        ({"subdivision": "CA"}, "schedules.day.subdivision"),
        ({"groups": 7}, "schedules.day.groups"),
        ({"timezone": "UTC"}, "schedules.day.timezone"),
        ({"name": ""}, "schedules"),
    ],
)
def test_a_wrong_setting_is_named_by_its_key(settings: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        schedule_from(_with(**settings))
    assert str(refusal.value).startswith(f"{key}:")
