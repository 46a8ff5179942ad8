"""Who wrote when: where the clock begins, the first reply and the next one, one touch. All worked by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ticketlens.intake.solved import apply_history
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure
from ticketlens.metrics.exclusions import KINDS, exclusion
from ticketlens.metrics.schedule import schedule_from
from ticketlens.model.ticket import Actor, Event, Message, Status, Ticket
from ticketlens.model.timing import Timing

CREATED = datetime(2026, 11, 2, 8, tzinfo=UTC)  # a Monday
START = int(CREATED.timestamp())
HOUR = 3_600
DAYTIME = Clocks((schedule_from({"name": "daytime", "hours": {"mon-fri": "09:00-17:00"}}),), 2026, 2026)
WHO = {"a": Actor.AGENT, "c": Actor.CUSTOMER, "b": Actor.BOT}


def at(hours: float) -> datetime:
    return CREATED + timedelta(hours=hours)


def talk(*said: tuple[float, str]) -> tuple[Message, ...]:
    """Public messages at hours after the creation, by an agent, the customer or a bot; a capital is a note."""
    return tuple(Message(at(hours), WHO[who.lower()], who.islower(), "") for hours, who in said)


def moves(*told: tuple[float, str, str, Actor | None]) -> tuple[Event, ...]:
    return tuple(Event(at(hours), "status", before, after, actor) for hours, before, after, actor in told)


def ticket(**fields: Any) -> Ticket:
    told = {"source": "s", "id": "1", "subject": "", "created_at": CREATED, "updated_at": CREATED, **fields}
    return apply_history(Ticket(**told))


def timing(clocks: Clocks = Clocks(), **fields: Any) -> Timing:  # noqa: B008 - no opening hours
    return measure(ticket(**fields), clocks)


SOLVED_AND_BACK = moves((2, "open", "solved", None), (122, "solved", "open", None))


def test_a_reopening_after_five_days_answered_in_ten_minutes_is_a_next_reply_of_ten_minutes() -> None:
    told = timing(history=SOLVED_AND_BACK, messages=talk((0, "c"), (1, "a"), (122, "c"), (122 + 1 / 6, "a")))
    assert told.durations["reply.first"][0] == HOUR
    assert told.durations["reply.next"][0] == 600
    assert (told.next_since, told.next_reply_at) == (START + 122 * HOUR, START + 122 * HOUR + 600)


def test_the_wait_begins_with_the_first_message_that_nobody_answered() -> None:
    told = timing(messages=talk((0, "c"), (1, "a"), (3, "c"), (5, "c"), (6, "b"), (7, "A"), (9, "a"), (20, "a")))
    assert told.durations["reply.next"][0] == 6 * HOUR


def test_before_the_first_reply_there_is_no_next_one_to_wait_for() -> None:
    told = timing(messages=talk((0, "c"), (1, "c"), (2, "a")))
    assert told.durations["reply.next"] == (None, None)
    assert told.next_since is None


def test_of_several_waits_the_latest_counts() -> None:
    told = timing(messages=talk((0, "c"), (1, "a"), (2, "c"), (3, "a"), (10, "c"), (14, "a")))
    assert told.durations["reply.next"][0] == 4 * HOUR


def test_a_wait_without_a_reply_runs() -> None:
    told = timing(DAYTIME, messages=talk((0, "c"), (1, "a"), (2, "c"), (3, "a"), (10, "c")))
    assert told.durations["reply.next"] == (None, None)
    assert (told.next_since, told.next_reply_at) == (START + 10 * HOUR, None)
    clock = DAYTIME.named("daytime")
    assert clock is not None
    assert told.next_business_start is not None
    assert clock.position(START + 30 * HOUR) - told.next_business_start == 5 * HOUR  # Tuesday 09:00 to 14:00


def test_a_solve_without_a_reply_ends_the_wait_and_counts_nothing() -> None:
    thanks = talk((0, "c"), (1, "a"), (2, "c"), (3, "a"), (5, "c"))
    told = timing(history=moves((6, "open", "solved", Actor.AGENT)), messages=thanks)
    assert told.durations["reply.next"][0] == HOUR
    assert told.next_reply_at == START + 3 * HOUR


def test_a_thanks_after_the_solve_does_not_run() -> None:
    told = timing(history=moves((2, "open", "solved", None)), messages=talk((0, "c"), (1, "a"), (5, "c")))
    assert told.next_since is None


def test_business_time_of_a_next_reply_counts_open_hours_only() -> None:
    told = timing(DAYTIME, messages=talk((0, "c"), (2, "a"), (8, "c"), (26, "a")))  # Monday 16:00 to Tuesday 10:00
    assert told.durations["reply.next"] == (18 * HOUR, 2 * HOUR)


def test_the_clock_of_a_ticket_that_an_agent_opened_begins_when_the_customer_writes() -> None:
    told = timing(
        history=moves((30, "open", "solved", Actor.AGENT)), messages=talk((0, "a"), (1, "a"), (20, "c"), (23, "a"))
    )
    assert told.start == START
    assert told.started == START + 20 * HOUR
    assert told.durations["reply.first"][0] == 3 * HOUR
    assert told.durations["ttr.full"][0] == 10 * HOUR
    assert told.durations["wait.requester"][0] == 10 * HOUR
    assert told.durations["handling.sum"][0] == 10 * HOUR
    assert told.one_touch is True


def test_a_reply_told_from_before_the_clock_began_answered_nobody() -> None:
    told = timing(first_reply_at=CREATED, messages=talk((0, "a"), (20, "c"), (23, "a")))
    assert told.durations["reply.first"][0] == 3 * HOUR


def test_solved_before_the_customer_wrote_has_no_resolution_time() -> None:
    told = timing(history=moves((2, "open", "solved", None)), messages=talk((0, "a"), (20, "c")))
    assert told.durations["ttr.full"] == (None, None)
    assert told.cycles == ((START, START + 2 * HOUR),)
    assert "solved_before_begun" in told.flaws
    unknown = [name for name, pair in told.durations.items() if pair == (None, None)]
    assert {"ttr.full", "ttr.first", "wait.requester", "wait.agent", "handling.first", "handling.sum"} <= {*unknown}


def test_after_a_reopening_only_what_came_after_the_customer_wrote_is_handled() -> None:
    again = moves((2, "open", "solved", None), (30, "solved", "open", None), (33, "open", "solved", None))
    told = timing(history=again, messages=talk((0, "a"), (20, "c")))
    assert [told.durations[name][0] for name in ("handling.first", "handling.sum", "wait.requester")] == [3 * HOUR] * 3


def test_replies_alone_do_not_make_a_ticket_the_agent_s_own() -> None:
    told = timing(body="the customer's own words", messages=talk((4, "a")))
    assert told.started is None
    assert told.durations["reply.first"][0] == 4 * HOUR


@pytest.mark.parametrize(
    ("messages", "reopens", "one_touch"),
    [
        (((0, "c"), (1, "a")), 0, True),
        (((0, "c"), (1, "a")), 1, False),
        (((0, "c"), (1, "a"), (2, "A"), (3, "b")), 0, True),
        (((0, "c"), (1, "a"), (2, "a")), 0, False),
        (((0, "c"), (1, "b")), 0, None),
        ((), 0, None),
    ],
)
def test_one_touch_is_one_public_human_reply_and_no_reopening(
    messages: tuple[tuple[float, str], ...], reopens: int, one_touch: bool | None
) -> None:
    told = timing(status=Status.SOLVED, solved_at=at(9), reopens=reopens, messages=talk(*messages))
    assert told.one_touch is one_touch


def test_how_many_replies_there_were_is_not_known_from_the_first_one_s_time_alone() -> None:
    assert timing(first_reply_at=at(1)).one_touch is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"messages": talk((0, "a"))}, "no_customer_message"),
        ({"messages": talk((0, "A"), (3, "a"))}, "no_customer_message"),
        ({"messages": talk((0, "a"), (3, "c"))}, None),
        ({"messages": talk((3, "a"))}, None),
        ({}, None),
        ({"messages": talk((0, "c"), (1, "b")), "status": Status.SOLVED}, "bot_only"),
        ({"messages": talk((1, "b")), "status": Status.SOLVED}, "bot_only"),
        ({"messages": talk((0, "c"), (1, "b"))}, None),
        ({"messages": talk((0, "c"), (1, "b"), (2, "a")), "status": Status.SOLVED}, None),
        ({"messages": talk((0, "c"), (1, "b")), "status": Status.SOLVED, "first_reply_at": at(2)}, None),
        ({"messages": talk((0, "c")), "status": Status.SOLVED}, None),
        ({"messages": talk((0, "a")), "spam": True}, "spam"),
    ],
)
def test_a_ticket_nobody_wrote_and_one_that_a_bot_settled_stay_out(fields: dict[str, Any], reason: str | None) -> None:
    assert exclusion(ticket(**fields)) == reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_ticket_that_is_switched_off_stays_in(kind: str) -> None:
    flags = {name: True for name in ("spam", "deleted", "test") if name == kind}
    merged = {"merged_into": "2"} if kind == "merged" else {}
    said = {"no_customer_message": talk((0, "a")), "bot_only": talk((0, "c"), (1, "b"))}.get(kind, ())
    one = ticket(messages=said, status=Status.SOLVED, **flags, **merged)
    assert exclusion(one) == kind
    assert exclusion(one, [name for name in KINDS if name != kind]) is None


WAITED = ((1, "new", "open", Actor.AGENT), (5, "open", "waiting_customer", Actor.AGENT))


@pytest.mark.parametrize("actor", [Actor.BOT, Actor.SYSTEM])
def test_what_an_automation_solves_after_waiting_for_the_customer_ended_where_that_waiting_began(actor: Actor) -> None:
    told = timing(DAYTIME, history=moves(*WAITED, (101, "waiting_customer", "solved", actor)))
    for metric in ("ttr.full", "ttr.first", "handling.first", "handling.last", "handling.sum"):
        assert told.durations[metric] == (5 * HOUR, 4 * HOUR)
    assert told.durations["wait.agent"][0] == 96 * HOUR
    assert told.cycles == ((START, START + 101 * HOUR),)
    assert told.ends == (START + 5 * HOUR,)


@pytest.mark.parametrize("actor", [Actor.AGENT, Actor.CUSTOMER, None])
def test_what_a_person_solves_ends_there(actor: Actor | None) -> None:
    told = timing(history=moves(*WAITED, (101, "waiting_customer", "solved", actor)))
    assert told.durations["ttr.full"][0] == 101 * HOUR


def test_an_automation_that_closes_what_is_solved_or_open_changes_nothing() -> None:
    closed = moves((5, "open", "solved", Actor.AGENT), (101, "solved", "closed", Actor.SYSTEM))
    assert timing(history=closed).durations["ttr.full"][0] == 5 * HOUR
    assert timing(history=moves((9, "open", "solved", Actor.BOT))).durations["ttr.full"][0] == 9 * HOUR


def test_each_cycle_ends_by_its_own_solve() -> None:
    told = timing(
        history=moves(
            *WAITED,
            (101, "waiting_customer", "closed", Actor.SYSTEM),
            (110, "closed", "open", Actor.CUSTOMER),
            (112, "open", "solved", Actor.AGENT),
        )
    )
    hours = {name: (length or 0) / HOUR for name, (length, _) in told.durations.items()}
    assert (hours["ttr.first"], hours["ttr.full"]) == (5, 112)
    assert (hours["handling.first"], hours["handling.last"], hours["handling.sum"]) == (5, 2, 7)


def test_a_cycle_that_runs_is_not_counted_and_those_before_it_are() -> None:
    told = timing(history=SOLVED_AND_BACK)
    assert [told.durations[f"handling.{name}"][0] for name in ("first", "last", "sum")] == [2 * HOUR] * 3
    assert timing(status=Status.SOLVED, solved_at=at(3)).durations["handling.sum"] == (None, None)
