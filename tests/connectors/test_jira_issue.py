"""A Jira issue in our words: when it was solved, who said what, what service projects add."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from helpdesks.jira import Server, account
from helpdesks.jira_pulls import answering, connected, pulled, refusing, solved_after_a_reopening, the_only
from helpdesks.server import Fault

from connectors.jira_issue import status_of
from ticketlens.model import Actor, Status


@pytest.fixture
def jira() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


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
    assert (ticket.status, ticket.reopens) == (Status.CLOSED, 0), "two solves in one second are one"


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
