"""What is special about Zammad; the rest is in the suite that every connector passes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from helpdesks import specification
from helpdesks.server import Fault, Helpdesk, answer
from helpdesks.zammad import Server

from connectors.zammad import Zammad
from ticketlens.connector import BadProof, Hook, TicketRef
from ticketlens.errors import BadPayload, Denied
from ticketlens.fetch import Fetch, Refused
from ticketlens.model import Actor, Channel, Status, Ticket
from ticketlens.outside.guard import Guard


@pytest.fixture
def zammad() -> Iterator[Server]:
    with (made := Server()).serving():
        yield made


def connector(server: Helpdesk, **settings: str) -> Zammad:
    return Zammad({**server.settings(), **settings}, Fetch(Guard((ip_network("127.0.0.0/8"),))))


def pulled(server: Helpdesk, cursor: str | None = None) -> dict[str, Ticket]:
    return {one.id: one for page in connector(server).pull(cursor) for one in page.tickets}


@pytest.mark.parametrize("shape", ["list", "assets", "records"])
def test_each_form_of_an_answer_is_read(zammad: Server, shape: str) -> None:
    zammad.shape = shape
    numbers = [zammad.desk.create(f"Problem {number}", group=22, organization=31) for number in range(5)]
    zammad.desk.tick()
    zammad.desk.solve(numbers[0])
    tickets = pulled(zammad)
    assert tickets.keys() == set(map(str, numbers))
    first = tickets[str(numbers[0])]
    assert (first.status, first.solved_at, first.requester) == (Status.CLOSED, zammad.desk.now, "501")
    assert (first.group, first.organization, first.priority) == ("Tier 2", "Acme", "normal")


def test_a_search_that_is_refused_is_replaced_by_the_list_of_all(zammad: Server) -> None:
    numbers = [zammad.desk.create(f"Problem {number}") for number in range(7)]
    zammad.desk.tick(3_600)
    zammad.desk.solve(numbers[1])
    zammad.without_search = True
    pages = list(connector(zammad).pull(None))
    assert {ticket.id for page in pages for ticket in page.tickets} == set(map(str, numbers))
    assert [page.cursor for page in pages[:-1]] == [None] * (len(pages) - 1)  # only the whole list moves the cursor
    assert pulled(zammad, pages[-1].cursor).keys() == {str(numbers[1])}
    parts = [asked for asked in zammad.asked if "ticket_history" in asked]
    assert len(parts) == len(numbers) + 1  # what did not change is not asked for again


def test_a_wrong_answer_of_the_list_is_never_swallowed(zammad: Server) -> None:
    zammad.desk.create()
    for status in (400, 418, 422):
        zammad.faults = [Fault(status, times=9, where=zammad.is_ticket_list)]
        with pytest.raises(Refused, match=str(status)):
            pulled(zammad)


def test_the_first_closing_that_stays_is_no_solve_of_a_ticket_that_is_open_again(zammad: Server) -> None:
    number = zammad.desk.create()
    first = zammad.desk.tick()
    zammad.desk.solve(number)
    zammad.desk.tick()
    zammad.desk.reopen(number)
    ticket = pulled(zammad)[str(number)]
    assert (ticket.status, ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (Status.OPEN, first, None, 1)
    again = zammad.desk.tick()
    zammad.desk.solve(number)
    ticket = pulled(zammad)[str(number)]
    assert (ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (first, again, 1)


def test_a_ticket_whose_history_is_not_ours_to_see_is_kept_with_what_it_says_itself(zammad: Server) -> None:
    number = zammad.desk.create("Cannot log in", "Since today")
    zammad.desk.tick()
    zammad.desk.solve(number)
    solved = zammad.desk.now
    zammad.faults = [Fault(403, times=99, where=lambda asked: "ticket_history" in asked.path)]
    ticket = pulled(zammad)[str(number)]
    assert (ticket.body, ticket.solved_at, ticket.history) == ("Since today", solved, ())
    zammad.desk.tick()
    zammad.desk.reopen(number)
    again = zammad.desk.tick()
    zammad.desk.solve(number)
    zammad.shape = "records"  # newer versions tell the last closing too
    ticket = pulled(zammad)[str(number)]
    assert (ticket.first_solved_at, ticket.solved_at) == (solved, again)


def test_a_state_counts_by_its_type_whatever_it_is_called(zammad: Server) -> None:
    """State 4 is closed and of type 5, state 7 is of type 4, and state 8 was added by the people there."""
    pending, filed = zammad.desk.create("Pending"), zammad.desk.create("Filed")
    zammad.desk.tick()
    zammad.desk.move(pending, "pending")
    zammad.desk.move(filed, "closed")
    tickets = pulled(zammad)
    assert tickets[str(pending)].status is Status.WAITING_CUSTOMER
    assert (tickets[str(filed)].status, tickets[str(filed)].solved_at) == (Status.CLOSED, zammad.desk.now)
    assert tickets[str(filed)].custom["state"] == "Abgelegt"


def test_merged_and_removed_tickets_stay_out(zammad: Server) -> None:
    into, merged, removed = (zammad.desk.create(name) for name in ("Into", "Merged", "Removed"))
    zammad.desk.tick()
    zammad.desk.merge(merged, into)
    zammad.desk.delete(removed)
    tickets = pulled(zammad)
    assert tickets[str(merged)].merged_into == str(into)
    assert [tickets[str(one)].excluded for one in (into, merged, removed)] == [None, "merged", "deleted"]


def test_what_zammad_writes_by_itself_and_notes_are_no_reply(zammad: Server) -> None:
    number = zammad.desk.create()
    zammad.desk.tick()
    zammad.desk.reply(number, "We got your mail", "bot")
    zammad.desk.reply(number, "Among us", public=False)
    ticket = pulled(zammad)[str(number)]
    assert ticket.first_reply_at is None
    assert [(one.author, one.public) for one in ticket.messages] == [
        (Actor.CUSTOMER, True), (Actor.BOT, True), (Actor.AGENT, False)
    ]  # fmt: skip


def test_what_an_agent_opens_a_ticket_with_is_no_reply(zammad: Server) -> None:
    number = zammad.desk.create("Your order is late", by="agent")
    assert pulled(zammad)[str(number)].first_reply_at is None
    zammad.desk.tick()
    zammad.desk.reply(number, "Thanks", "customer")
    replied = zammad.desk.tick()
    zammad.desk.reply(number)
    assert pulled(zammad)[str(number)].first_reply_at == replied
    zammad.faults.append(Fault(403, times=9, where=zammad.is_part))
    assert pulled(zammad)[str(number)].first_reply_at is None


def test_names_are_kept_but_no_address(zammad: Server) -> None:
    number = zammad.desk.create(requester=502, assignee=901, group=22, organization=31, tags=("vip", "login"))
    ticket = pulled(zammad)[str(number)]
    assert (ticket.requester, ticket.assignee, ticket.group) == ("502", "Kim Agent", "Tier 2")
    assert (ticket.organization, ticket.priority, ticket.channel) == ("Acme", "normal", Channel.EMAIL)
    assert ticket.tags == ("vip", "login")
    assert "@" not in repr(replace(ticket, messages=(), body=""))
    assert ticket.url == f"{zammad.url}/#ticket/zoom/{number}"


def test_a_ticket_of_another_group_is_gone_only_while_the_token_is_good(zammad: Server) -> None:
    number = zammad.desk.create()
    assert connector(zammad).read(str(number)) is not None
    zammad.hidden.add(number)
    assert connector(zammad).read(str(number)) is None
    assert connector(zammad).read("9999") is None
    with pytest.raises(Denied):
        connector(zammad, token="wrong").read(str(number))
    zammad.faults = [Fault(403, b'{"error": "API token access disabled!"}', times=9)]
    with pytest.raises(Denied):
        connector(zammad).read(str(number))


def test_the_next_pull_starts_before_the_last_change_and_never_at_now(zammad: Server) -> None:
    zammad.desk.create()
    changed = zammad.desk.now
    zammad.desk.tick(3_600)
    *_, last = connector(zammad).pull(None)
    assert last.cursor == connector(zammad).starting_at(changed)
    assert json.loads(str(last.cursor))["since"] < changed.isoformat()


# -- webhooks


def test_the_signature_is_as_zammad_makes_it() -> None:
    settings = {"url": "https://zammad.example.com", "token": "t", "webhook_secret": "s3cret"}
    body, mac = '{"id":1,"note":"café"}'.encode(), "82373ef35c76b2e7947b7f86fe6442b4fc88ff6a"
    made = Zammad(settings, Fetch())
    assert made.prove(Hook({"x-hub-signature": f"sha1={mac}"}, body)) is None
    for given, sent in ((mac, body), (f"sha1={mac[:-1]}b", body), (f"sha1={mac}", body + b" "), ("", body)):
        with pytest.raises(BadProof):
            made.prove(Hook({"x-hub-signature": given}, sent))


def test_a_delivery_names_its_ticket_and_one_without_is_set_aside(zammad: Server) -> None:
    number = zammad.desk.create()
    body, headers = zammad.delivery(number, "s", "")
    made = connector(zammad)
    hook = Hook({name.lower(): value for name, value in headers.items()}, body)
    assert (list(made.receive(hook)), made.delivery(hook)) == ([TicketRef(str(number))], f"job-{number}")
    with pytest.raises(BadPayload, match="ticket"):
        list(made.receive(Hook({}, b'{"text": "a payload of their own"}')))


# -- the vendor's own samples


class Samples(Helpdesk):
    """Answers with the samples of Zammad's documentation, each at its own address."""

    kind = "zammad-samples"

    def routes(self, app: Flask) -> None:
        app.route("/api/v1/<path:path>", methods=["GET", "POST"])(self.told)

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "token": self.secret}

    def told(self, path: str) -> Response:
        if path == "tickets/search":
            return answer({"error": "no sample of it"}, 422)
        if path == "tickets" and request.args["page"] != "1":
            return answer([])
        named = {
            "tickets": "ticket.01.list", "ticket_states": "ticket.states.01.list", "tickets/3": "ticket.02.show",
            "tags": "ticket.tags.01.list",
        }  # fmt: skip
        if path.startswith("ticket_articles/"):
            return answer(sample("ticket.articles.01.list-articles-by-ticket"))
        if path not in named:
            return answer({"error": "not found"}, 404)
        return answer(sample(named[path]))


def sample(name: str) -> Any:
    file = Path(specification.FOLDER) / "zammad" / f"{name}.response200.json"
    return json.loads(file.read_text(encoding="utf-8"))["body"]


@pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")
def test_the_samples_of_the_documentation_are_read() -> None:
    with Samples().serving() as samples:
        tickets = pulled(samples)
        shown = connector(samples).read("3")
    assert {id_: (one.subject, one.status) for id_, one in tickets.items()} == {
        "1": ("Welcome to Zammad!", Status.NEW),
        "2": ("Order 777555", Status.CLOSED),
    }
    assert shown is not None
    assert (shown.subject, shown.status, shown.requester, shown.assignee) == ("Order 787556", Status.CLOSED, "7", "3")
    assert shown.tags == ("americano", "complaint")
    assert (shown.channel, shown.body.startswith("Hi,<br>")) == (Channel.EMAIL, True)
    assert [(one.author, one.public) for one in shown.messages] == [(Actor.CUSTOMER, True), (Actor.AGENT, True)]
    assert shown.first_reply_at == shown.messages[1].at


@pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")
def test_the_loopback_says_no_more_than_the_samples_do(zammad: Server) -> None:
    number = zammad.desk.create()
    asked = [("tickets", "ticket.01.list"), ("ticket_states", "ticket.states.01.list"),
             (f"ticket_articles/by_ticket/{number}", "ticket.articles.01.list-articles-by-ticket")]  # fmt: skip
    site = connector(zammad).site
    for path, name in asked:
        (first, *_), (known, *_) = site.get(path).payload.value, sample(name)  # type: ignore[misc]
        assert first.keys() - known.keys() == set(), path
