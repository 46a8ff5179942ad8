"""What a ticket's audits tell, whoever opened it, and what audits cost that cannot be read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from helpdesks.server import Fault
from helpdesks.zendesk import Server
from helpdesks.zendesk_pulls import connect, pulled

from ticketlens.model import Actor, Ticket


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def the_only(server: Server) -> Ticket:
    server.desk.tick(3_600)
    (ticket,) = pulled(connect(server))[0].values()
    return ticket


def later(server: Server, number: int, author: str, *, public: bool = True) -> datetime:
    at = server.desk.tick()
    server.desk.reply(number, f"Words of the {author}", author, public=public)
    return at


def edited(server: Server, edit: Any, times: int = 1) -> None:
    server.faults.append(Fault(where=server.is_part, edit=edit, times=times))


# -- the first reply


def test_what_an_agent_opens_a_ticket_with_is_no_reply(server: Server) -> None:
    number = server.desk.create("Your order is late", "We are sorry.", by="agent")
    assert the_only(server).first_reply_at is None
    later(server, number, "customer")
    later(server, number, "agent", public=False)
    replied = later(server, number, "agent")
    ticket = the_only(server)
    assert ticket.first_reply_at == replied
    assert (ticket.messages[0].author, ticket.messages[0].at) == (Actor.AGENT, ticket.created_at)


def test_on_behalf_of_a_customer_the_second_words_of_an_agent_are_the_reply(server: Server) -> None:
    number = server.desk.create("A call", "She says that it is broken.", by="agent", channel="phone")
    replied = later(server, number, "agent")
    later(server, number, "customer")
    later(server, number, "agent")
    assert the_only(server).first_reply_at == replied


def test_an_agent_who_writes_first_to_a_customers_ticket_replies(server: Server) -> None:
    """As in messaging, where what the customer says is no comment."""
    number = server.desk.create()
    replied = later(server, number, "agent")
    chat = {"id": 1, "type": "ChatStartedEvent", "value": {}}
    edited(server, lambda told: {**told, "audits": [{**told["audits"][0], "events": [chat]}, *told["audits"][1:]]})
    assert the_only(server).first_reply_at == replied


# -- who wrote


def written_by(server: Server, user: int, **beside: Any) -> Ticket:
    """A ticket with a public and a private comment of that user, of whom the list of tickets tells nothing."""
    number = server.desk.create()
    for public in (True, False):
        later(server, number, "agent", public=public)
    server.desk.change(number, assignee=None)
    server._metrics = lambda item: {}  # type: ignore[method-assign]

    def edit(told: Any) -> Any:
        for audit in told["audits"][1:]:
            audit["author_id"] = audit["events"][0]["author_id"] = user
        return {**told, **beside}

    edited(server, edit)
    return the_only(server)


@pytest.mark.parametrize(
    ("role", "author", "is_reply"),
    [("end-user", Actor.CUSTOMER, False), ("agent", Actor.AGENT, True), ("admin", Actor.AGENT, True)],
)
def test_the_role_of_a_writer_is_what_zendesk_tells_with_the_audits(
    server: Server, role: str, author: Actor, is_reply: bool
) -> None:
    ticket = written_by(server, 777, users=[{"id": 777, "role": role, "name": "Jo"}])
    assert [one.author for one in ticket.messages] == [Actor.CUSTOMER, author, author]
    assert ticket.first_reply_at == (ticket.messages[1].at if is_reply else None)


@pytest.mark.parametrize("users", [None, [], [None, {"id": None}, {"id": 777, "role": None}]])
def test_words_of_somebody_unknown_are_neither_a_reply_nor_the_customers(server: Server, users: Any) -> None:
    ticket = written_by(server, 777, users=users)
    assert [one.author for one in ticket.messages] == [Actor.CUSTOMER, Actor.SYSTEM, Actor.AGENT]
    assert ticket.first_reply_at is None
    assert ticket.messages[2].public is False, "private notes are of agents alone"


def test_the_users_of_the_audits_are_asked_for(server: Server) -> None:
    number = server.desk.create()
    replied = later(server, number, "agent")
    server.desk.change(number, assignee=None)
    assert the_only(server).first_reply_at == replied
    assert any("/audits.json" in asked and "include=users" in asked for asked in server.asked)


# -- audits that cannot be read


def spoilt(**fields: object) -> Any:
    return lambda told: {**told, "audits": [*told["audits"][:-1], {**told["audits"][-1], **fields}]}


@pytest.mark.parametrize(
    "edit",
    [
        lambda told: {**told, "audits": "x"},
        lambda told: {**told, "audits": [7]},
        lambda told: {},
        lambda told: [],
        lambda told: "x",
        lambda told: None,
        lambda told: {**told, "meta": 7},
        lambda told: {**told, "users": "x"},
        spoilt(created_at=None),
        spoilt(created_at="soon"),
        spoilt(events="x"),
        spoilt(events=[None, 7]),
    ],
)
def test_audits_that_cannot_be_read_cost_no_more_than_those_of_their_ticket(server: Server, edit: Any) -> None:
    for number in range(3):
        later(server, server.desk.create(f"Problem {number}"), "agent")
    server.desk.tick(3_600)
    edited(server, edit)
    connector = connect(server)
    found = pulled(connector)[0]
    assert sorted(one.subject for one in found.values()) == ["Problem 0", "Problem 1", "Problem 2"]
    assert sorted(len(one.messages) for one in found.values()) == [0, 2, 2]
    assert all(one.first_reply_at is not None for one in found.values()), "the metrics still tell it"
    assert [note for note in connector.notes if "audits" in note]


def test_an_audit_without_events_tells_nothing_and_costs_nothing(server: Server) -> None:
    later(server, server.desk.create(), "agent")
    edited(server, spoilt(events=None))
    assert len(the_only(server).messages) == 1
