"""What is special about Zendesk: its cursor, its own updates, whole minutes, deletions, merges, its signature."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from helpdesks.server import answer
from helpdesks.zendesk import Server
from helpdesks.zendesk_pulls import connect, pulled

from connectors.zendesk import TEST_SECRET
from ticketlens.connector import BadProof, Hook, Reply, TicketRef
from ticketlens.errors import BadPayload, Unavailable
from ticketlens.outside.proof import base64_mac

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BODY = '{"id":1,"note":"café"}'.encode()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def test_a_cursor_that_zendesk_keeps_no_more_is_taken_up_where_it_stood(server: Server) -> None:
    connector, desk = connect(server), server.desk
    for number in range(5):
        desk.create(f"Problem {number}")
        desk.tick()
    desk.tick(3_600)
    _, cursor = pulled(connector)
    server.era = 2
    new = desk.create("Later")
    desk.tick(3_600)
    found, after = pulled(connector, cursor)
    assert str(new) in found
    assert "Problem 0" not in {one.subject for one in found.values()}, "it began again from the start"
    assert json.loads(str(after))["after"] != json.loads(str(cursor))["after"]


def test_the_newest_minute_comes_with_the_next_pull(server: Server) -> None:
    connector, desk = connect(server), server.desk
    desk.create("Old")
    desk.tick(120)
    desk.create("Just now")
    found, cursor = pulled(connector)
    assert [one.subject for one in found.values()] == ["Old"]
    desk.tick(120)
    assert [one.subject for one in pulled(connector, cursor)[0].values()] == ["Just now"]


def test_the_first_reading_takes_no_request_a_ticket_unless_it_is_asked_for(server: Server) -> None:
    number = server.desk.create("Problem")
    server.desk.tick(150)
    server.desk.reply(number)
    server.desk.tick(90)
    server.desk.solve(number)
    server.desk.tick(3_600)
    plain, cursor = pulled(connect(server, conversations=""))
    assert not any("audits" in asked for asked in server.asked)
    ticket = plain[str(number)]
    assert ticket.messages == ()
    assert ticket.first_reply_at == ticket.created_at + timedelta(minutes=2), "whole minutes, rounded down"
    full, _ = pulled(connect(server, conversations="yes"))
    assert full[str(number)].first_reply_at == ticket.created_at + timedelta(seconds=150)
    assert len(full[str(number)].messages) == 2
    server.desk.reply(number, "Thanks", "customer")
    server.desk.tick(3_600)
    later, _ = pulled(connect(server, conversations=""), cursor)
    assert len(later[str(number)].messages) == 3


def test_an_update_of_zendesks_own_makes_a_newer_version(server: Server) -> None:
    number = server.desk.create("Problem")
    item = server.desk.items[number]
    shown = server.shown(item)
    moved = int((item.updated_at + timedelta(hours=2)).timestamp())
    server.shown = lambda one: {**shown, "generated_timestamp": moved}  # type: ignore[method-assign]
    server.desk.tick(3_600)
    found, _ = pulled(connect(server))
    assert found[str(number)].updated_at == datetime.fromtimestamp(moved, UTC)


def test_deleted_and_merged_tickets_are_flagged(server: Server) -> None:
    desk = server.desk
    kept, gone, merged = (desk.create(f"Problem {number}") for number in range(3))
    desk.tick()
    desk.delete(gone)
    desk.merge(merged, kept)
    desk.tick(3_600)
    found, _ = pulled(connect(server))
    assert {int(id_): one.excluded for id_, one in found.items()} == {kept: None, gone: "deleted", merged: "merged"}
    assert found[str(gone)].subject == "Problem 1"
    assert connect(server).read(str(gone)) is None


def test_names_stand_in_place_of_ids_where_zendesk_tells_them(server: Server) -> None:
    number = server.desk.create("Problem", group=21, organization=31, assignee=901, channel="native_messaging",
                                priority="urgent", tags=("vip",), requester=502)  # fmt: skip
    server.desk.rate(number, good=False, comment="Slow")
    server.desk.tick(3_600)
    ticket = pulled(connect(server))[0][str(number)]
    assert (ticket.group, ticket.organization, ticket.assignee) == ("Tier 1", "Acme", "Kim Agent")
    assert (ticket.requester, ticket.channel, ticket.priority) == ("502", "chat", "urgent")
    assert (ticket.tags, ticket.language) == (("vip",), "en-us")
    assert ticket.satisfaction is not None
    assert (ticket.satisfaction.score, ticket.satisfaction.scale, ticket.satisfaction.comment) == (1, 2, "Slow")
    server.beside = lambda *items: {}  # type: ignore[method-assign]
    bare = pulled(connect(server))[0][str(number)]
    assert (bare.group, bare.organization, bare.assignee) == ("21", "31", "901")


@pytest.mark.parametrize("told", [{}, {"tickets": [], "end_of_stream": False, "after_cursor": None}, {"tickets": []}])
def test_an_export_that_never_says_where_it_ends_is_given_up(server: Server, told: dict[str, Any]) -> None:
    server.export = lambda: answer(told)  # type: ignore[method-assign]
    server.app.view_functions["export"] = server.export
    with pytest.raises(Unavailable, match="something else than Zendesk"):
        pulled(connect(server))


def hook(body: bytes = BODY, stamp: str = "2026-01-02T03:04:05Z", **headers: str) -> Hook:
    told = {"x-zendesk-webhook-signature-timestamp": stamp, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Hook(told, body, at=AT)


def test_the_signature_is_that_of_the_formula(server: Server) -> None:
    good = hook(x_zendesk_webhook_signature="ziEO60cq4i5zhePlEyAiBxZDgMFZkUvoZLopYnDwqlw=")
    connector = connect(server)
    assert connector.prove(good) is None
    swapped = base64_mac("s3cret", BODY + b"2026-01-02T03:04:05Z", "sha256")
    for bad in (hook(x_zendesk_webhook_signature=swapped), dataclasses.replace(good, at=AT + timedelta(minutes=6))):
        with pytest.raises(BadProof):
            connector.prove(bad)


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-01-02T03:04:05", "1767323045"])
def test_a_time_that_is_none_proves_nothing(server: Server, stamp: str) -> None:
    mac = base64_mac("s3cret", stamp.encode() + BODY, "sha256")
    with pytest.raises(BadProof):
        connect(server).prove(hook(stamp=stamp, x_zendesk_webhook_signature=mac))


def test_a_test_send_is_answered_and_counts_for_nothing_more(server: Server) -> None:
    stamp = "2026-01-02T03:04:05Z"
    mac = base64_mac(TEST_SECRET, stamp.encode() + BODY, "sha256")
    assert connect(server).prove(hook(stamp=stamp, x_zendesk_webhook_signature=mac)) == Reply()


@pytest.mark.parametrize(
    ("event", "ref"),
    [
        ({"type": "zen:event-type:ticket.status_changed", "detail": {"id": "12"}}, TicketRef("12")),
        ({"type": "zen:event-type:ticket.created", "detail": {"id": 12}}, TicketRef("12")),
        ({"type": "zen:event-type:ticket.created", "subject": "zen:ticket:12"}, TicketRef("12")),
        ({"type": "zen:event-type:ticket.soft_deleted", "detail": {"id": "12"}}, TicketRef("12", gone=True)),
    ],
)
def test_an_event_names_its_ticket(server: Server, event: dict[str, Any], ref: TicketRef) -> None:
    assert list(connect(server).receive(hook(json.dumps(event).encode()))) == [ref]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff", b'{"detail": 3}'])
def test_an_event_that_names_none_is_refused_with_its_reason(server: Server, body: bytes) -> None:
    with pytest.raises(BadPayload):
        list(connect(server).receive(hook(body)))
