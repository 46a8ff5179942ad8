"""What is special about Help Scout: tokens, an order that is not told, its own samples."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpdesks import specification
from helpdesks.helpscout import Server
from helpdesks.helpscout_pulls import answering, connected, pulled, the_only, tickets
from helpdesks.server import Fault

from ticketlens.errors import Denied
from ticketlens.fetch import Refused
from ticketlens.model import Status

SAMPLES = Path(specification.FOLDER) / "helpscout"


@pytest.fixture
def scout() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def lists(scout: Server) -> list[str]:
    return [asked for asked in scout.asked if asked.startswith("GET /v2/conversations?")]


# -- the token


def test_one_token_serves_a_whole_reading(scout: Server) -> None:
    for _ in range(7):
        scout.desk.create()
    assert len(pulled(scout)) == 7
    assert len([asked for asked in scout.asked if "oauth2/token" in asked]) == 1


def test_a_token_that_is_refused_is_renewed_once_without_loss(scout: Server) -> None:
    numbers = [scout.desk.create() for _ in range(7)]
    for number in numbers:
        for word in "abcd":
            scout.desk.reply(number, word)
    connector = connected(scout)
    pages = connector.pull(None)
    first = next(pages)
    scout.tokens.clear()
    assert len(tickets([first, *pages])) == 7
    assert len(scout.tokens) == 1


def test_a_second_refusal_stands(scout: Server) -> None:
    scout.desk.create()
    scout.faults.append(Fault(401, times=1_000, where=scout.is_ticket_list))
    with pytest.raises(Denied, match="401"):
        pulled(scout)
    assert (len(scout.tokens), len(lists(scout))) == (2, 2)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_app_that_gets_no_token_is_one_sentence(scout: Server, status: int) -> None:
    scout.faults.append(Fault(status, b'{"error": "invalid_client"}', where=lambda asked: "oauth2" in asked.path))
    with pytest.raises(Denied, match="gives no token for this app: enter its id and its secret again"):
        pulled(scout)


def test_the_token_is_in_no_message(scout: Server) -> None:
    scout.faults.append(Fault(418, b"token-1-of-the-app is no good", where=scout.is_ticket_list))
    with pytest.raises(Refused) as told:
        pulled(scout)
    assert "token-1" not in str(told.value)
    assert "is no good" in str(told.value)


# -- the list


def test_a_change_of_thousands_that_is_not_told_is_read_page_by_page_once(scout: Server) -> None:
    """Tags move the time of change and nothing that is told: asking on from the last row would go round in circles."""
    numbers = [scout.desk.create(f"Problem {scout.desk.tick():%M}") for _ in range(30)]
    cursor = list(connected(scout).pull(None))[-1].cursor
    scout.desk.tick(86_400)
    for number in numbers:
        scout.desk.change(number, tags=("moved",))
    scout.asked.clear()
    pages = list(connected(scout).pull(cursor))
    assert len(tickets(pages)) == 30
    assert len(lists(scout)) == 10 + 1
    assert pages[-1].cursor == cursor


def test_a_change_without_a_time_still_makes_a_newer_version(scout: Server) -> None:
    number = scout.desk.create()
    scout.desk.tick(86_400)
    scout.desk.create("A later one")
    cursor = list(connected(scout).pull(None))[-1].cursor
    before = pulled(scout)[str(number)]
    scout.desk.tick()
    scout.desk.change(number, tags=("vip",))
    after = pulled(scout, cursor)[str(number)]
    assert (before.tags, after.tags) == ((), ("vip",))
    assert before.updated_at < after.updated_at < scout.desk.now
    assert pulled(scout, cursor)[str(number)] == after


def test_a_reading_that_broke_off_misses_nothing_that_changed_meanwhile(scout: Server) -> None:
    numbers = [scout.desk.create(f"Problem {scout.desk.tick():%M}") for _ in range(12)]
    begun = connected(scout).pull(None)
    held = [next(begun), next(begun)]
    for number in (numbers[0], numbers[5], numbers[11]):
        scout.desk.tick(3_600)
        scout.desk.reply(number)
    scout.desk.create("A new one")
    rest = list(connected(scout).pull(held[-1].cursor))
    again = list(connected(scout).pull(rest[-1].cursor))
    found = {**tickets(held), **tickets(rest), **tickets(again)}
    assert found == pulled(scout)


def test_the_next_reading_begins_ten_minutes_before_the_newest_change(scout: Server) -> None:
    for _ in range(7):
        scout.desk.tick()
        scout.desk.create()
    cursor = list(connected(scout).pull(None))[-1].cursor
    scout.asked.clear()
    assert list(connected(scout).pull(cursor))[-1].cursor == cursor
    since = (scout.desk.now - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ").replace(":", "%3A")
    assert f"modifiedSince={since}" in lists(scout)[0]


def test_a_moment_of_another_zone_is_asked_for_in_utc(scout: Server) -> None:
    connector = connected(scout)
    list(connector.pull(connector.starting_at(datetime.fromisoformat("2026-01-05T17:00:00+09:00"))))
    assert "modifiedSince=2026-01-05T07%3A50%3A00Z" in lists(scout)[0]


def test_it_waits_as_long_as_help_scout_asks_in_its_own_header(scout: Server) -> None:
    scout.desk.create()
    scout.faults.append(Fault(429, headers={"X-RateLimit-Retry-After": "23"}, where=scout.is_ticket_list))
    waited: list[float] = []
    assert len(list(connected(scout, waited).pull(None))) == 1
    assert 23 in waited


# -- the vendor's own samples


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


@pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")
def test_help_scouts_own_samples_are_read(scout: Server) -> None:
    page, threads = sample("conversation.getConversations.page"), sample("thread.getThreads.page")
    whole = sample("conversation.conversation.with__embedded_threads")
    for listed in (page, {**page, "_embedded": {"conversations": [whole]}}):
        scout.faults = [
            answering(listed, scout.is_ticket_list),
            answering(threads, lambda asked: asked.path.endswith("/threads")),
            answering(sample("mailbox.getMailboxes.page"), lambda asked: asked.path.endswith("/mailboxes")),
        ]
        ticket = the_only(scout)
        assert (ticket.id, ticket.subject, ticket.body) == ("1", "Need Help", "Need Help")
        assert (ticket.status, ticket.requester, ticket.assignee) == (Status.CLOSED, "238604", "Mr Robot")
        assert f"{ticket.solved_at:%Y-%m-%dT%H:%M:%S}" == "2017-04-21T14:43:24"
        assert (ticket.tags, ticket.channel, ticket.group) == (("vip",), "email", "85")
        assert ticket.custom == {"Account Type": "33077", "number": "15473"}
