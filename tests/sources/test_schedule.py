"""When a source is pulled next follows from its state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ticketlens.sources.schedule import LONG_AGO, Schedule, pause
from ticketlens.sources.state import PullState

AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
EVERY_FIVE = Schedule(5, 7)
READ = PullState(begun_at=AT.isoformat(), ended_at=AT.isoformat(), good_at=AT.isoformat(), full_at=AT.isoformat())


def test_a_source_that_was_never_read_is_due_at_once() -> None:
    assert EVERY_FIVE.due_at(PullState()) == LONG_AGO


def test_a_source_is_due_so_many_minutes_after_the_end_of_its_last_pull() -> None:
    assert EVERY_FIVE.due_at(READ) == AT + timedelta(minutes=5)
    assert Schedule(0, 7).due_at(READ) is None
    assert Schedule(0, 7).due_at(PullState()) is None


def test_pauses_grow_to_an_hour() -> None:
    minutes = [pause(failures).total_seconds() / 60 for failures in range(9)]
    assert minutes == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert pause(10_000) == timedelta(hours=1)


def test_failures_in_a_row_are_counted_and_a_good_pull_ends_the_count() -> None:
    state = READ
    for failures in (1, 2, 3):
        state = state.begun(AT, full=False).ended(AT, "no connection")
        assert state.failures == failures
        assert EVERY_FIVE.due_at(state) == AT + pause(failures)
    assert state.begun(AT, full=False).ended(AT, None, read_to=AT).failures == 0


def test_a_pull_that_breaks_off_is_taken_up_at_once_and_later_each_time_that_it_does_so_again() -> None:
    state = READ.begun(AT, full=False)
    for failures in (0, 1, 2):
        assert EVERY_FIVE.due_at(state) == AT + pause(failures)
        state = state.begun(AT, full=False)


@pytest.mark.parametrize(
    ("state", "days", "due"),
    [
        (READ, 6.9, False),
        (READ, 7, True),
        (replace(READ, error="no connection"), 8, False),
        (replace(READ, running=True), 8, False),
        (replace(READ, full_at=None), 8, False),
        (replace(READ, full_begun_at=(AT + timedelta(days=7)).isoformat()), 7.5, False),
        (replace(READ, full_begun_at=(AT + timedelta(days=7)).isoformat()), 8, True),
    ],
)
def test_a_full_pull_is_due_after_its_days_but_not_after_trouble(state: PullState, days: float, due: bool) -> None:
    assert EVERY_FIVE.is_full_due(state, AT + timedelta(days=days)) is due
    assert not Schedule(5, 0).is_full_due(state, AT + timedelta(days=days))


def test_what_a_full_pull_met_stays_said_until_one_ends_well() -> None:
    failed = READ.begun(AT, full=True).ended(AT, "half of the tickets cannot be read")
    later = failed.begun(AT, full=False).ended(AT, None, read_to=AT)
    assert (later.error, later.full_error) == (None, "half of the tickets cannot be read")
    assert later.begun(AT, full=True).ended(AT, None, read_to=AT).full_error is None
    assert READ.begun(AT, full=True).full_error is not None


def test_a_part_that_was_read_makes_nothing_fresh() -> None:
    state = PullState().begun(AT, full=False).ended(AT, None)
    assert (state.good_at, state.full_at, state.read_to, state.error) == (None, None, None, None)
