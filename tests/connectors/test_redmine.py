"""What is special about Redmine; the rest is in the suite that every connector passes."""

import dataclasses
import json
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from helpdesks.redmine import Server, signed
from helpdesks.server import Fault

from connectors.redmine import Redmine
from ticketlens.connector import BadProof, Hook, TicketRef
from ticketlens.errors import ConfigError, Denied
from ticketlens.fetch import Fetch
from ticketlens.model import Actor, Status, Ticket
from ticketlens.outside.guard import Guard


@pytest.fixture
def redmine() -> Iterator[Server]:
    with (made := Server()).serving():
        yield made


def connector(server: Server, **settings: str) -> Redmine:
    fetch = Fetch(Guard((ip_network("127.0.0.0/8"),)))
    return Redmine({**server.settings(), **settings}, fetch)


def pulled(server: Server, **settings: str) -> dict[str, Ticket]:
    return {one.id: one for page in connector(server, **settings).pull(None) for one in page.tickets}


def hook(body: bytes, headers: dict[str, str]) -> Hook:
    return Hook({name.lower(): value for name, value in headers.items()}, body)


def test_closed_issues_come_too_and_the_closing_that_stays_after_a_reopening_is_no_solve(redmine: Server) -> None:
    closed, reopened = redmine.desk.create("Closed"), redmine.desk.create("Reopened")
    for number in (closed, reopened):
        redmine.desk.tick()
        redmine.desk.solve(number)
    first = redmine.desk.now
    redmine.desk.tick()
    redmine.desk.reopen(reopened)
    tickets = pulled(redmine)
    assert tickets[str(closed)].status is Status.CLOSED
    again = tickets[str(reopened)]
    assert (again.status, again.solved_at, again.first_solved_at, again.reopens) == (Status.OPEN, None, first, 1)


def test_an_issue_that_was_made_closed_was_solved_when_it_was_made(redmine: Server) -> None:
    born = redmine.desk.now
    still, rejected, opened = (redmine.desk.create(name, status="solved") for name in ("Still", "Rejected", "Opened"))
    redmine.born_closed = {still, rejected, opened}
    redmine.desk.tick()
    redmine.desk.move(rejected, "closed")
    redmine.desk.reopen(opened)
    found = pulled(redmine)
    told = [(one.first_solved_at, one.solved_at, one.reopens) for one in map(found.get, map(str, (still, rejected)))]  # type: ignore[union-attr]
    assert told == [(born, born, 0)] * 2
    again = found[str(opened)]
    assert (again.first_solved_at, again.solved_at, again.reopens) == (born, None, 1)


def test_a_private_note_is_no_reply(redmine: Server) -> None:
    number = redmine.desk.create()
    redmine.desk.tick()
    redmine.desk.reply(number, "Among us", public=False)
    redmine.desk.tick()
    redmine.desk.reply(number, "Anybody?", "customer")
    assert pulled(redmine)[str(number)].first_reply_at is None
    redmine.desk.tick()
    redmine.desk.reply(number, "Here we are")
    ticket = pulled(redmine)[str(number)]
    assert ticket.first_reply_at == redmine.desk.now
    assert [(one.author, one.public) for one in ticket.messages[1:]] == [
        (Actor.AGENT, False), (Actor.CUSTOMER, True), (Actor.AGENT, True)
    ]  # fmt: skip


def test_a_wrong_key_is_said_though_anybody_may_read_there(redmine: Server) -> None:
    redmine.public = {redmine.desk.create("For all")}
    redmine.desk.create("For few")
    with pytest.raises(Denied, match="401"):
        pulled(redmine, api_key="wrong")


def test_an_issue_out_of_sight_is_gone_only_while_the_key_is_good(redmine: Server) -> None:
    number = redmine.desk.create()
    assert connector(redmine).read(str(number)) is not None
    redmine.hidden.add(number)
    assert connector(redmine).read(str(number)) is None
    assert connector(redmine).read("99999") is None
    with pytest.raises(Denied):
        connector(redmine, api_key="wrong").read("99999")
    redmine.faults = [Fault(403, times=9)]  # the REST web service was switched off
    with pytest.raises(Denied):
        connector(redmine).read(str(number))


def test_a_project_that_is_not_there_is_named(redmine: Server) -> None:
    redmine.desk.create()
    assert len(pulled(redmine, project="shop")) == 1
    with pytest.raises(ConfigError, match=r"^project: there is no 'cellar'"):
        pulled(redmine, project="cellar")


def test_a_page_that_redmine_cuts_in_silence_is_followed_by_the_rest(redmine: Server) -> None:
    """It answers three where a hundred were asked for, all changed in one second, and says so in `limit`.

    That second is gone through once more, for what may have moved up meanwhile.
    """
    numbers = [redmine.desk.create(f"Burst {number}") for number in range(8)]
    assert pulled(redmine).keys() == set(map(str, numbers))
    assert [asked.partition("offset=")[2].partition("&")[0] for asked in redmine.asked if "/issues.json" in asked] == [
        "0", "0", "3", "6", "0", "3", "6"
    ]  # fmt: skip


def test_the_first_total_is_told_while_windows_move(redmine: Server) -> None:
    for number in range(8):
        redmine.desk.create(f"Problem {number}")
        redmine.desk.tick()
    assert {page.total for page in connector(redmine).pull(None)} == {8}


def test_the_next_pull_starts_before_the_last_change_and_never_at_now(redmine: Server) -> None:
    redmine.desk.create()
    changed = redmine.desk.now
    redmine.desk.tick(3_600)
    *_, last = connector(redmine).pull(None)
    assert last.cursor == connector(redmine).starting_at(changed)
    assert json.loads(str(last.cursor))["since"] < changed.isoformat()
    assert [page.cursor for page in connector(redmine).pull(last.cursor)][-1] == last.cursor


def test_statuses_that_are_entered_as_solved_count_as_such(redmine: Server) -> None:
    number = redmine.desk.create()
    redmine.desk.tick()
    redmine.desk.move(number, "pending")
    assert pulled(redmine)[str(number)].status is Status.WAITING_CUSTOMER
    ticket = pulled(redmine, solved="Verified, feedback")[str(number)]
    assert (ticket.status, ticket.solved_at) == (Status.CLOSED, redmine.desk.now)


def test_names_numbers_and_fields_of_an_issue_are_kept(redmine: Server) -> None:
    number = redmine.desk.create("Cannot log in", requester=502, assignee=901)
    ticket = pulled(redmine)[str(number)]
    assert (ticket.requester, ticket.assignee, ticket.group, ticket.priority) == ("502", "Kim Agent", "Shop", "normal")
    assert dict(ticket.custom) == {"Plan": "pro", "status": "New", "tracker": "Support"}
    assert ticket.url == f"{redmine.url}/issues/{number}"


# -- webhooks


def proves(body: bytes, signature: str, secret: str) -> bool:
    settings = {"url": "https://redmine.example.com", "api_key": "k", "webhook_secret": secret}
    try:
        Redmine(settings, Fetch()).prove(Hook({"x-redmine-signature-256": signature}, body))
    except BadProof:
        return False
    return True


@pytest.mark.parametrize(
    ("secret", "body", "mac"),
    [
        (
            "It's a Secret to Everybody",
            b"Hello, World!",
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        ),
        (
            "s3cret",
            '{"id":1,"note":"café"}'.encode(),
            "5072b7f748e6dccaea0299e6b4e36030709cb3f0adbd9ccb4216392d037e9f35",
        ),
    ],
)
def test_the_signature_is_as_redmine_makes_it(secret: str, body: bytes, mac: str) -> None:
    assert proves(body, f"sha256={mac}", secret)
    assert not proves(body, mac, secret)
    assert not proves(body, f"sha256={mac[:-1]}0", secret)
    assert not proves(body + b" ", f"sha256={mac}", secret)


def test_a_deleted_issue_is_gone_and_other_things_are_none_of_ours(redmine: Server) -> None:
    number = redmine.desk.create()
    body, headers = redmine.delivery(number, "s", "")
    event = json.loads(body)
    made = connector(redmine)
    assert list(made.receive(hook(body, headers))) == [TicketRef(str(number))]
    gone = hook(*signed({**event, "type": "issue.deleted"}, "s"))
    assert list(made.receive(gone)) == [TicketRef(str(number), gone=True)]
    page = {"type": "wiki_page.updated", "timestamp": event["timestamp"], "data": {"wiki_page": {"title": "Home"}}}
    assert list(made.receive(hook(*signed(page, "s")))) == []


def test_two_deliveries_have_two_names_and_the_same_one_has_one(redmine: Server) -> None:
    number = redmine.desk.create()
    one = hook(*redmine.delivery(number, "s", ""))
    redmine.desk.tick()
    made = connector(redmine)
    assert made.delivery(one) == made.delivery(dataclasses.replace(one, headers={}))
    assert made.delivery(one) != made.delivery(hook(*redmine.delivery(number, "s", "")))
