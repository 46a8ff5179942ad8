"""What is special about GitHub: pull requests, numbers that are no identity, reopening, repositories that move."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpdesks import specification
from helpdesks.github import IDS, NOW, NUMBERS, OLD, Server, signed
from helpdesks.server import Fault

from connectors.github import GitHub
from ticketlens.connector import BadProof, Hook, Reply
from ticketlens.errors import ConfigError, Denied
from ticketlens.fetch import Fetch
from ticketlens.model import Actor, Status, Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

SAMPLES = Path(specification.FOLDER) / "github-webhooks"
VECTORS = (
    (
        b"Hello, World!",
        "It's a Secret to Everybody",
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    ),
    ('{"id":1,"note":"café"}'.encode(), "s3cret", "5072b7f748e6dccaea0299e6b4e36030709cb3f0adbd9ccb4216392d037e9f35"),
)


@pytest.fixture
def github() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


@pytest.fixture
def waited() -> list[float]:
    return []


def connected(github: Server, waited: list[float] | None = None, **settings: str) -> GitHub:
    held: list[float] = [] if waited is None else waited
    waiting = Waiting(held.append, lambda: sum(held))
    return GitHub({**github.settings(), **settings}, Fetch(Guard.of(["127.0.0.0/8"]), waiting=waiting))


def pulled(github: Server, waited: list[float] | None = None, **settings: str) -> dict[str, Ticket]:
    pages = list(connected(github, waited, **settings).pull(None))
    assert all(page.set_aside == () for page in pages)
    return {ticket.id: ticket for page in pages for ticket in page.tickets}


def answering(told: object, where: Any) -> Fault:
    """An answer of our own."""
    return Fault(200, json.dumps(told).encode(), {"Content-Type": "application/json"}, where=where)


def the_only(github: Server) -> Ticket:
    (ticket,) = pulled(github).values()
    return ticket


def asked_for(github: Server, end: str) -> list[str]:
    return [asked for asked in github.asked if asked.partition("?")[0].endswith(end)]


# -- reading


def test_pull_requests_are_no_tickets_and_closed_issues_are(github: Server) -> None:
    numbers = [github.desk.create() for _ in range(4)]
    github.desk.tick()
    github.desk.solve(numbers[3])
    assert sorted(pulled(github)) == [str(IDS + number) for number in numbers]
    assert connected(github).read(str(IDS * 2 + numbers[0])) is None


def test_neither_the_opener_nor_a_bot_gives_the_first_reply(github: Server) -> None:
    number = github.desk.create()
    for author in ("customer", "bot", "agent"):
        github.desk.tick()
        github.desk.reply(number, f"Said by {author}", author)
    ticket = the_only(github)
    assert ticket.first_reply_at == github.desk.now
    assert [one.author for one in ticket.messages] == [Actor.CUSTOMER, Actor.CUSTOMER, Actor.BOT, Actor.AGENT]
    assert ticket.messages[0].body == ticket.body == "It says wrong password."


def test_a_reopened_issue_remembers_that_it_was_closed_though_closed_at_is_gone(github: Server) -> None:
    number = github.desk.create()
    closed = github.desk.tick()
    github.desk.solve(number)
    github.desk.tick()
    github.desk.reopen(number)
    ticket = the_only(github)
    assert (ticket.status, ticket.solved_at, ticket.first_solved_at, ticket.reopens) == (Status.OPEN, None, closed, 1)
    assert [(event.before, event.after, event.actor) for event in ticket.history] == [
        ("open", "solved", Actor.AGENT), ("solved", "open", Actor.CUSTOMER)
    ]  # fmt: skip


@pytest.mark.parametrize("status", [403, 404, 410])
def test_without_its_timeline_an_issue_is_read_by_what_the_list_says(github: Server, status: int) -> None:
    github.desk.solve(github.desk.create())
    github.faults.append(Fault(status, where=github.is_part))
    ticket = the_only(github)
    assert (ticket.status, ticket.solved_at) == (Status.SOLVED, github.desk.now)
    assert (ticket.messages, ticket.history) == ((), ())


@pytest.mark.parametrize(
    ("reason", "status"),
    [("completed", "solved"), ("not_planned", "closed"), ("duplicate", "closed"), (None, "closed")],
)
def test_how_an_issue_was_closed_is_kept(github: Server, reason: str | None, status: str) -> None:
    number = github.desk.create()
    issue = {**github.shown(github.desk.items[number]), "state": "closed", "state_reason": reason,
             "closed_at": "2026-01-05T09:00:00Z"}  # fmt: skip
    github.faults.append(answering([issue], github.is_ticket_list))
    ticket = the_only(github)
    assert (ticket.status, ticket.custom.get("state_reason"), ticket.excluded) == (status, reason, None)
    assert ticket.solved_at is not None


def test_an_issue_of_nobody_without_text_is_read_and_spam_is_flagged(github: Server) -> None:
    number = github.desk.create(tags=("bug",), spam=True)
    issue = {**github.shown(github.desk.items[number]), "user": None, "body": None, "labels": ["bug", {"name": "ui"}]}
    github.faults.append(answering([issue], github.is_ticket_list))
    ticket = the_only(github)
    assert (ticket.requester, ticket.body, ticket.tags, ticket.excluded) == (None, "", ("bug", "ui"), "spam")


def test_names_numbers_and_links_are_kept(github: Server) -> None:
    number = github.desk.create(assignee=901)
    ticket = the_only(github)
    assert (ticket.requester, ticket.assignee, ticket.channel) == ("501", "kim", "web")
    assert ticket.custom["number"] == str(number - NUMBERS)
    assert ticket.url == f"https://github.com/{NOW}/issues/{number - NUMBERS}"


# -- asking


def test_the_next_pull_asks_from_two_minutes_before_the_last_change(github: Server) -> None:
    github.desk.create()
    cursor = list(connected(github).pull(None))[-1].cursor
    github.asked.clear()
    again = list(connected(github).pull(cursor))
    since = (github.desk.now - timedelta(seconds=121)).strftime("%Y-%m-%dT%H:%M:%SZ").replace(":", "%3A")
    assert f"since={since}" in asked_for(github, "/issues")[0]
    assert again[-1].cursor == cursor


def test_a_moment_of_another_zone_is_asked_for_in_utc(github: Server) -> None:
    connector = connected(github)
    list(connector.pull(connector.starting_at(datetime.fromisoformat("2026-01-05T17:00:00+09:00"))))
    assert "since=2026-01-05T07%3A57%3A59Z" in asked_for(github, "/issues")[0]


def test_a_cursor_never_goes_back_where_the_last_issue_was_deleted(github: Server) -> None:
    number = github.desk.create()
    cursor = list(connected(github).pull(None))[-1].cursor
    github.desk.delete(number)
    assert list(connected(github).pull(cursor))[-1].cursor == cursor


def test_a_renamed_repository_is_read_whole_under_its_new_name(github: Server) -> None:
    github.desk.solve(github.desk.create())
    assert len(pulled(github, repo=OLD)) == 1
    assert asked_for(github, f"{NOW}/issues")
    assert not asked_for(github, f"{OLD}/issues")


def test_issues_that_are_turned_off_and_a_repository_that_is_not_shown_say_what_to_do(github: Server) -> None:
    github.off = True
    with pytest.raises(ConfigError, match="issues are turned off in acme/shop"):
        pulled(github)
    with pytest.raises(ConfigError, match="shows no repository acme/secret to this token"):
        pulled(github, repo="acme/secret")


@pytest.mark.parametrize("repo", ["shop", "https://github.com/acme/shop", "acme/../x", "acme/..", "a/b/c", "a b/c"])
def test_what_is_no_repository_is_refused_when_it_is_entered(github: Server, repo: str) -> None:
    with pytest.raises(ConfigError, match="is no OWNER/NAME"):
        connected(github, repo=repo)


LIMIT = b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}'


@pytest.mark.parametrize("place", ["is_ticket_list", "is_part"])
@pytest.mark.parametrize(
    ("status", "headers", "least"),
    [(403, {}, 60), (403, {"Retry-After": "90"}, 90), (429, {"Retry-After": "90"}, 90), (429, {}, 0)],
)
def test_a_secondary_limit_is_waited_out_and_costs_nothing(
    github: Server, waited: list[float], place: str, status: int, headers: dict[str, str], least: int
) -> None:
    number = github.desk.create()
    github.desk.tick()
    github.desk.reply(number)
    github.faults.append(Fault(status, LIMIT, headers, times=2, where=getattr(github, place)))
    (ticket,) = pulled(github, waited).values()
    assert ticket.first_reply_at == github.desk.now
    assert len([wait for wait in waited if wait >= least]) >= 2


# -- one issue


def test_an_issue_that_was_never_met_is_found_among_the_latest(github: Server) -> None:
    numbers = [github.desk.create(f"Problem {github.desk.tick():%M}") for _ in range(9)]
    github.desk.tick()
    github.desk.reply(numbers[0])
    connector = connected(github)
    found = connector.read(github.id_of(numbers[0]))
    assert found == pulled(github)[github.id_of(numbers[0])]
    before = len(asked_for(github, "/issues"))
    assert connector.read(github.id_of(numbers[0])) == found
    assert len(asked_for(github, "/issues")) == before


def test_many_that_are_gone_cost_one_reading_of_the_list(github: Server) -> None:
    for _ in range(5):
        github.desk.create()
    connector = connected(github)
    assert [connector.read(str(id_)) for id_ in (1, 2, 3, 4)] == [None] * 4
    assert len(asked_for(github, "/issues")) == 3


def test_a_list_that_breaks_off_takes_no_issue_for_gone(github: Server) -> None:
    numbers = [github.desk.create() for _ in range(5)]
    connector = connected(github)
    github.faults.append(Fault(401, where=github.is_ticket_list, after=1))
    with pytest.raises(Denied, match="401"):
        connector.read("1")
    assert all(connector.read(github.id_of(number)) is not None for number in numbers)


def test_transferred_and_deleted_issues_are_gone(github: Server) -> None:
    moved, deleted, lost = (github.desk.create() for _ in range(3))
    connector = connected(github)
    assert connector.read(github.id_of(moved)) is not None
    github.moved.add(moved)
    github.desk.delete(deleted)
    github.lose(lost)
    assert [connector.read(github.id_of(number)) for number in (moved, deleted, lost)] == [None] * 3


# -- webhooks


def hook(body: bytes, secret: str, event: str) -> Hook:
    raw, headers = signed(body, secret, event)
    return Hook({name.lower(): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(("body", "secret", "mac"), VECTORS)
def test_signatures_are_those_of_the_vectors(github: Server, body: bytes, secret: str, mac: str) -> None:
    connector = connected(github, webhook_secret=secret)
    made = hook(body, secret, "issues")
    assert made.header("x-hub-signature-256") == f"sha256={mac}"
    assert connector.prove(made) is None
    for wrong in (mac, f"sha1={mac}", f"sha256={mac.upper()}", "sha256=", ""):
        with pytest.raises(BadProof):
            connector.prove(replace(made, headers={**made.headers, "x-hub-signature-256": wrong}))


def test_a_ping_is_answered_once_it_is_proven(github: Server) -> None:
    connector = connected(github, webhook_secret="s3cret")
    assert connector.prove(hook(b'{"zen": "Keep it simple."}', "s3cret", "ping")) == Reply()
    with pytest.raises(BadProof):
        connector.prove(hook(b'{"zen": "Keep it simple."}', "another", "ping"))


@pytest.mark.parametrize("event", ["push", "pull_request", "issue_comment", "label"])
def test_deliveries_about_no_issue_name_none(github: Server, event: str) -> None:
    told = {"action": "created", "issue": {"id": 1, "number": 1, "pull_request": {"url": "x"}}}
    assert list(connected(github).receive(hook(json.dumps(told).encode(), "s", event))) == []


def samples(event: str) -> list[Path]:
    return sorted(SAMPLES.glob(f"{event}/*.json")) if specification.FOLDER else []


@pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")
def test_github_own_samples_are_received_and_read(github: Server) -> None:
    paths = [path for event in ("issues", "issue_comment", "ping") for path in samples(event)]
    assert len(paths) > 30
    for path in paths:
        _check_sample(github, path, json.loads(path.read_bytes()))


def _check_sample(github: Server, path: Path, told: dict[str, Any]) -> None:
    connector = connected(github, webhook_secret="s3cret")
    made = hook(path.read_bytes(), "s3cret", path.parent.name)
    named = list(connector.receive(made))
    if path.parent.name == "ping":
        assert (connector.prove(made), named) == (Reply(), [])
        return
    issue = told["issue"]
    gone = path.parent.name == "issues" and told["action"] in ("deleted", "transferred")
    expected = [] if "pull_request" in issue else [(str(issue["id"]), gone)]
    assert [(one.id, one.gone) for one in named] == expected, path
    if not expected or "state" not in issue:
        return
    comment = [{**told["comment"], "event": "commented"}] if "comment" in told else []
    answers = ((f"/issues/{issue['number']}", issue), ("/timeline", comment))
    github.faults = [answering(body, lambda asked, end=end: asked.path.endswith(end)) for end, body in answers]
    ticket = connector.read(named[0].id)
    assert ticket is not None, path
    assert (ticket.subject, ticket.status.is_solved) == (issue["title"], issue["state"] == "closed")
    assert ticket.tags == tuple(label["name"] for label in issue["labels"])
    assert len(ticket.messages) == 1 + len(comment)
