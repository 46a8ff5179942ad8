"""What is special about reading Jira: searches by the minute, time zones, tokens, projects, webhooks."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Request
from helpdesks.jira import EMAIL, Server
from helpdesks.jira_pulls import answering, connected, pages, pulled, searches, solved_after_a_reopening
from helpdesks.server import Fault

from connectors.jira import OVERLAP
from connectors.jira_search import minute_in, quoted
from ticketlens.connector import BadProof, Hook, TicketRef
from ticketlens.errors import BadPayload, ConfigError, Denied, Unavailable
from ticketlens.fetch import Refused, TooLarge

ST_JOHNS = ZoneInfo("America/St_Johns")
CLOCKS_BACK = datetime(2025, 11, 2, 4, 30, tzinfo=UTC)
VECTORS = (
    ('{"id":1,"note":"café"}', "s3cret", "5072b7f748e6dccaea0299e6b4e36030709cb3f0adbd9ccb4216392d037e9f35"),
    (
        "Hello World!",
        "It's a Secret to Everybody",
        "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    ),
)


@pytest.fixture
def jira() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


# -- searching


def test_an_empty_page_with_a_token_is_not_the_end(jira: Server) -> None:
    for number in range(4):
        jira.desk.create(f"Ticket {number}")
    empty = {"issues": [], "isLast": False, "nextPageToken": None}
    jql = f'project in ("SUP") AND updated >= "{minute_in(ST_JOHNS, datetime(2000, 1, 1, tzinfo=UTC))}"'
    empty["nextPageToken"] = jira.token_after([], f"{jql} ORDER BY updated ASC, key ASC")
    answering(jira, "/search/jql", empty, times=1)
    assert len(pulled(jira)) == 4


@pytest.mark.parametrize("places", [False, True])
def test_rows_that_move_are_not_lost_whatever_a_token_stands_for(jira: Server, places: bool) -> None:
    jira.tokens_are_places = places
    numbers = iter([jira.desk.create(f"Ticket {number}") for number in range(9) if jira.desk.tick(60)])
    jira.desk.tick(3_600)

    def move(asked: Request) -> bool:
        if jira.is_ticket_list(asked) and (number := next(numbers, None)) is not None:
            jira.desk.tick(1)
            jira.desk.reply(number)
        return False

    jira.faults.append(Fault(where=move))
    first = pages(jira)
    jira.faults.clear()
    found = {ticket.id for page in first for ticket in page.tickets} | set(pulled(jira, first[-1].cursor))
    assert len(found) == 9


def test_more_issues_of_one_minute_than_a_page_holds_are_read_once(jira: Server) -> None:
    """Going on by time inside a minute would read it from its start with each page."""
    for number in range(40):
        jira.desk.create(f"Ticket {number}")
        jira.desk.tick(1)
    assert len(pulled(jira)) == 40
    assert searches(jira) < 40 / (jira.page - 1) + 5


def test_each_pull_begins_ten_minutes_before_the_last_change_seen_and_creeps_nowhere(jira: Server) -> None:
    jira.desk.create()
    changed = jira.desk.now
    jira.desk.tick(3_600)
    first = pages(jira)[-1].cursor
    assert first is not None
    assert datetime.fromisoformat(json.loads(first)["since"]) == changed - OVERLAP
    assert [page.cursor for page in pages(jira, first)] == [first]
    jira.lose(next(iter(jira.desk.items)))
    assert [page.cursor for page in pages(jira, first)] == [first]


def test_a_row_that_the_index_shows_late_with_an_older_stamp_is_still_found(jira: Server) -> None:
    late = jira.desk.create("Late")
    jira.lose(late)
    jira.desk.tick(500)
    jira.desk.create("In time")
    jira.desk.tick(60)
    cursor = pages(jira)[-1].cursor
    jira.find_again(late)
    assert "Late" in [ticket.subject for ticket in pulled(jira, cursor).values()]


def test_what_is_not_in_the_index_yet_comes_with_the_next_pull(jira: Server) -> None:
    jira.desk.create("Old")
    jira.desk.tick(3_600)
    jira.desk.create("New")
    jira.desk.tick(5)
    first = pages(jira)
    assert [ticket.subject for page in first for ticket in page.tickets] == ["Old"]
    assert "New" in [ticket.subject for ticket in pulled(jira, first[-1].cursor).values()]


@pytest.mark.parametrize(
    ("moment", "minute"),
    [
        ("2025-06-01T12:00:59Z", "2025-06-01 09:30"),
        ("2025-11-02T03:29:00Z", "2025-11-02 00:59"),
        ("2025-11-02T03:40:00Z", "2025-11-02 00:10"),
        ("2025-11-02T04:40:00Z", "2025-11-02 01:10"),
        ("2025-11-02T05:30:00Z", "2025-11-02 02:00"),
        ("2025-03-09T05:30:00Z", "2025-03-09 03:00"),
    ],
)
def test_a_minute_that_clocks_show_twice_is_never_taken_too_late(moment: str, minute: str) -> None:
    assert minute_in(ST_JOHNS, datetime.fromisoformat(moment)) == minute


def test_nothing_is_lost_in_the_hour_that_clocks_show_twice(jira: Server) -> None:
    jira.desk.now = CLOCKS_BACK - timedelta(minutes=70)
    for number in range(30):
        jira.desk.create(f"Ticket {number}")
        jira.desk.tick(300)
    assert len(pulled(jira)) == 30
    for number in range(6):
        since = CLOCKS_BACK - timedelta(minutes=65) + timedelta(minutes=20 * number)
        later = [one for one in jira.desk.items.values() if one.updated_at >= since]
        found = pulled(jira, connected(jira).starting_at(since))
        assert {str(one.number) for one in later} <= set(found)


def test_the_zone_is_the_accounts_and_one_that_nobody_knows_is_said(jira: Server) -> None:
    answering(jira, "/myself", {"accountId": "1", "timeZone": "Mars/Olympus"})
    with pytest.raises(ConfigError, match="Mars/Olympus"):
        pages(jira)


@pytest.mark.parametrize("name", ["SUP", 'SUP" OR project = "HR', "SUP\\", '\\" OR 1', "My project", "é"])
def test_a_project_can_say_nothing_but_its_name(name: str) -> None:
    assert json.loads(quoted(name)) == name


def test_several_projects_are_named_with_commas_between(jira: Server) -> None:
    jira.desk.create()
    assert connected(jira, project=" SUP,IT ,").projects == 'project in ("SUP", "IT")'
    assert len(pulled(jira, project="SUP, SUP")) == 1
    with pytest.raises(ConfigError, match="project"):
        connected(jira, project=" , ")


def test_another_project_cannot_be_smuggled_in(jira: Server) -> None:
    jira.desk.create()
    with pytest.raises(Refused, match="does not exist for the field 'project'"):
        pages(jira, project='SUP") OR project in ("HR')


def test_a_wrong_token_is_no_empty_project(jira: Server) -> None:
    """The search answers nobody with nothing."""
    jira.desk.create()
    with pytest.raises(Denied, match="401"):
        pages(jira, token="wrong")


@pytest.mark.parametrize("again", [{"nextPageToken": "same"}, {}])
def test_a_search_that_names_no_way_on_is_said_to(jira: Server, again: dict[str, str]) -> None:
    answering(jira, "/search/jql", {"issues": [], "isLast": False, **again})
    with pytest.raises(Unavailable, match="no way"):
        pages(jira)


def test_changes_that_name_no_way_on_are_said_to(jira: Server) -> None:
    solved_after_a_reopening(jira)
    answering(jira, "/changelog/bulkfetch", {"issueChangeLogs": [], "nextPageToken": "same"})
    with pytest.raises(Unavailable, match="no way"):
        pulled(jira)


def test_a_page_too_large_to_be_read_is_asked_for_smaller(jira: Server) -> None:
    jira.page = 100
    for number in range(40):
        jira.desk.create(f"Ticket {number}", "long " * 2_000)
    jira.desk.tick(3_600)
    found = [ticket for page in connected(jira, largest=300_000).pull(None) for ticket in page.tickets]
    assert len({ticket.id for ticket in found}) == 40
    with pytest.raises(TooLarge):
        list(connected(jira, largest=5_000).pull(None))


def test_the_first_pull_knows_how_many_there_are(jira: Server) -> None:
    for number in range(5):
        jira.desk.create(f"Ticket {number}")
    jira.desk.tick(3_600)
    first = pages(jira)
    assert {page.total for page in first} == {5}
    assert {page.total for page in pages(jira, first[-1].cursor)} == {None}


# -- webhooks


def hook_of(body: bytes | str, signature: str, **headers: str) -> Hook:
    raw = body.encode() if isinstance(body, str) else body
    return Hook({"x-hub-signature": signature, **headers}, raw)


@pytest.mark.parametrize(("body", "secret", "mac"), VECTORS)
def test_known_signatures_prove_their_bodies(jira: Server, body: str, secret: str, mac: str) -> None:
    connector = connected(jira, webhook_secret=secret)
    assert connector.prove(hook_of(body, f"sha256={mac}")) is None
    for given in (mac, mac.upper(), f"sha1={mac}", f"sha256={mac}0", ""):
        with pytest.raises(BadProof):
            connector.prove(hook_of(body, given))


@pytest.mark.parametrize(
    ("event", "gone"),
    [
        ("jira:issue_created", False),
        ("jira:issue_updated", False),
        ("comment_created", False),
        ("jira:issue_deleted", True),
    ],
)
def test_a_webhook_says_which_issue_and_whether_it_is_gone(jira: Server, event: str, gone: bool) -> None:
    body = json.dumps({"webhookEvent": event, "issue": {"id": "10002", "key": "SUP-1"}, "timestamp": 1767323045000})
    assert list(connected(jira).receive(hook_of(body, ""))) == [TicketRef("10002", gone)]


@pytest.mark.parametrize(
    "body", ["{}", "[]", "", "\ufeff", '{"issue": {}}', '{"webhookEvent": "user_created", "user": {}}']
)
def test_a_webhook_without_an_issue_is_set_aside(jira: Server, body: str) -> None:
    with pytest.raises(BadPayload):
        list(connected(jira).receive(hook_of(body, "")))


def test_a_delivery_keeps_its_name_when_it_is_tried_again(jira: Server) -> None:
    number = jira.desk.create()
    body, headers = jira.delivery(number, "s", "")
    hook = Hook({name.lower(): value for name, value in headers.items()}, body)
    retried = replace(hook, headers={**hook.headers, "x-atlassian-webhook-retry": "1"})
    connector = connected(jira)
    assert connector.delivery(hook) == connector.delivery(retried) == f"hook-{number}"
    unnamed = hook_of(body, headers["X-Hub-Signature"])
    assert connector.delivery(unnamed) == headers["X-Hub-Signature"]


def test_it_signs_in_with_the_mail_address(jira: Server) -> None:
    jira.desk.create()
    assert len(pulled(jira, email=EMAIL)) == 1
    with pytest.raises(Denied):
        pages(jira, email="other@example.com")
