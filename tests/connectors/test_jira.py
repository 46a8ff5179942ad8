"""What is special about Jira: searches by the minute, tokens, categories of statuses, changelogs, service projects."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Request
from helpdesks.jira import EMAIL, Server, account
from helpdesks.server import Fault

from connectors.jira import OVERLAP, Jira
from connectors.jira_issue import status_of
from connectors.jira_search import minute_in, quoted
from ticketlens.connector import BadProof, Hook, Page, TicketRef
from ticketlens.errors import BadPayload, ConfigError, Denied, Unavailable
from ticketlens.fetch import Fetch, Refused, TooLarge
from ticketlens.model import Actor, Status, Ticket
from ticketlens.outside.guard import Guard

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


def connected(jira: Server, largest: int = 25_000_000, **settings: str) -> Jira:
    return Jira({**jira.settings(), **settings}, Fetch(Guard.of(["127.0.0.0/8"]), largest=largest))


def pages(jira: Server, cursor: str | None = None, **settings: str) -> list[Page]:
    found = list(connected(jira, **settings).pull(cursor))
    assert all(page.set_aside == () for page in found)
    return found


def pulled(jira: Server, cursor: str | None = None, **settings: str) -> dict[str, Ticket]:
    """After a while in which nothing happens."""
    jira.desk.tick(3_600)
    return {ticket.id: ticket for page in pages(jira, cursor, **settings) for ticket in page.tickets}


def the_only(jira: Server, **settings: str) -> Ticket:
    (ticket,) = pulled(jira, **settings).values()
    return ticket


def answering(jira: Server, path: str, told: object, times: int = 100) -> None:
    """An answer of our own to whoever asks for that."""
    kind = {"Content-Type": "application/json"}
    where = lambda asked: asked.path.endswith(path)  # noqa: E731
    jira.faults.append(Fault(200, json.dumps(told).encode(), kind, times, where))


def refusing(jira: Server, path: str, status: int = 403) -> None:
    jira.faults.append(Fault(status, times=100, where=lambda asked: asked.path.endswith(path)))


def searches(jira: Server) -> int:
    return sum("/search/jql" in asked for asked in jira.asked)


def solved_after_a_reopening(jira: Server) -> int:
    desk = jira.desk
    number = desk.create()
    for status in ("solved", "open", "solved"):
        desk.tick()
        desk.move(number, status)
    return number


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


# -- solved and reopened


@pytest.mark.parametrize(
    ("name", "category", "status"),
    [
        ("Open", "new", "open"),
        ("To Do", "new", "new"),
        ("Waiting for support", "indeterminate", "open"),
        ("Waiting for customer", "indeterminate", "waiting_customer"),
        ("On hold", "indeterminate", "on_hold"),
        ("Resolved", "done", "solved"),
        ("Closed", "done", "closed"),
        ("Canceled", "done", "solved"),
        ("Erledigt", "done", "solved"),
        ("Done", "indeterminate", "open"),
        ("Reopened", "done", "solved"),
        ("Something", "", "open"),
    ],
)
def test_the_category_decides_what_is_solved(name: str, category: str, status: str) -> None:
    assert status_of(name, category) == status


@pytest.mark.parametrize("quirk", ["epoch_changes", "newest_first"])
def test_a_changelog_reads_the_same_in_whatever_form_it_comes(jira: Server, quirk: str) -> None:
    for _ in range(3):
        solved_after_a_reopening(jira)
    plain = pulled(jira)
    setattr(jira, quirk, True)
    assert pulled(jira) == plain
    assert {ticket.reopens for ticket in plain.values()} == {1}


def test_of_two_changes_at_one_moment_the_lower_number_is_older(jira: Server) -> None:
    number = jira.desk.create()
    jira.desk.tick()
    for status in ("solved", "open", "closed"):
        jira.desk.move(number, status)
    jira.newest_first = True
    ticket = the_only(jira)
    assert [event.after for event in ticket.history] == ["solved", "open", "closed"]
    assert (ticket.status, ticket.reopens) == (Status.CLOSED, 1)


def test_a_workflow_that_sets_no_resolution_still_tells_when_it_was_solved(jira: Server) -> None:
    number = solved_after_a_reopening(jira)
    solves = jira.desk.items[number].solves
    jira.sets_resolution = False
    ticket = the_only(jira)
    assert (ticket.first_solved_at, ticket.solved_at) == (solves[0], solves[-1])


@pytest.mark.parametrize("sets_resolution", [True, False])
def test_without_a_changelog_the_issue_itself_tells_when_it_was_solved(jira: Server, sets_resolution: bool) -> None:
    number = solved_after_a_reopening(jira)
    jira.sets_resolution = sets_resolution
    refusing(jira, "/changelog/bulkfetch")
    ticket = the_only(jira)
    assert (ticket.solved_at, ticket.history) == (jira.desk.items[number].solves[-1], ())


def test_half_a_changelog_is_none(jira: Server) -> None:
    """Its second page is refused: without the last solve, the first would count for it."""
    number = jira.desk.create()
    for status in ("solved", "open", "solved", "open", "solved"):
        jira.desk.tick()
        jira.desk.move(number, status)
    path = "/changelog/bulkfetch"
    jira.faults.append(Fault(403, times=100, after=1, where=lambda asked: asked.path.endswith(path)))
    ticket = the_only(jira)
    assert (ticket.history, ticket.solved_at) == ((), jira.desk.items[number].solves[-1])


def test_a_resolution_on_an_open_issue_solves_nothing(jira: Server) -> None:
    number = solved_after_a_reopening(jira)
    jira.desk.tick()
    jira.desk.move(number, "open")
    item = jira.desk.items[number]
    jira.desk.items[number] = replace(item, moved=())
    refusing(jira, "/changelog/bulkfetch")
    told = jira.fields_of
    resolved = jira.moment(jira.desk.now)
    jira.fields_of = lambda item: {**told(item), "resolutiondate": resolved}  # type: ignore[method-assign]
    ticket = the_only(jira)
    assert (ticket.status, ticket.solved_at, ticket.reopens) == (Status.OPEN, None, 0)


def test_a_status_that_is_there_no_more_is_known_by_its_name(jira: Server) -> None:
    solved_after_a_reopening(jira)
    plain = the_only(jira)
    refusing(jira, "/rest/api/3/status")
    ticket = the_only(jira)
    assert (ticket.solved_at, ticket.reopens) == (plain.solved_at, plain.reopens)


def test_times_keep_their_moment_whatever_zone_they_are_written_in(jira: Server) -> None:
    number = jira.desk.create()
    created = jira.desk.items[number].created_at
    assert jira.moment(created) == "2026-01-05T04:30:00.000-0330"
    assert the_only(jira).created_at == created


# -- who said what


def test_only_a_public_comment_of_an_agent_is_a_reply(jira: Server) -> None:
    desk = jira.desk
    number = desk.create()
    for author, public in (("customer", True), ("agent", False), ("bot", True), ("agent", True), ("agent", True)):
        desk.tick()
        desk.reply(number, f"by {author}", author, public=public)
    ticket = the_only(jira)
    assert ticket.first_reply_at == desk.items[number].said[4].at
    assert [(one.author, one.public) for one in ticket.messages] == [
        (Actor.CUSTOMER, True), (Actor.CUSTOMER, True), (Actor.AGENT, False), (Actor.BOT, True), (Actor.AGENT, True),
        (Actor.AGENT, True),
    ]  # fmt: skip
    assert [one.body for one in ticket.messages][:2] == [ticket.body, "by customer"]


def test_a_comment_for_one_role_alone_is_internal(jira: Server) -> None:
    number = jira.desk.create()
    jira.desk.tick()
    jira.desk.reply(number)
    told = jira._comment
    role = {"type": "role", "value": "Administrators"}
    jira._comment = lambda one, item: {**told(one, item), "visibility": role}  # type: ignore[method-assign]
    ticket = the_only(jira)
    assert (ticket.messages[-1].public, ticket.first_reply_at) == (False, None)


def test_comments_of_many_pages_all_come(jira: Server) -> None:
    number = jira.desk.create()
    for count in range(7):
        jira.desk.tick()
        jira.desk.reply(number, f"Comment {count}")
    assert [one.body for one in the_only(jira).messages][1:] == [f"Comment {count}" for count in range(7)]


def test_comments_that_came_with_the_issue_are_asked_for_only_where_some_may_be_missing(jira: Server) -> None:
    few, many = jira.desk.create(), jira.desk.create()
    jira.desk.reply(few)
    for _ in range(20):
        jira.desk.reply(many)
    jira.embedded, jira.comments_a_page = 1_000, 1_000
    found = pulled(jira)
    asked = [asked for asked in jira.asked if "/comment" in asked]
    assert len(asked) == 1
    assert f"/issue/{many}/comment" in asked[0]
    assert [len(found[str(number)].messages) for number in (few, many)] == [2, 21]


def test_without_comments_the_service_level_tells_the_first_reply(jira: Server) -> None:
    number = jira.desk.create()
    for _ in range(2):
        jira.desk.tick(90)
        jira.desk.reply(number)
    refusing(jira, "/comment")
    ticket = the_only(jira)
    assert ticket.first_reply_at == jira.desk.items[number].first_reply_at
    assert len(ticket.messages) == 1


def test_somebody_without_an_account_is_a_customer(jira: Server) -> None:
    number = jira.desk.create()
    jira.desk.reply(number)
    told = jira._comment
    jira._comment = lambda one, item: {**told(one, item), "author": None}  # type: ignore[method-assign]
    assert the_only(jira).messages[-1].author is Actor.CUSTOMER


# -- the rest of a ticket


def test_a_request_of_a_service_project_is_known_whole(jira: Server) -> None:
    number = jira.desk.create(
        priority="urgent", assignee=901, group=21, organization=31, channel="web", tags=("vip",), language="sv"
    )
    ticket = the_only(jira)
    assert (ticket.id, ticket.url) == (str(number), f"{jira.url}/browse/SUP-{number}")
    assert (ticket.priority, ticket.channel, ticket.tags, ticket.language) == ("urgent", "web", ("vip",), "sv")
    assert (ticket.requester, ticket.assignee) == (account(501), "Kim Agent")
    assert (ticket.group, ticket.organization, ticket.brand) == ("Tier 1", "Acme", "Support")
    assert dict(ticket.custom) == {
        "key": f"SUP-{number}", "status": "Open", "issue_type": "[System] Incident", "request_type": "Report a problem",
        "components": "Login",
    }  # fmt: skip


def test_an_issue_of_a_project_without_service_fields_is_read_without_them(jira: Server) -> None:
    jira.desk.create(organization=31, channel="chat")
    answering(jira, "/field", [])
    ticket = the_only(jira)
    assert (ticket.organization, ticket.group, ticket.channel) == (None, None, "chat")


@pytest.mark.parametrize("shape", ["text", 7, [], ["a"], {"other": {}}, True])
def test_a_field_of_another_shape_costs_no_ticket(jira: Server, shape: object) -> None:
    jira.desk.create(organization=31, language="sv")
    told = jira.fields_of
    names = ("customfield_10002", "customfield_10010", "customfield_10030", "customfield_10050", "customfield_10060")
    jira.fields_of = lambda item: {**told(item), **dict.fromkeys(names, shape)}  # type: ignore[method-assign]
    ticket = the_only(jira)
    assert (ticket.organization, ticket.satisfaction) == (None, None)


def test_a_rating_comes_with_its_comment_and_without_it_where_that_is_not_ours_to_see(jira: Server) -> None:
    number = jira.desk.create()
    jira.desk.create()
    jira.desk.tick()
    jira.desk.rate(number, good=False, comment="Too slow")
    found = pulled(jira)[str(number)].satisfaction
    assert found is not None
    assert (found.score, found.scale, found.comment, found.at) == (1, 5, "Too slow", jira.desk.items[number].rated[0])  # type: ignore[index]
    assert sum("/feedback" in asked for asked in jira.asked) == 1
    refusing(jira, "/feedback")
    found = pulled(jira)[str(number)].satisfaction
    assert found is not None
    assert (found.score, found.comment) == (1, None)


def test_links_lead_to_the_site_not_to_the_gateway_that_is_asked(jira: Server) -> None:
    number = jira.desk.create()
    answering(jira, "/serverInfo", {"baseUrl": "https://acme.atlassian.net"})
    assert the_only(jira).url == f"https://acme.atlassian.net/browse/SUP-{number}"


def test_an_issue_is_read_alone_as_a_pull_reads_it_and_one_that_is_gone_is_none(jira: Server) -> None:
    number = solved_after_a_reopening(jira)
    jira.desk.reply(number)
    jira.desk.rate(number, good=True)
    ticket = the_only(jira)
    assert connected(jira).read(str(number)) == ticket
    assert connected(jira).read("77") is None


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
