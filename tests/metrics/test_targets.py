"""Targets that were in force then, worked by hand; and the instant of a breach against a search second by second."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ticketlens.intake.solved import apply_history
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure
from ticketlens.metrics.schedule import schedule_from
from ticketlens.metrics.targets import Targets, target_from
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Event, Priority, Status, Ticket

CREATED = datetime(2026, 11, 2, 8, tzinfo=UTC)  # a Monday
START = int(CREATED.timestamp())
HOUR = 3_600
DAYTIME = Clocks((schedule_from({"name": "daytime", "hours": {"mon-fri": "09:00-17:00"}}),), 2026, 2026)
FIRST_HOUR: dict[str, Any] = {"metric": "reply.first", "minutes": 60}


def at(hours: float) -> datetime:
    return CREATED + timedelta(hours=hours)


def ticket(**fields: Any) -> Ticket:
    told = {"source": "s", "id": "1", "subject": "", "created_at": CREATED, "updated_at": CREATED, **fields}
    return apply_history(Ticket(**told))


def breach(*targets: dict[str, Any], zone: str = "UTC", **fields: Any) -> tuple[bool, float | None]:
    """Whether the ticket was under a target, and the hours from its creation to the breach."""
    told = measure(ticket(**fields), DAYTIME, Targets([target_from(one) for one in targets], zone))
    return told.targeted, None if told.breach_at is None else (told.breach_at - START) / HOUR


def changed(field: str, hours: float, before: str | None, after: str) -> Event:
    return Event(at(hours), field, before, after)


def test_a_target_is_kept_to_its_very_end_and_passed_a_second_later() -> None:
    assert breach(FIRST_HOUR, first_reply_at=at(1)) == (True, None)
    assert breach(FIRST_HOUR, first_reply_at=at(1) + timedelta(seconds=1)) == (True, 1 + 1 / HOUR)


def test_an_open_ticket_has_the_breach_that_is_to_come() -> None:
    assert breach(FIRST_HOUR) == (True, 1 + 1 / HOUR)


def test_without_a_target_there_is_nothing_to_pass() -> None:
    assert breach() == (False, None)
    assert breach({**FIRST_HOUR, "priority": "urgent"}) == (False, None)
    assert breach({**FIRST_HOUR, "brand": "shop"}, brand="other") == (False, None)


def test_what_became_urgent_is_held_to_the_urgent_target_from_then_on() -> None:
    both = ({**FIRST_HOUR, "minutes": 600}, {**FIRST_HOUR, "priority": "urgent"})
    urgent = (changed("priority", 3, "low", "urgent"),)
    assert breach(*both, priority=Priority.URGENT, history=urgent) == (True, 3)
    assert breach(*both, priority=Priority.URGENT, history=urgent, first_reply_at=at(2)) == (True, None)


def test_what_was_urgent_then_is_not_forgiven_for_its_priority_of_today() -> None:
    both = ({**FIRST_HOUR, "minutes": 600}, {**FIRST_HOUR, "priority": "urgent"})
    calmed = (changed("priority", 3, "urgent", "low"),)
    assert breach(*both, priority=Priority.LOW, history=calmed, first_reply_at=at(4)) == (True, 1 + 1 / HOUR)


def test_a_ticket_that_left_its_target_in_time_met_it() -> None:
    urgent = {**FIRST_HOUR, "minutes": 600, "priority": "urgent"}
    assert breach(urgent, priority=Priority.LOW, history=(changed("priority", 3, "urgent", "low"),)) == (True, None)


def test_a_target_holds_from_its_day_on_and_takes_the_place_of_an_earlier_one() -> None:
    loose, strict = {**FIRST_HOUR, "minutes": 6_000}, {**FIRST_HOUR, "since": "2026-11-03"}
    assert breach(strict, first_reply_at=at(15)) == (False, None)
    assert breach(loose, strict) == (True, 16)  # midnight of UTC, 16 hours after the creation
    assert breach(loose, strict, zone="America/New_York") == (True, 21)
    assert breach(strict, loose, first_reply_at=at(15)) == (True, None)


def test_a_group_is_charged_by_its_target_while_it_had_the_ticket() -> None:
    moved = (changed("group", 5, "tier1", "tier2"),)
    assert breach({**FIRST_HOUR, "group": "tier2"}, group="tier2", history=moved) == (True, 5)
    assert breach({**FIRST_HOUR, "group": "tier1"}, group="tier2", history=moved) == (True, 1 + 1 / HOUR)


def test_business_time_passes_when_somebody_is_there() -> None:
    daily = {**FIRST_HOUR, "minutes": 480, "clock": "business"}
    assert breach(daily) == (True, 25 + 1 / HOUR)  # Monday 09:00-17:00, then a second of Tuesday
    assert breach(daily, first_reply_at=at(24)) == (True, None)


def test_on_an_unknown_clock_no_target_is_known() -> None:
    told = measure(ticket(), Clocks(), Targets([target_from({**FIRST_HOUR, "clock": "business"})]))
    assert (told.targeted, told.breach_at) == (False, None)


def test_of_several_promises_the_first_that_was_broken_counts() -> None:
    solve = {"metric": "ttr.full", "minutes": 120}
    assert breach(FIRST_HOUR, solve, first_reply_at=at(0.5)) == (True, 2 + 1 / HOUR)
    assert breach(FIRST_HOUR, solve) == (True, 1 + 1 / HOUR)


def test_a_solve_without_a_reply_ends_the_target_of_the_reply() -> None:
    solved = (changed("status", 0.5, "open", "solved"),)
    assert breach(FIRST_HOUR, history=solved, status=Status.SOLVED) == (True, None)


def test_what_the_source_says_counts_where_no_target_of_ours_does() -> None:
    assert breach(sla_met=True) == (True, None)
    assert breach(sla_met=False, status=Status.SOLVED, solved_at=at(7)) == (True, 7)
    assert breach(FIRST_HOUR, sla_met=False, first_reply_at=at(1)) == (True, None)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"metric": "csat", "minutes": 1}, "metric"), ({"metric": "ttr.full"}, "minutes"),
        ({**FIRST_HOUR, "minutes": True}, "minutes"), ({**FIRST_HOUR, "clock": "lunar"}, "clock"),
        ({**FIRST_HOUR, "priority": "vip"}, "priority"), ({**FIRST_HOUR, "colour": "red"}, "colour"),
        ({**FIRST_HOUR, "since": 5}, "since"),
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_read_names_its_key(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        target_from(told)


@pytest.mark.parametrize("seed", range(25))
def test_the_instant_of_a_breach_is_the_first_minute_at_which_a_plain_walk_finds_one(seed: int) -> None:
    dice = Random(seed)
    priorities, state, hours = [], "low", 0.0
    for _ in range(dice.randrange(4)):
        hours += dice.randint(1, 60)
        after = dice.choice(("low", "urgent"))
        priorities.append(changed("priority", hours, state, after))
        state = after
    rows = [
        {"metric": "reply.first", "minutes": dice.randint(1, 40) * 60, "clock": dice.choice(("calendar", "business")),
         **dice.choice(({}, {"priority": "urgent"}, {"priority": "low"})),
         **dice.choice(({}, {"since": "2026-11-04"}, {"since": "2026-11-01"}))}
        for _ in range(3)
    ]  # fmt: skip
    one = ticket(priority=Priority(state), history=tuple(priorities))
    targets = [target_from(row) for row in rows]
    told = measure(one, DAYTIME, Targets(targets))
    track = Track(one, START, DAYTIME)
    found = next((hour for hour in range(24 * 30) if _passed(one, targets, track, hour)), None)
    if found is None:
        assert told.breach_at is None or told.breach_at > START + 24 * 29 * HOUR
    else:
        assert told.breach_at is not None
        assert START + (found - 1) * HOUR < told.breach_at <= START + found * HOUR


def _passed(one: Ticket, targets: list[Any], track: Track, hour: int) -> bool:
    """Whether the age was above the target in force at that hour."""
    moment = at(hour)
    priority = next((e.after for e in reversed(one.history) if e.at <= moment), None)
    priority = priority or (one.history[0].before if one.history else str(one.priority))
    fitting = [
        (target.priority is not None, str(target.since or ""), index)
        for index, target in enumerate(targets)
        if target.priority in (None, priority) and (target.since is None or moment.date() >= target.since)
    ]
    if not fitting:
        return False
    target = targets[max(fitting)[2]]
    age = hour * HOUR if target.clock == "calendar" else track.age(START + hour * HOUR)
    return age is not None and age > target.seconds
