"""A published example of business time over two schedules, and the seed tables that were published beside it.

The example is ticket 941606 in the decision log of fivetran/dbt_zendesk, in its section on business time metrics: two
schedules, in minutes of the week from Sunday, UTC, and the instants of their change and of the first public reply. Its
959.46 minutes come of instants that it rounds (19:01:25 as minute 1.25, the creation to a whole minute). The seeds
hold neither that ticket nor those schedules.
"""

import csv
import os
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ticketlens.metrics.clock import BusinessClock, Clocks
from ticketlens.metrics.durations import measure
from ticketlens.metrics.schedule import DAY, DAYS, Schedule, schedule_from
from ticketlens.model.ticket import Event, Status, Ticket

CHICAGO = ((720, 1560), (2160, 3000), (3600, 4440), (5040, 5880), (6480, 7320), (7920, 8760), (9360, 10200))
SAN_FRANCISCO = ((2340, 2910), (3780, 4350), (5220, 5790), (6660, 7230), (8100, 8670))
SUNDAY = datetime(2020, 9, 27, tzinfo=UTC)
CREATED, MOVED, REPLIED = (SUNDAY + timedelta(minutes=minutes) for minutes in (3902, 5461.25, 5461.46))
TO_THE_SECOND = (
    datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC), datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC),
    datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC),
)  # fmt: skip
SEEDS = Path(os.environ.get("TICKETLENS_TEST_SPECS", "nowhere")) / "zendesk" / "seeds"
WINDOWS = {"Pacific Time (US & Canada)": "America/Los_Angeles"}


def _schedule(name: str, windows: tuple[tuple[int, int], ...], zone: str = "UTC", **more: object) -> Schedule:
    """Of windows in minutes from Sunday 00:00; those over midnight go on into the next day."""
    hours: dict[str, list[str]] = defaultdict(list)
    for start, end in windows:
        day = DAYS[(start // DAY - 1) % 7]
        hours[day].append(f"{_time(start)}-{_time(end) if end % DAY else '24:00'}")
    return schedule_from({"name": name, "zone": zone, "hours": hours, **more})


def _time(minutes: int) -> str:
    return f"{minutes % DAY // 60:02d}:{minutes % 60:02d}"


CLOCKS = Clocks(
    (
        _schedule("Level 1 Chicago", CHICAGO, groups=["first"]),
        _schedule("San Francisco", SAN_FRANCISCO, groups=["second"]),
    ),
    2020, 2020,
)  # fmt: skip


def _replied(created: datetime, moved: datetime | None, replied: datetime) -> int | None:
    """Seconds of business time to the first reply, and to a solve at that moment."""
    history = () if moved is None else (Event(moved, "group", "first", "second"),)
    ticket = Ticket(
        source="zendesk", id="941606", subject="", created_at=created, updated_at=replied, group="second",
        status=Status.SOLVED, first_reply_at=replied, solved_at=replied, first_solved_at=replied, history=history,
    )  # fmt: skip
    durations = measure(ticket, CLOCKS).durations
    assert durations["reply.first"] == durations["ttr.full"]
    return durations["reply.first"][1]


def test_each_schedule_charges_its_part_and_gives_the_published_959_46_minutes() -> None:
    seconds = _replied(CREATED, MOVED, REPLIED)
    assert seconds is not None
    assert abs(seconds - 959.46 * 60) < 1, "the published figure has a fraction of a second, a clock has none"


def test_the_exact_instants_of_the_example_give_eight_seconds_over_960_minutes() -> None:
    assert _replied(*TO_THE_SECOND) == 960 * 60 + 8


def test_the_last_schedule_alone_gives_the_689_46_minutes_of_zendesk() -> None:
    seconds = _replied(CREATED, None, REPLIED)
    assert seconds is not None
    assert abs(seconds - 689.46 * 60) < 1


def _rows(name: str) -> list[dict[str, str]]:
    file = SEEDS / f"{name}.csv"
    if not file.exists():
        pytest.skip("TICKETLENS_TEST_SPECS names no folder with zendesk/seeds")
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_seed_tables_hold_neither_the_ticket_nor_its_schedules() -> None:
    tickets = {row["id"] for row in _rows("ticket_data")}
    ids = {row["id"] for row in _rows("schedule_data")}
    assert "941606" not in tickets
    assert ids == {"360000310393"}
    assert not ids & {row["schedule_id"] for row in _rows("ticket_schedule_data")}
    assert not tickets & {row["ticket_id"] for row in _rows("ticket_schedule_data")}
    assert not ids & {row["schedule_id"] for row in _rows("schedule_holiday_data")}


def test_the_one_schedule_of_the_seed_tables_agrees_with_their_own_columns_in_utc() -> None:
    rows = _rows("schedule_data")
    windows = tuple(sorted((int(row["start_time"]), int(row["end_time"])) for row in rows))
    clock = BusinessClock(_schedule("SupportCA", windows, WINDOWS[rows[0]["time_zone"]]), 2021, 2021)
    sunday = datetime(2021, 1, 3, tzinfo=UTC)  # in winter, when the copy was made: eight hours behind UTC
    told = [(int(row["start_time_utc"]), int(row["end_time_utc"])) for row in rows]
    assert {start - int(row["start_time"]) for (start, _), row in zip(told, rows, strict=True)} == {420}
    for start, end in told:
        begin = int((sunday + timedelta(minutes=start)).timestamp())
        assert clock.seconds(begin, begin + 60 * (end - start)) == 60 * (end - start) - 3600
        assert clock.seconds(begin + 3600, begin + 60 * (end - start) + 3600) == 60 * (end - start)


def test_the_holidays_of_the_seed_tables_close_whole_dates() -> None:
    rows = _rows("schedule_holiday_data")
    ranges = [f"{row['start_date']}..{row['end_date']}" for row in rows]
    schedule = schedule_from({"name": "x", "hours": "24/7", "closed": ranges})
    assert schedule.closed == {date(2022, 12, 26), date(2022, 12, 27), date(2022, 12, 29)}
