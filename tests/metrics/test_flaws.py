"""A rule for each way in which a ticket's own times contradict each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketlens.intake.solved import apply_history
from ticketlens.metrics import durations
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure
from ticketlens.metrics.flaws import KNOWN
from ticketlens.model.ticket import Actor, Event, Status, Ticket
from ticketlens.model.timing import Timing

CREATED = datetime(2026, 2, 2, 8, tzinfo=UTC)
Move = tuple[float, str | None, str]


def _at(minutes: float) -> datetime:
    return CREATED + timedelta(minutes=minutes)


def _ticket(*moves: Move, **told: Any) -> Ticket:
    history = tuple(Event(_at(minutes), "status", before, after, Actor.AGENT) for minutes, before, after in moves)
    fields: dict[str, Any] = {"source": "s", "id": "1", "subject": "", "created_at": CREATED, "updated_at": CREATED}
    return apply_history(Ticket(**fields, history=history, **told))


def _timing(*moves: Move, **told: Any) -> Timing:
    return measure(_ticket(*moves, **told), Clocks())


WAY: tuple[Move, ...] = ((10, "new", "open"), (20, "open", "waiting_customer"), (30, "waiting_customer", "solved"))


@pytest.mark.parametrize(
    ("moves", "odd"),
    [
        (WAY, False),
        (WAY[::-1], False),
        ((WAY[1], WAY[0], WAY[2]), True),
        (((30, "new", "open"), (10, "open", "solved")), True),
        (((30, "open", "solved"), (10, "new", "open")), False),
        (((30, None, "solved"), (10, None, "open")), False),
        ((), False),
    ],
)
def test_statuses_that_go_back_in_time_are_named_and_put_in_order(moves: tuple[Move, ...], odd: bool) -> None:
    assert ("history_out_of_order" in _timing(*moves).flaws) is odd
    if len(moves) == 3:
        assert _timing(*moves).durations == _timing(*WAY).durations


def test_two_solves_in_one_second_are_one_and_no_reopening() -> None:
    once = ((10, "open", "solved"),)
    twice = (*once, (10.001, "solved", "open"), (10.002, "open", "closed"))
    ticket, timing = _ticket(*twice), _timing(*twice)
    assert (ticket.reopens, ticket.status, ticket.solved_at) == (0, Status.CLOSED, _at(10))
    assert timing.cycles == _timing(*once).cycles
    assert timing.reopened_within_7_days is False
    assert timing.flaws == ("two_solves_at_once",)


def test_a_solve_undone_and_done_again_at_the_same_moment_is_one() -> None:
    timing = _timing((10, "open", "solved"), (10, "solved", "open"), (10, "open", "solved"))
    assert timing.flaws == ("two_solves_at_once",)
    assert len(timing.cycles) == 1


def test_the_same_solve_by_two_actors_in_one_second_is_odd_and_told_twice_is_not() -> None:
    solve = Event(_at(10), "status", "open", "solved", Actor.AGENT)
    other = Event(_at(10), "status", "open", "solved", Actor.SYSTEM)
    base = _ticket()
    for second, odd in ((solve, False), (other, True)):
        timing = measure(apply_history(_with(base, solve, second)), Clocks())
        assert ("two_solves_at_once" in timing.flaws) is odd
        assert timing.durations["ttr.full"][0] == 600


def _with(ticket: Ticket, *history: Event) -> Ticket:
    return replace(ticket, history=history)


def test_solved_and_closed_in_one_second_is_nothing_odd() -> None:
    assert _timing((10, "open", "solved"), (10, "solved", "closed")).flaws == ()


def test_a_reopening_a_second_later_is_one() -> None:
    timing = _timing((10, "open", "solved"), (11, "solved", "open"), (12, "open", "solved"))
    assert len(timing.cycles) == 2
    assert timing.flaws == ()


@pytest.mark.parametrize(
    ("told", "odd"), [(30, False), (30.5, False), (20, True), (40, True), (31, False), (31.1, True), (None, False)]
)
def test_a_history_that_contradicts_the_solved_time_decides_and_says_so(told: float | None, odd: bool) -> None:
    solved_at = None if told is None else _at(told)
    timing = _timing(*WAY, status=Status.SOLVED, solved_at=solved_at)
    assert ("history_contradicts_solved_at" in timing.flaws) is odd
    assert timing.durations["ttr.full"][0] == 1_800


def test_a_solved_time_from_before_a_reopening_and_one_of_the_closing_contradict_nothing() -> None:
    again = (*WAY, (40, "solved", "open"))
    assert _timing(*again, status=Status.OPEN, solved_at=_at(30)).flaws == ()
    closed = (*WAY, (90, "solved", "closed"))
    assert _timing(*closed, status=Status.CLOSED, solved_at=_at(90)).flaws == ()


def test_what_was_told_is_kept_and_a_second_reading_changes_nothing() -> None:
    ticket = _ticket(*WAY, status=Status.SOLVED, solved_at=_at(500))
    assert (ticket.solved_at, ticket.oddities) == (_at(30), ("history_contradicts_solved_at",))
    assert apply_history(ticket) == ticket


def test_a_solve_before_the_creation_has_no_duration() -> None:
    timing = _timing(status=Status.SOLVED, solved_at=_at(-5))
    assert timing.durations["ttr.full"] == (None, None)
    assert "solved_before_created" in timing.flaws


def test_every_flaw_has_its_words_and_its_rule() -> None:
    assert durations.__doc__ is not None
    named = {line.split(" ")[0] for line in durations.__doc__.splitlines() if "_" in line.split(" ")[0]}
    assert named == set(KNOWN)
    assert all(flaw.words and flaw.rule.endswith(".") for flaw in KNOWN.values())
