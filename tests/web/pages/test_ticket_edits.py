"""A lead puts tickets elsewhere: exactly those that were ticked or listed, after a look, and with an undo."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Posting = Callable[..., Any]
Doing = Callable[..., tuple[int, str]]


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\xa0", " ").split())


def test_ticked_tickets_are_split_off_exactly(
    lead: FlaskClient,
    done: Doing,
    post: Posting,
    space: Any,
    topics: dict[str, int],
) -> None:
    login = topics["login"]
    assert lead.get(f"/tickets?topic={login}").text.count('name="ticket"') == 10
    chosen = {"act": "split", "topic": login, "ticket": ["import/login-1", "import/login-2"]}
    assert "Split 2 tickets off login?" in words(post("/tickets/change", **chosen).text)
    number, page = done("/tickets/change", **chosen, name="Lost phone", sure="yes")
    assert "Lead split 2 tickets off login as Lost phone. Undo" in page
    made = space.topic_of("login-1")
    assert space.members(made) == {"login-1", "login-2"}
    assert "split 2 tickets off login as this topic" in words(lead.get(f"/topics/{made}").text)
    done(f"/edits/{number}/undo")
    assert len(space.members(login)) == 10
    assert "It was made by a split that was undone" in words(lead.get(f"/topics/{made}").text)
    assert "Save" not in words(lead.get(f"/topics/{made}").text)


def test_a_whole_list_moves_as_it_was_when_it_was_looked_at(
    done: Doing, post: Posting, space: Any, topics: dict[str, int]
) -> None:
    login, refund = topics["login"], topics["refund"]
    looked = post(f"/tickets/change?topic={login}&q=login", act="move", all="yes", to=refund, topic=login)
    assert "Move 10 tickets to refund?" in words(looked.text)
    listed = re.findall(r'name="ticket" value="([^"]*)"', looked.text)
    space.push("login", range(20, 22))
    space.cluster()
    done("/tickets/change", act="move", ticket=listed, to=refund, topic=login, sure="yes")
    assert len(space.members(refund)) == 20
    assert space.members(login) == {"login-20", "login-21"}


def test_a_list_that_is_too_long_asks_to_be_narrowed(
    post: Posting, topics: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.ticket_choice.MOST", 5)
    answer = post(f"/tickets/change?topic={topics['login']}", act="out", all="yes")
    assert answer.status_code == 400
    assert "The list has 10 tickets, and at most 5 go at once" in words(answer.text)


def test_a_ticket_is_moved_from_its_own_page_and_says_who_put_it_there(
    lead: FlaskClient, done: Doing, space: Any, topics: dict[str, int]
) -> None:
    page, one = (
        "/tickets/import/alpha-0",
        {"ticket": "import/alpha-0", "sure": "yes", "back": "/tickets/import/alpha-0"},
    )
    number, told = done("/tickets/change", act="move", to=topics["login"], why="it is one", **one)
    assert "Lead moved 1 ticket to login. Undo" in told
    assert "Put here by Lead" in told
    assert "“it is one”. It stays so through every run." in told
    done("/tickets/change", act="out", **one)
    assert "Taken out of all topics by Lead" in words(lead.get(page).text)
    done(f"/edits/{number}/undo")
    assert space.topic_of("alpha-0") is None


def test_ids_with_slashes_and_signs_are_ticked_as_they_are(
    lead: FlaskClient, done: Doing, space: Any, topics: dict[str, int]
) -> None:
    odd = "a/b%2F?&=<b>"
    row = {"id": odd, "subject": "odd one", "created_at": "2026-03-03T08:00:00Z"}
    assert space.lens.push([row]).stored == 1
    value = re.search(r'name="ticket" value="([^"]*)"', lead.get("/tickets?q=odd").text)
    assert value
    done("/tickets/change", act="move", ticket=html.unescape(value[1]), to=topics["login"], sure="yes")
    assert space.topic_of(odd) == topics["login"]


def test_tickets_that_are_not_there_stop_the_whole_edit(post: Posting, space: Any, topics: dict[str, int]) -> None:
    fields = {"act": "move", "to": topics["login"], "ticket": ["import/alpha-0", "import/nobody"]}
    for sure in ("", "yes"):
        answer = post("/tickets/change", **fields, sure=sure)
        assert answer.status_code == 404
        assert "There is no ticket 'nobody' of source 'import'; nothing was changed" in words(answer.text)
    assert space.topic_of("alpha-0") is None
