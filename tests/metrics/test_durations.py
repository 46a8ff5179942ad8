from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketlens.intake.solved import apply_history
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure
from ticketlens.metrics.schedule import schedule_from
from ticketlens.model.ticket import Actor, Event, Message, Status, Ticket
from ticketlens.model.timing import Timing

CREATED = datetime(2026, 11, 2, 8, tzinfo=UTC)  # a Monday
HOUR, DAY = 3_600, 86_400
START = int(CREATED.timestamp())
NO_CLOCK = Clocks()
DAYTIME = schedule_from({"name": "daytime", "hours": {"mon-fri": "09:00-17:00"}})
NIGHTS = schedule_from({"name": "nights", "hours": {"mon-sun": "22:00-06:00"}, "groups": ["night"]})


def _at(hours: float) -> datetime:
    return CREATED + timedelta(hours=hours)


def _moves(*moves: tuple[float, str | None, str]) -> tuple[Event, ...]:
    return tuple(Event(_at(hours), "status", before, after) for hours, before, after in moves)


def _ticket(**fields: Any) -> Ticket:
    return Ticket(**{"source": "s", "id": "1", "subject": "", "created_at": CREATED, "updated_at": CREATED, **fields})


def _timing(clocks: Clocks = NO_CLOCK, **fields: Any) -> Timing:
    return measure(apply_history(_ticket(**fields)), clocks)


def _calendar_hours(timing: Timing) -> dict[str, float | None]:
    return {name: None if pair[0] is None else pair[0] / HOUR for name, pair in timing.durations.items()}


LIFE = _moves(
    (1, "new", "open"),
    (5, "open", "waiting_customer"),
    (30, "waiting_customer", "on_hold"),
    (40, "on_hold", "solved"),
    (60, "solved", "open"),
    (70, "open", "solved"),
    (200, "solved", "closed"),
)


def test_each_stretch_of_a_life_is_counted_for_the_one_who_waited() -> None:
    timing = _timing(history=LIFE, status=Status.CLOSED, first_reply_at=_at(5))
    assert _calendar_hours(timing) == {
        "ttr.full": 70,
        "ttr.first": 40,
        "reply.first": 5,
        "reply.next": None,
        "handling.first": 40,
        "handling.last": 10,
        "handling.sum": 50,
        "wait.requester": 5 + 10 + 10,
        "wait.agent": 25,
        "wait.hold": 10,
    }
    assert timing.waited_seconds == 25 * HOUR
    assert timing.waiting_since is None
    assert timing.cycles == ((START, START + 40 * HOUR), (START + 60 * HOUR, START + 70 * HOUR))
    assert timing.reopened_within_7_days is True
    assert timing.flaws == ()


def test_every_moment_of_a_life_agrees_with_a_count_hour_by_hour() -> None:
    """Cuts the life after each hour and compares with the wait that is added up from the statuses hour by hour."""
    statuses: list[str] = []
    state = "new"
    for hour in range(300):
        state = next((event.after or "" for event in reversed(LIFE) if event.at <= _at(hour)), "new")
        statuses.append(state)
    for hour in range(1, 250, 3):
        seen = tuple(event for event in LIFE if event.at <= _at(hour))
        timing = _timing(history=seen, status=Status(statuses[hour]))
        waiting = sum(status in ("new", "open", "on_hold") for status in statuses[:hour])
        running = 0 if timing.waiting_since is None else START + hour * HOUR - timing.waiting_since
        assert timing.waited_seconds + running == waiting * HOUR
        assert (timing.durations["ttr.full"][0] is None) == (statuses[hour] not in ("solved", "closed"))


def test_an_open_ticket_has_no_duration_but_says_since_when_it_waits() -> None:
    timing = _timing(history=LIFE[:3], status=Status.ON_HOLD)
    assert set(_calendar_hours(timing).values()) == {None}
    assert timing.waited_seconds == 5 * HOUR
    assert timing.waiting_since == START + 30 * HOUR
    assert timing.cycles == ((START, None),)
    assert timing.reopened_within_7_days is None


def test_nobody_waits_for_the_desk_while_the_customer_is_asked() -> None:
    assert _timing(history=LIFE[:2], status=Status.WAITING_CUSTOMER).waiting_since is None


def test_a_reopened_ticket_keeps_its_first_resolution_only() -> None:
    timing = _timing(history=LIFE[:5])
    assert timing.durations["ttr.full"] == (None, None)
    assert timing.durations["ttr.first"] == (40 * HOUR, None)
    assert timing.cycles[-1] == (START + 60 * HOUR, None)


def test_a_reopening_after_a_week_does_not_count_as_one_within_it() -> None:
    late = _moves((1, "new", "solved"), (1 + 7 * 24 + 0.1, "solved", "open"))
    exact = _moves((1, "new", "solved"), (1 + 7 * 24, "solved", "open"))
    assert _timing(history=late).reopened_within_7_days is False
    assert _timing(history=exact).reopened_within_7_days is True


def test_without_a_schedule_business_time_is_unknown_and_never_zero() -> None:
    timing = _timing(history=LIFE, status=Status.CLOSED)
    assert {pair[1] for pair in timing.durations.values()} == {None}
    assert (timing.schedule, timing.business_start) == (None, None)


def test_business_time_counts_open_hours_only() -> None:
    timing = _timing(Clocks((DAYTIME,), 2026, 2026), history=LIFE[:4], status=Status.SOLVED)
    assert timing.durations["ttr.full"] == (40 * HOUR, 16 * HOUR)  # Monday 08:00 to Wednesday 00:00
    assert timing.durations["wait.requester"] == (15 * HOUR, (4 + 3) * HOUR)
    assert timing.schedule == "daytime"


def test_a_life_under_two_schedules_is_split_at_the_change() -> None:
    clocks = Clocks((DAYTIME, NIGHTS), 2026, 2026)
    handover = Event(_at(6), "group", "day", "night")  # Monday 14:00
    history = (handover, *_moves((24, "new", "solved")))
    timing = _timing(clocks, history=history, group="night", status=Status.SOLVED)
    assert timing.durations["ttr.full"] == (24 * HOUR, (5 + 8) * HOUR)
    assert timing.schedule == "nights"


def test_an_open_ticket_s_business_age_goes_on_from_its_last_schedule() -> None:
    clocks = Clocks((DAYTIME, NIGHTS), 2026, 2026)
    moves = (Event(_at(6), "group", None, "night"), Event(_at(24), "group", "night", "day"))
    timing = _timing(clocks, history=moves, group="day")
    clock = clocks.named(timing.schedule or "")
    assert clock is not None
    assert timing.business_start is not None
    age = clock.position(START + 26 * HOUR) - timing.business_start
    assert age == (5 + 8 + 1) * HOUR


def test_business_time_is_unknown_once_a_stretch_has_no_schedule() -> None:
    history = (Event(_at(6), "group", "night", "day"), *_moves((24, "new", "solved")))
    timing = _timing(Clocks((NIGHTS,), 2026, 2026), history=history, status=Status.SOLVED, first_reply_at=_at(2))
    assert timing.durations["reply.first"] == (2 * HOUR, 0)
    assert timing.durations["ttr.full"] == (24 * HOUR, None)
    assert timing.business_start is None


def test_a_life_outside_the_calendar_s_years_has_no_business_time() -> None:
    timing = _timing(Clocks((DAYTIME,), 2020, 2021), history=LIFE[:4], status=Status.SOLVED)
    assert timing.durations["ttr.full"] == (40 * HOUR, None)
    assert timing.flaws == ("outside_calendar",)


def test_without_a_status_history_the_whole_span_is_waited_and_the_parts_are_unknown() -> None:
    timing = _timing(status=Status.SOLVED, solved_at=_at(10), reopens=1, first_solved_at=_at(4))
    assert timing.durations["ttr.full"][0] == 10 * HOUR
    assert timing.durations["ttr.first"][0] == 4 * HOUR
    assert timing.durations["wait.requester"] == (None, None)
    assert timing.waited_seconds == 10 * HOUR
    assert timing.cycles == ((START, START + 10 * HOUR),)
    assert timing.reopened_within_7_days is None
    assert timing.flaws == ("no_status_history",)


def test_solved_once_without_a_history_was_not_reopened() -> None:
    assert _timing(status=Status.SOLVED, solved_at=_at(10)).reopened_within_7_days is False


def test_solved_at_an_unknown_time_is_outside_every_duration_and_the_backlog() -> None:
    timing = _timing(status=Status.CLOSED)
    assert set(_calendar_hours(timing).values()) == {None}
    assert timing.cycles == ()
    assert (timing.waited_seconds, timing.waiting_since) == (0, None)
    assert "solved_at_unknown_time" in timing.flaws


def test_a_history_that_goes_back_in_time_is_put_in_order() -> None:
    assert _timing(history=LIFE[::-1], status=Status.CLOSED) == _timing(history=LIFE, status=Status.CLOSED)


def test_changes_older_than_the_ticket_count_from_its_creation_on() -> None:
    timing = _timing(history=_moves((-5, "new", "open"), (3, "open", "solved")), status=Status.SOLVED)
    assert timing.durations["wait.requester"][0] == 3 * HOUR
    assert timing.flaws == ("changes_before_created",)


def test_what_happened_before_the_creation_has_no_duration_but_a_flaw() -> None:
    timing = _timing(status=Status.SOLVED, solved_at=_at(-2), first_reply_at=_at(-3))
    assert timing.durations["ttr.full"] == timing.durations["reply.first"] == (None, None)
    assert {"solved_before_created", "replied_before_created"} <= set(timing.flaws)
    assert timing.waited_seconds == 0


def test_a_change_that_is_missing_is_put_where_the_next_one_is_known() -> None:
    timing = _timing(history=_moves((2, "new", "solved"), (9, "open", "solved")), status=Status.SOLVED)
    assert timing.durations["ttr.full"][0] == 9 * HOUR
    assert timing.durations["wait.requester"][0] == 2 * HOUR
    assert timing.cycles == ((START, START + 2 * HOUR), (START + 9 * HOUR, START + 9 * HOUR))


def test_the_first_reply_is_a_public_one_by_a_human_after_the_creation() -> None:
    messages = (
        Message(CREATED, Actor.AGENT, True, "opened for a caller"),
        Message(_at(1), Actor.BOT, True, "we are on it"),
        Message(_at(2), Actor.AGENT, False, "a note"),
        Message(_at(4), Actor.AGENT, True, "later"),
        Message(_at(3), Actor.AGENT, True, "hello"),
    )
    assert _timing(messages=messages).durations["reply.first"][0] == 3 * HOUR
    assert _timing(messages=messages, first_reply_at=_at(6)).durations["reply.first"][0] == 6 * HOUR


def test_a_reply_in_the_history_counts_where_no_message_is_kept() -> None:
    replies = (
        Event(_at(1), "reply", None, None, Actor.BOT),
        Event(_at(7), "reply", None, None, Actor.AGENT),
        Event(_at(5), "reply", None, None, Actor.AGENT),
    )
    assert _timing(history=replies).durations["reply.first"][0] == 5 * HOUR
    assert _timing().durations["reply.first"] == (None, None)


@pytest.mark.parametrize("seed", range(40))
def test_no_history_however_odd_makes_it_raise(seed: int) -> None:
    import random

    dice = random.Random(seed)
    statuses = [*Status, "unheard of", None]
    history = tuple(
        Event(
            _at(dice.uniform(-50, 500)), dice.choice(["status", "group"]), dice.choice(statuses), dice.choice(statuses)
        )
        for _ in range(dice.randrange(12))
    )
    times = [None, _at(-3), _at(20), _at(90)]
    fields = {name: dice.choice(times) for name in ("solved_at", "first_solved_at", "first_reply_at")}
    timing = _timing(Clocks((DAYTIME,), 2026, 2026), history=history, status=dice.choice(list(Status)), **fields)
    assert timing.waited_seconds >= 0
    assert all(value is None or value >= 0 for pair in timing.durations.values() for value in pair)
    assert all(end is None or start <= end for start, end in timing.cycles)
    assert all(end is not None for _, end in timing.cycles[:-1])
