"""What the threads of a Help Scout conversation tell: messages, the first reply, solves and reopenings."""

from collections.abc import Iterator
from typing import Any

import pytest
from helpdesks.helpscout import Server
from helpdesks.helpscout_pulls import connected, pulled, the_only, thread, told_as
from helpdesks.server import Fault

from ticketlens.model import Actor, Status


@pytest.fixture
def scout() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


# -- threads


def test_the_first_reply_is_the_earliest_message_of_an_agent_to_a_customer(scout: Server) -> None:
    number = scout.desk.create()
    scout.desk.tick()
    scout.desk.reply(number, "We got it", "bot")
    scout.desk.reply(number, "Look at this, Lou", public=False)
    replied = scout.desk.tick()
    scout.desk.reply(number)
    for _ in range(4):
        scout.desk.tick()
        scout.desk.reply(number, "More")
    ticket = the_only(scout)
    assert ticket.first_reply_at == replied
    assert [(one.author, one.public) for one in ticket.messages[:4]] == [
        (Actor.CUSTOMER, True), (Actor.BOT, True), (Actor.AGENT, False), (Actor.AGENT, True)
    ]  # fmt: skip
    assert len(ticket.messages) == 8


def test_what_an_agent_writes_first_is_no_reply(scout: Server) -> None:
    number = scout.desk.create()
    threads = [thread(3, 30, "message", "user"), thread(2, 20, "customer", "customer"), thread(1, 1, "message", "user")]
    outbound = {"createdBy": {"id": 901, "type": "user"}, "threads": 3, "_embedded": {"threads": threads}}
    (ticket,) = told_as(scout, number, **outbound)
    assert f"{ticket.first_reply_at:%M}" == "30"
    assert ticket.body == "Body 2"


def test_the_second_words_of_an_agent_who_began_are_his_reply(scout: Server) -> None:
    number = scout.desk.create()
    threads = [thread(3, 30, "customer", "customer"), thread(2, 20, "message", "user"), thread(1, 1, "message", "user")]
    outbound = {"createdBy": {"id": 901, "type": "user"}, "threads": 3, "_embedded": {"threads": threads}}
    (ticket,) = told_as(scout, number, **outbound)
    assert f"{ticket.first_reply_at:%M}" == "20"


def test_threads_of_a_chat_are_asked_for_since_they_come_cut_short(scout: Server) -> None:
    number = scout.desk.create(channel="chat")
    scout.desk.tick()
    scout.desk.reply(number, "All of it")
    short = [
        {**one, "body": "All"} for one in scout.shown(scout.desk.items[number], embed=True)["_embedded"]["threads"]
    ]
    (ticket,) = told_as(scout, number, _embedded={"threads": short})
    assert (ticket.channel, [one.body for one in ticket.messages]) == ("chat", ["It says wrong password.", "All of it"])


@pytest.mark.parametrize("status", [403, 404])
def test_threads_that_may_not_be_read_leave_those_that_came_along(scout: Server, status: int) -> None:
    number = scout.desk.create()
    for word in "abcd":
        scout.desk.reply(number, word)
    scout.faults.append(Fault(status, where=lambda asked: asked.path.endswith("/threads")))
    assert len(the_only(scout).messages) == 3


def test_drafts_and_hidden_threads_are_nobodys_words(scout: Server) -> None:
    states = ("draft", "hidden", "underreview")
    threads = [thread(5 + n, 30 + n, "message", "user", state=state) for n, state in enumerate(states)]
    whole = {"threads": 1, "_embedded": {"threads": [*threads, thread(1, 1, "customer", "customer")]}}
    (ticket,) = told_as(scout, scout.desk.create(), **whole)
    assert (len(ticket.messages), ticket.first_reply_at, f"{ticket.updated_at:%H:%M}") == (1, None, "09:01")


# -- status


def test_reopening_and_solving_twice_are_known_from_the_threads(scout: Server) -> None:
    number = scout.desk.create()
    times = []
    for step in (scout.desk.solve, scout.desk.reopen, scout.desk.solve):
        times.append(scout.desk.tick())
        step(number)
    ticket = the_only(scout)
    assert (ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (times[0], times[2], 1)
    assert [event.actor for event in ticket.history] == [Actor.AGENT, Actor.CUSTOMER, Actor.AGENT]


CLOSED = {"status": "closed", "closedAt": "2026-01-05T10:00:00Z", "userUpdatedAt": "2026-01-05T11:00:00Z"}


@pytest.mark.parametrize(
    ("left", "fields", "status", "first", "solved", "reopens"),
    [
        ("active", CLOSED, Status.CLOSED, "10:00", "10:00", 0),
        ("closed", {**CLOSED, "status": "active", "closedAt": None}, Status.OPEN, "09:05", None, 1),
        ("closed", {**CLOSED, "status": "pending", "closedAt": None}, Status.WAITING_CUSTOMER, "09:05", None, 1),
        ("active", {**CLOSED, "closedAt": None}, Status.CLOSED, None, None, 0),
        ("pending", {"status": "active", "closedAt": None}, Status.OPEN, None, None, 0),
    ],
)
def test_where_the_threads_end_otherwise_the_conversation_has_the_last_word(
    scout: Server, left: str, fields: Any, status: Status, first: str | None, solved: str | None, reopens: int
) -> None:
    threads = [thread(2, 5, "message", "user", left), thread(1, 1, "customer", "customer", "active")]
    (ticket,) = told_as(scout, scout.desk.create(), threads=2, _embedded={"threads": threads}, **fields)
    times = [moment and f"{moment:%H:%M}" for moment in (ticket.first_solved_at, ticket.solved_at)]
    assert (ticket.status, *times, ticket.reopens) == (status, first, solved, reopens)


def test_spam_and_deleted_are_flagged_and_drafts_are_no_tickets(scout: Server) -> None:
    number = scout.desk.create(spam=True)
    assert the_only(scout).excluded == "spam"
    assert [one.excluded for one in told_as(scout, number, status="active", state="deleted")] == ["deleted"]
    assert told_as(scout, number, state="draft") == []


def test_merged_and_deleted_conversations_are_gone(scout: Server) -> None:
    kept, merged, deleted = (scout.desk.create() for _ in range(3))
    scout.desk.merge(merged, kept)
    scout.desk.delete(deleted)
    connector = connected(scout)
    assert [connector.read(str(number)) for number in (merged, deleted)] == [None, None]
    assert connector.read(str(kept)) == pulled(scout)[str(kept)]
