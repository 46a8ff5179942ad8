"""What is special about Freshdesk's lists, words, limits and webhooks: its defaults, its caps, its numbers."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from helpdesks.freshdesk import Server
from helpdesks.freshdesk_account import Account
from helpdesks.server import Fault

from ticketlens.connector import BadProof, Hook
from ticketlens.errors import BadPayload, Unavailable
from ticketlens.fetch import Refused


@pytest.fixture
def account() -> Iterator[Account]:
    server = Server()
    with server.serving():
        yield Account(server)


# -- the list


def test_tickets_of_years_ago_are_read_too(account: Account) -> None:
    number = account.server.desk.create()
    account.server.desk.tick(400 * 86_400)
    assert list(account.pull()) == [str(number)]


def test_the_cap_on_pages_is_never_reached_by_tickets_of_different_times(account: Account) -> None:
    account.server.page, account.server.most_pages = 2, 2
    for number in range(11):
        account.server.desk.create(f"Ticket {number}")
        account.server.desk.tick(1)
    assert len(account.pull()) == 11


def test_more_tickets_of_one_second_than_can_be_listed_are_an_error_that_says_so(account: Account) -> None:
    account.server.page = 1
    for number in range(301):
        account.server.desk.create(f"Import {number}")
    with pytest.raises(Unavailable, match="pull --since"):
        account.pages()


def test_a_full_page_without_a_link_has_another_after_it(account: Account) -> None:
    account.server.page = 100
    account.server.app.after_request(lambda response: response.headers.remove("Link") or response)
    for number in range(103):
        account.server.desk.create(f"Import {number}")
    account.conversations = ""
    assert len(account.pull()) == 103


def test_spam_and_deleted_tickets_are_read_and_marked(account: Account) -> None:
    desk = account.server.desk
    kept, junk, gone = desk.create(), desk.create(), desk.create()
    desk.tick()
    desk.change(junk, spam=True)
    desk.delete(gone)
    found = account.pull()
    assert {id_: ticket.excluded for id_, ticket in found.items()} == {
        str(kept): None, str(junk): "spam", str(gone): "deleted",
    }  # fmt: skip


def test_a_ticket_that_is_restored_comes_back(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    desk.tick()
    desk.delete(number)
    cursor = account.cursor()
    desk.tick(600)
    desk.change(number, deleted=False)
    assert account.pull(cursor)[str(number)].excluded is None


def test_a_pull_without_anything_new_leaves_the_cursor_where_it_was(account: Account) -> None:
    number = account.server.desk.create()
    account.server.desk.rate(number, good=True)
    first = account.cursor()
    account.server.desk.tick(86_400)
    account.server.lose(number)
    assert account.pages(account.pages(first)[-1].cursor)[-1].cursor == first


def test_the_person_behind_a_ticket_is_a_number_and_never_asked_for(account: Account) -> None:
    number = account.server.desk.create(requester=502)
    assert account.one(number).requester == "502"
    assert all("requester" not in asked for asked in account.server.asked)


def test_an_account_that_refuses_companies_is_read_without_their_names(account: Account) -> None:
    number = account.server.desk.create(organization=31)
    assert account.one(number).organization == "Acme"
    account.server.has_companies = False
    for page in range(5):
        account.server.desk.tick()
        account.server.desk.create(f"Ticket {page}")
    assert account.one(number).organization == "31"
    assert len(account.asked("company")) == 1
    ticket = account.connector().read(str(number))
    assert ticket is not None
    assert ticket.organization == "31"


def test_any_other_refusal_of_the_list_is_told(account: Account) -> None:
    account.server.faults.append(Fault(400, b'{"errors": [{"field": "page"}]}', where=account.server.is_ticket_list))
    with pytest.raises(Refused, match="400"):
        account.pages()


# -- the words


@pytest.mark.parametrize(
    ("theirs", "status", "own"),
    [
        ("open", "open", None),
        ("pending", "waiting_customer", None),
        ("solved", "solved", None),
        ("closed", "closed", None),
        ("vendor", "on_hold", "Awaiting Vendor"),
        ("done", "open", "Done"),
    ],
)
def test_statuses_are_read_by_their_numbers(account: Account, theirs: str, status: str, own: str | None) -> None:
    number = account.server.desk.create(status=theirs)
    ticket = account.one(number)
    assert (ticket.status, ticket.custom.get("status")) == (status, own)


@pytest.mark.parametrize(
    ("source", "channel", "kept"),
    [
        ("email", "email", None), ("portal", "web", None), ("phone", "phone", None), ("chat", "chat", None),
        ("widget", "web", None), ("outbound", "email", None), ("kiosk", "other", "Kiosk"),
    ],
)  # fmt: skip
def test_sources_are_read_by_their_numbers(account: Account, source: str, channel: str, kept: str | None) -> None:
    number = account.server.desk.create(channel=source)
    ticket = account.one(number)
    assert (ticket.channel, ticket.custom.get("channel")) == (channel, kept)


def test_the_account_names_its_agents_and_groups(account: Account) -> None:
    number = account.server.desk.create(assignee=901, group=22, priority="urgent", tags=("vip", "login"))
    ticket = account.one(number)
    assert (ticket.assignee, ticket.group, ticket.priority) == ("Kim Agent", "Tier 2", "urgent")
    assert ticket.tags == ("vip", "login")
    assert ticket.custom == {"cf_plan": "pro", "type": "Question"}
    assert ticket.url == f"{account.server.url}/a/tickets/{number}"


def test_numbers_stand_for_names_that_may_not_be_read(account: Account) -> None:
    number = account.server.desk.create(assignee=901, status="vendor")
    account.server.faults.append(Fault(403, times=9, where=lambda asked: asked.path.endswith("/ticket_fields")))
    ticket = account.one(number)
    assert (ticket.assignee, ticket.status, ticket.custom["status"]) == ("901", "open", "7")


# -- limits


@pytest.mark.parametrize(("told", "expected"), [("400", 200.0), ("100.0", 50.0), ("5000", 350.0), ("", 50.0)])
def test_half_of_what_the_account_says_is_asked(account: Account, told: str, expected: float) -> None:
    account.server.a_minute = told
    connector = account.connector()
    list(connector.pull(None))
    assert connector.site.budget.per_minute == expected
    assert connector.lists.budget.per_minute == pytest.approx(expected / 7)


def test_the_limit_of_the_operator_stays(account: Account) -> None:
    account.per_minute = 5
    connector = account.connector()
    list(connector.pull(None))
    assert connector.site.budget.per_minute == 5
    assert connector.lists.budget.per_minute == 5


def test_a_wait_told_with_a_fraction_is_kept(account: Account) -> None:
    headers = {"Retry-After": "17.0"}
    account.server.faults.append(Fault(429, headers=headers, where=account.server.is_ticket_list))
    account.pages()
    assert 17 in account.waited


# -- webhooks

BODIES = [{"freshdesk_webhook": {"ticket_id": 12}}, {"ticket_id": "12"}, {"ticket_id": 12}, {"id": 12}]
AT = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)


def hook(body: object = BODIES[1], url: str = "https://lens.example.com/hooks/desk", **headers: str) -> Hook:
    return Hook(headers, json.dumps(body).encode(), url=url, at=AT)


@pytest.mark.parametrize("body", BODIES)
def test_a_webhook_names_its_ticket_in_each_form(account: Account, body: object) -> None:
    assert [ref.id for ref in account.connector().receive(hook(body))] == ["12"]


@pytest.mark.parametrize("body", [{}, {"ticket_id": ""}, {"ticket_id": "../agents"}, [], {"ticket_id": [12]}, 12])
def test_a_webhook_that_names_no_ticket_is_refused(account: Account, body: object) -> None:
    with pytest.raises(BadPayload):
        list(account.connector().receive(hook(body)))


def test_a_webhook_that_is_no_json_is_refused(account: Account) -> None:
    with pytest.raises(BadPayload):
        list(account.connector().receive(Hook({}, b'{"subject": "a "quote" of \xff"}')))


def test_the_secret_may_stand_at_the_end_of_the_address(account: Account) -> None:
    account.connector().prove(hook(url="https://lens.example.com/hooks/desk/s3"))
    with pytest.raises(BadProof):
        account.connector().prove(hook(url="https://lens.example.com/hooks/desk/s4"))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (lambda one: one, True),
        (lambda one: dataclasses.replace(one, at=one.at + timedelta(seconds=1)), False),
        (lambda one: dataclasses.replace(one, body=one.body + b" "), False),
    ],
)
def test_every_call_is_a_delivery_of_its_own_since_its_bytes_do_not_tell_changes_apart(
    account: Account, other: Callable[[Hook], Hook], same: bool
) -> None:
    connector = account.connector()
    assert (connector.delivery(hook()) == connector.delivery(other(hook()))) is same
