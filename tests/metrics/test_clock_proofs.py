"""What must hold for every schedule and every interval: against the calendar, in parts, and where nothing is known."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketlens.metrics.clock import BusinessClock, Clocks
from ticketlens.metrics.schedule import Schedule, schedule_from
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Event, Ticket

ZONES = ("UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca")  # fmt: skip
YEARS = 2010, 2027
FIRST = int(datetime(2010, 1, 2, tzinfo=UTC).timestamp())
LAST = int(datetime(2027, 12, 30, tzinfo=UTC).timestamp())
INSTANTS = st.integers(FIRST, LAST)
SEVERAL = (
    {"name": "office", "zone": "Europe/Stockholm",
     "hours": {"mon-thu": ["09:00-12:00", "13:00-17:00"], "fri": "08:00-12:00"}, "closed": ["2015-07-01..2015-07-31"],
     "special": {"2016-12-23": "10:00-12:00", "2016-12-25": "22:00-03:00"}},
    {"name": "night", "zone": "America/New_York", "groups": ["night"], "hours": {"mon-sun": "22:00-06:00"}},
    {"name": "always", "groups": ["always"], "hours": "24/7"},
    {"name": "brand", "zone": "Australia/Lord_Howe", "brands": ["shop"], "hours": {"sat-mon": "00:00-24:00"}},
)  # fmt: skip
GROUPS = (None, "tier1", "night", "always")
CLOCKS = Clocks(tuple(schedule_from(one) for one in SEVERAL), *YEARS)
_BUILT: dict[str, BusinessClock] = {}


def _always(zone: str) -> BusinessClock:
    if zone not in _BUILT:
        _BUILT[zone] = BusinessClock(schedule_from({"name": "always", "zone": zone, "hours": "24/7"}), *YEARS)
    return _BUILT[zone]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), INSTANTS, INSTANTS)
def test_always_open_equals_calendar_time_to_the_second_in_every_zone(zone: str, one: int, other: int) -> None:
    start, end = sorted((one, other))
    assert _always(zone).seconds(start, end) == end - start


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([one["name"] for one in SEVERAL]), st.lists(INSTANTS, min_size=2, max_size=8))
def test_the_parts_of_a_time_sum_to_the_whole_of_it(name: str, instants: list[int]) -> None:
    clock = CLOCKS.named(str(name))
    assert clock is not None
    cuts = sorted(instants)
    parts = [clock.seconds(start, end) for start, end in pairwise(cuts)]
    assert sum(parts) == clock.seconds(cuts[0], cuts[-1])
    assert all(0 <= part <= end - start for part, start, end in zip(parts, cuts, cuts[1:], strict=False))


def _ticket(created: int, moves: list[tuple[int, str | None]], brand: str | None) -> Ticket:
    at, history, group = created, [], GROUPS[created % len(GROUPS)]
    first = group
    for length, after in moves:
        at += length
        history.append(Event(datetime.fromtimestamp(at, UTC), "group", group, after))
        group = after
    moment = datetime.fromtimestamp(created, UTC)
    return Ticket(source="s", id="1", subject="", created_at=moment, updated_at=moment, group=group or first,
                  brand=brand, history=tuple(history))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    INSTANTS.filter(lambda at: at < LAST - 9_000_000),
    st.lists(st.tuples(st.integers(0, 2_000_000), st.sampled_from(GROUPS)), max_size=4),
    st.sampled_from((None, "shop")), st.integers(0, 900_000),
)  # fmt: skip
def test_each_schedule_charges_the_time_that_the_ticket_was_under_it(
    created: int, moves: list[tuple[int, str | None]], brand: str | None, rest: int
) -> None:
    ticket = _ticket(created, moves, brand)
    end = created + sum(length for length, _ in moves) + rest
    group, since, wanted = (ticket.history[0].before if moves else ticket.group), created, 0
    for event in (*ticket.history, None):
        until = end if event is None else int(event.at.timestamp())
        clock = CLOCKS.pick(group, brand)
        assert clock is not None
        wanted += clock.seconds(since, until)
        since, group = until, group if event is None else event.after
    assert Track(ticket, created, CLOCKS).age(end) == wanted


def test_an_unknown_schedule_gives_nothing_and_never_nought() -> None:
    only = Clocks((schedule_from({"name": "night", "groups": ["night"], "hours": {"mon": "22:00-23:00"}}),), *YEARS)
    outside = _ticket(FIRST + 1, [(60, "night"), (60, "elsewhere"), (60, "night")], None)
    track = Track(outside, FIRST + 1, only)
    assert track.age(FIRST + 1) is None
    known = Track(_ticket(FIRST + 2, [], None), FIRST + 2, only)
    assert known.age(FIRST + 600) == 0, "wholly out of hours is nought, and known"


def _minutes(schedule: Schedule, start: datetime, end: datetime) -> int:
    """Open minutes, counted one by one on the wall clock of the schedule's zone."""
    zone, count, at = ZoneInfo(schedule.zone), 0, start
    special = dict(schedule.special)
    while at < end:
        wall = at.astimezone(zone)
        count += any(
            (day, here) for day, here in ((wall.date(), True), (wall.date() - timedelta(days=1), False))
            if _open(schedule, special, day, wall.hour * 60 + wall.minute, own_day=here)
        )  # fmt: skip
        at += timedelta(minutes=1)
    return count


def _open(schedule: Schedule, special: dict[date, object], day: date, minute: int, *, own_day: bool) -> bool:
    windows: object = special.get(day, () if day in schedule.closed else schedule.hours[day.weekday()])
    assert isinstance(windows, tuple)
    for start, end in windows:
        if end > start:
            if own_day and start <= minute < end:
                return True
        elif (own_day and minute >= start) or (not own_day and minute < end):
            return True
    return False


@pytest.mark.parametrize("seed", range(6))
def test_half_days_closures_and_special_nights_equal_a_count_by_minutes(seed: int) -> None:
    clock = CLOCKS.named("office")
    assert clock is not None
    dice = Random(seed)
    for begin in (datetime(2016, 12, 21, tzinfo=UTC), datetime(2015, 6, 29, tzinfo=UTC)):
        start = begin + timedelta(minutes=dice.randint(0, 3_000))
        end = start + timedelta(minutes=dice.randint(0, 5_000))
        seconds = clock.seconds(int(start.timestamp()), int(end.timestamp()))
        assert seconds == 60 * _minutes(clock.schedule, start, end)


def test_a_half_day_wins_over_a_closed_date() -> None:
    schedule = schedule_from(
        {"name": "x", "hours": {"mon-sun": "09:00-17:00"}, "special": {"2016-12-24": "09:00-12:00"}}
    )
    clock = BusinessClock(schedule.on_holidays([date(2016, 12, 24), date(2016, 12, 25)]), 2016, 2016)
    day = int(datetime(2016, 12, 24, tzinfo=UTC).timestamp())
    assert clock.seconds(day, day + 86_400) == 3 * 3600
    assert clock.seconds(day + 86_400, day + 2 * 86_400) == 0


def test_a_night_that_reaches_into_a_special_date_counts_once() -> None:
    schedule = schedule_from(
        {"name": "x", "hours": {"mon-sun": "22:00-06:00"}, "special": {"2016-12-24": "05:00-08:00"}}
    )
    clock = BusinessClock(schedule, 2016, 2016)
    day = int(datetime(2016, 12, 24, tzinfo=UTC).timestamp())
    assert clock.seconds(day, day + 86_400) == 8 * 3600
