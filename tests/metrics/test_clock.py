from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ticketlens.metrics.clock import BusinessClock, Clocks
from ticketlens.metrics.schedule import Schedule, schedule_from

SHIFTS: dict[str, dict[str, Any]] = {
    "new york, lunch break": {"zone": "America/New_York", "hours": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}},
    "stockholm nights": {"zone": "Europe/Stockholm", "hours": {"mon-sun": "22:00-06:00"}},
    "a window that starts in the skipped hour": {"zone": "Europe/Berlin", "hours": {"mon-sun": "02:30-05:00"}},
    "half-hour zone": {"zone": "Asia/Kolkata", "hours": {"mon-sat": "10:15-18:45"}},
    "45-minute zone": {"zone": "Asia/Kathmandu", "hours": {"sun-fri": "10:00-17:00"}},
    "a clock change of half an hour": {
        "zone": "Australia/Lord_Howe",
        "hours": {"mon-sun": ["00:00-01:45", "08:00-16:00"]},
    },
    "southern summer": {"zone": "Australia/Sydney", "hours": {"sun": "01:00-04:00", "mon-fri": "20:00-04:00"}},
    "a month without summer time": {
        "zone": "Africa/Casablanca",
        "hours": {"mon-fri": "08:30-16:30", "sun": "01:00-04:00"},
    },
    "midnight changes": {"zone": "America/Havana", "hours": {"mon-sun": "20:00-02:00"}},
}


def _schedule(**settings: Any) -> Schedule:
    return schedule_from({"name": "shift", **settings})


def _epoch(*moment: int, zone: str = "UTC") -> int:
    return int(datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[misc,arg-type]


def _open_minutes(schedule: Schedule, start: int, end: int) -> int:
    """The oracle: looks at the wall clock once a minute."""
    zone = ZoneInfo(schedule.zone)
    return sum(_is_open(schedule, datetime.fromtimestamp(at, zone)) for at in range(start, end, 60))


def _is_open(schedule: Schedule, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    by_day = any(low <= minute < (high if high > low else 1440) for low, high in _windows(schedule, today))
    return by_day or any(minute < high < low for low, high in _windows(schedule, yesterday))


def _windows(schedule: Schedule, day: date) -> tuple[tuple[int, int], ...]:
    return () if day in schedule.closed else schedule.hours[day.weekday()]


@pytest.mark.parametrize("shift", SHIFTS)
def test_business_time_equals_a_minute_by_minute_count(shift: str) -> None:
    schedule = _schedule(**SHIFTS[shift], closed=["2026-03-30", "2026-10-25"])
    clock = BusinessClock(schedule, 2025, 2027)
    random = np.random.default_rng(5)
    changes = [
        _epoch(2026, month, day)
        for month, day in ((2, 15), (3, 8), (3, 22), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1))
    ]
    for change in changes:
        for _ in range(6):
            start = change + 60 * int(random.integers(-2_000, 1_500))
            end = start + 60 * int(random.integers(0, 3_000))
            assert clock.seconds(start, end) == 60 * _open_minutes(schedule, start, end)


def test_a_night_shift_has_seven_hours_in_spring_and_nine_in_autumn() -> None:
    clock = BusinessClock(_schedule(zone="Europe/Stockholm", hours={"sat": "22:00-06:00"}), 2026, 2026)
    hours = [
        clock.seconds(_epoch(2026, *day), _epoch(2026, *day) + 2 * 86_400) / 3_600
        for day in ((3, 28), (10, 24), (7, 4))
    ]
    assert hours == [7, 9, 8]


def test_wholly_out_of_hours_is_zero_and_edges_are_half_open() -> None:
    clock = BusinessClock(_schedule(zone="UTC", hours={"mon-fri": "09:00-17:00"}), 2026, 2026)
    assert clock.seconds(_epoch(2026, 11, 21, 1), _epoch(2026, 11, 22, 23)) == 0
    assert clock.seconds(_epoch(2026, 11, 20, 17), _epoch(2026, 11, 23, 9)) == 0
    assert clock.seconds(_epoch(2026, 11, 20, 16, 59), _epoch(2026, 11, 23, 9, 1)) == 120
    assert clock.seconds(_epoch(2026, 11, 20, 12), _epoch(2026, 11, 20, 12)) == 0


def test_always_open_is_calendar_time_to_the_second() -> None:
    clock = BusinessClock(_schedule(zone="America/New_York", hours="24/7"))
    for start, end in np.sort(np.random.default_rng(2).integers(clock.first, clock.last, (200, 2)), axis=1).tolist():
        assert clock.seconds(start, end) == end - start


def test_a_night_shift_belongs_to_the_day_it_starts_on_when_that_day_is_closed() -> None:
    clock = BusinessClock(_schedule(zone="UTC", hours={"mon-sun": "22:00-06:00"}, closed=["2026-12-24"]), 2026, 2026)
    assert clock.seconds(_epoch(2026, 12, 24, 12), _epoch(2026, 12, 25, 12)) == 0
    assert clock.seconds(_epoch(2026, 12, 23, 12), _epoch(2026, 12, 24, 12)) == 8 * 3_600


def test_parts_add_up_time_never_runs_back_and_arrays_agree_with_scalars() -> None:
    clock = BusinessClock(_schedule(**SHIFTS["new york, lunch break"], country="US"), 2024, 2027)
    moments = np.sort(np.random.default_rng(3).integers(clock.first - 86_400, clock.last + 86_400, 3_000))
    positions = [clock.position(int(each)) for each in moments]
    assert clock.positions(moments).tolist() == positions
    assert (np.diff(positions) >= 0).all()
    assert (np.diff(positions) <= np.diff(moments)).all()
    a, b, c = moments[[100, 1_000, 2_000]].tolist()
    assert clock.seconds(a, c) == clock.seconds(a, b) + clock.seconds(b, c)


def test_a_schedule_that_never_opens_has_no_business_time() -> None:
    closed = Schedule("never", "UTC", ((),) * 7)
    clock = BusinessClock(closed, 2026, 2026)
    assert clock.seconds(_epoch(2026, 1, 1), _epoch(2026, 6, 1)) == 0
    assert clock.positions([_epoch(2026, 6, 1)]).tolist() == [0]


def test_a_change_of_the_zone_s_rules_is_followed() -> None:
    """Turkey stayed on summer time in autumn 2016."""
    clock = BusinessClock(_schedule(zone="Europe/Istanbul", hours={"mon-fri": "09:00-17:00"}), 2015, 2017)
    opened = int(datetime(2016, 11, 7, 6, tzinfo=UTC).timestamp())
    assert clock.seconds(opened - 3_600, opened + 60) == 60
    opened = int(datetime(2015, 11, 9, 7, tzinfo=UTC).timestamp())
    assert clock.seconds(opened - 3_600, opened + 60) == 60


def _named(name: str, **settings: Any) -> Schedule:
    return schedule_from({"name": name, "hours": "24/7", **settings})


def test_the_schedule_that_fits_closest_is_picked() -> None:
    everybody, group, brand = _named("everybody"), _named("group", groups=["tier1"]), _named("brand", brands=["shop"])
    both = _named("both", groups=["tier1"], brands=["shop"])
    clocks = Clocks((everybody, brand, group, both), 2026, 2026)

    def picked(group: str | None, brand: str | None) -> str | None:
        clock = clocks.pick(group, brand)
        return None if clock is None else clock.schedule.name

    assert picked("tier1", "shop") == "both"
    assert picked("tier1", "other") == "group"
    assert picked("tier2", "shop") == "brand"
    assert picked(None, None) == "everybody"


def test_without_a_schedule_that_fits_there_is_no_clock() -> None:
    clocks = Clocks((_named("group", groups=["tier1"]),), 2026, 2026)
    assert clocks.pick("tier2", None) is None
    assert clocks.named("group") is clocks.pick("tier1", None)
    assert clocks.named("gone") is None
    assert Clocks().pick(None, None) is None
