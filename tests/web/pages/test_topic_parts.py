"""A lead asks how a topic falls apart, sees its parts, and splits off those that are ticked."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ticketlens.model.person import Role

Posting = Callable[..., Any]


@pytest.fixture
def login(space: Any) -> int:
    space.push("login", range(20, 28), "phone lost")
    space.push("login", range(30, 36), "code missing")
    space.cluster(full=True, publish=True)
    return int(space.topic_of("login-0"))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("&nbsp;", " ").replace("\xa0", " ").split())


def keys(page: str) -> list[str]:
    return re.findall(r'name="part" value="(\w+)"', page)


def test_a_topic_without_a_suggestion_offers_one(lead: FlaskClient, login: int) -> None:
    page = lead.get(f"/topics/{login}/parts").text
    assert "Does login fall apart?" in words(page)
    assert "Look for parts" in words(page)
    assert "Look for parts" in words(lead.get(f"/topics/{login}").text)


def test_parts_are_shown_with_names_sizes_and_subjects_and_nothing_changes(
    lead: FlaskClient, post: Posting, space: Any, login: int
) -> None:
    answer = post(f"/topics/{login}/parts")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/topics/{login}/parts")
    page = lead.get(f"/topics/{login}/parts").text
    assert "login falls apart into 3 parts" in words(page)
    assert "10 tickets" in words(page)
    assert 'value="phone"' in page
    assert "login phone lost" in page
    assert space.lens.edits.history() == []
    assert [box.count("checked") for box in re.findall(r'<input type="checkbox" name="part"[^>]*>', page)] == [0, 1, 1]


def test_ticked_parts_become_topics_each_with_an_undo(lead: FlaskClient, post: Posting, space: Any, login: int) -> None:
    post(f"/topics/{login}/parts")
    _, phone, code = keys(lead.get(f"/topics/{login}/parts").text)
    named = {f"name.{phone}": "Lost phone", f"name.{code}": ""}
    answer = post(f"/topics/{login}/parts/split", part=[phone, code], why="two teams", **named)
    assert answer.status_code == 303
    page = words(lead.get(answer.headers["Location"]).text)
    assert "Lead split 8 tickets off login as Lost phone . Undo" in page
    assert page.count(". Undo") == 2
    assert space.name_of(space.topic_of("login-20")) == "Lost phone"
    assert len(space.members(login)) == 10


def test_what_cannot_be_split_is_said_beside_what_was_entered(
    lead: FlaskClient, post: Posting, space: Any, login: int
) -> None:
    post(f"/topics/{login}/parts")
    first, phone, code = keys(lead.get(f"/topics/{login}/parts").text)
    nothing = post(f"/topics/{login}/parts/split")
    assert (nothing.status_code, "No part is ticked" in nothing.text) == (400, True)
    taken = post(f"/topics/{login}/parts/split", part=[phone], **{f"name.{phone}": "Refund"})
    assert taken.status_code == 409
    assert "is called so already" in taken.text
    assert 'value="Refund"' in taken.text
    boxes = re.findall(r'name="part" value="\w+"[^>]*>', taken.text)
    assert [box.count("checked") for box in boxes] == [0, 1, 0]
    all_of_them = post(f"/topics/{login}/parts/split", part=[first, phone, code], **{f"name.{code}": '"><b>'})
    assert (all_of_them.status_code, "left without a ticket" in all_of_them.text) == (409, True)
    assert 'value="&#34;&gt;&lt;b&gt;"' in all_of_them.text
    assert space.lens.edits.history() == []


def test_a_topic_of_one_thing_says_so(lead: FlaskClient, post: Posting, topics: dict[str, int]) -> None:
    post(f"/topics/{topics['refund']}/parts")
    page = words(lead.get(f"/topics/{topics['refund']}/parts").text)
    assert "refund does not fall apart" in page
    assert "Split off" not in page


def test_a_topic_that_is_not_there_is_said(lead: FlaskClient, post: Posting) -> None:
    assert lead.get("/topics/999/parts").status_code == 404
    assert post("/topics/999/parts").status_code == 404


def test_a_viewer_sees_no_form_to_split(enter: Callable[[Role], FlaskClient], space: Any, login: int) -> None:
    space.lens.parting.suggest(login)
    page = enter(Role.VIEWER).get(f"/topics/{login}/parts").text
    assert 'name="part"' not in page
    assert "Look again" not in page
    assert "falls apart into 3 parts" in words(page)
