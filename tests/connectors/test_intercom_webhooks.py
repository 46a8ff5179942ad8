"""Intercom's notifications: their proof, and what they are about."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from helpdesks.intercom import Server
from helpdesks.intercom_pulls import SECRET, connector

from ticketlens.connector import BadProof, Hook, TicketRef
from ticketlens.errors import BadPayload


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def hook(body: bytes, headers: dict[str, str]) -> Hook:
    return Hook({name.lower(): value for name, value in headers.items()}, body)


def test_the_signature_is_sha1_of_the_raw_body(server: Server) -> None:
    body = '{"id":1,"note":"café"}'.encode()
    good = hook(body, {"X-Hub-Signature": "sha1=82373ef35c76b2e7947b7f86fe6442b4fc88ff6a"})
    assert connector(server).prove(good) is None
    with pytest.raises(BadProof):
        connector(server).prove(replace(good, body=json.dumps(json.loads(body)).encode()))


def test_a_ping_is_answered_only_when_it_is_signed_and_is_about_nothing(server: Server) -> None:
    ping = hook(*server.signed("ping", {"type": "ping", "message": "something something"}, SECRET))
    receiver = connector(server)
    assert receiver.prove(ping) is not None
    assert list(receiver.receive(ping)) == []
    with pytest.raises(BadProof):
        receiver.prove(hook(*server.signed("ping", {"type": "ping"}, "another secret")))


@pytest.mark.parametrize(
    ("topic", "item", "expected"),
    [
        ("conversation.user.replied", {"type": "conversation", "id": "12", "ticket": {"id": "9"}}, TicketRef("12")),
        ("conversation.admin.closed", {"type": "conversation", "id": 12}, TicketRef("12")),
        ("conversation.deleted", {"type": "conversation", "id": "12"}, TicketRef("12", gone=True)),
        ("conversation.deleted", {"id": 12}, TicketRef("12", gone=True)),
        ("conversation.deleted", {"conversation_id": "12"}, TicketRef("12", gone=True)),
        ("conversation_part.tag.created", {"type": "conversation_part", "id": "3", "conversation": {"id": "12"}},
         TicketRef("12")),
        ("ticket.state.updated", {"type": "ticket", "id": "12"}, TicketRef("ticket-12")),
        ("ticket.admin.replied", {"type": "ticket_reply", "ticket": {"id": "12"}}, TicketRef("ticket-12")),
        ("ticket.deleted", {"id": "12"}, TicketRef("ticket-12", gone=True)),
        ("contact.user.created", {"type": "contact", "id": "abc"}, None),
    ],
)  # fmt: skip
def test_a_notification_names_what_it_is_about(
    server: Server, topic: str, item: dict[str, Any], expected: TicketRef | None
) -> None:
    told = hook(*server.signed(topic, item, SECRET))
    assert connector(server).prove(told) is None
    assert list(connector(server).receive(told)) == ([] if expected is None else [expected])


def test_a_notification_about_nothing_that_can_be_found_is_set_aside(server: Server) -> None:
    for topic, item in (
        ("conversation_part.redacted", {"type": "conversation_part", "id": "3"}),
        ("ticket.created", {}),
    ):
        with pytest.raises(BadPayload):
            list(connector(server).receive(hook(*server.signed(topic, item, SECRET))))


def test_a_notification_that_is_sent_again_has_the_same_name(server: Server) -> None:
    body, _ = server.signed("ping", {}, SECRET)
    again = json.dumps({**json.loads(body), "delivery_attempts": 2}).encode()
    receiver = connector(server)
    assert receiver.delivery(hook(body, {})) == receiver.delivery(hook(again, {})) == "notif_4e3504a3"
    assert receiver.delivery(hook(b"no json", {})) != receiver.delivery(hook(b"other", {})) != ""


def test_a_very_large_notification_is_named_by_its_bytes_and_read_later(server: Server) -> None:
    event = {"id": "notif_1", "topic": "ticket.closed", "data": {"item": {"type": "ticket", "id": "12"}}}
    body = json.dumps({**event, "more": ["ping"] * 100_000}).encode()
    receiver = connector(server)
    assert receiver.delivery(hook(body, {})) == hashlib.sha256(body).hexdigest()
    assert list(receiver.receive(hook(body, {}))) == [TicketRef("ticket-12")]
