"""The buttons of a source: test, pull, change, remove."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk
from sources_page import Faulty, form_of, pulled, words

from ticketlens.errors import BadPayload
from ticketlens.lens import Lens

FRESHDESK = {"set.url": "https://acme.freshdesk.com", "set.api_key": "a key"}


def test_a_test_says_what_it_could_read_and_stores_nothing(post: Any, desk: Zendesk, lens: Lens) -> None:
    page = words(post("/sources/desk/test").text)
    assert "It answers: 2 tickets on its first page, the last one is “Problem 1”." in page
    assert lens.empty()


def test_a_test_that_fails_is_one_sentence_without_secrets(post: Any, desk: Zendesk) -> None:
    desk.faults.append(Fault(status=403, times=100))
    page = post("/sources/desk/test").text
    assert "give its account the rights in the docs" in page
    assert desk.secret not in page


@pytest.mark.parametrize("trouble", [KeyError("hush-hush"), BadPayload("results", "missing"), OSError("hush-hush")])
def test_whatever_a_connector_raises_is_a_sentence_on_the_page(
    post: Any, lens: Lens, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    lens.helpdesks.add("odd", "faulty", {"token": "hush-hush"})
    monkeypatch.setattr(Faulty, "trouble", trouble)
    told = f"the connector has a fault ({type(trouble).__name__} at sources_page.py:"
    sentence = str(trouble) if isinstance(trouble, BadPayload) else told
    for where, address, status in (
        ("pull", "/sources/odd/test", 200), ("made", "/sources/odd/test", 200),
        ("made", "/sources/odd/change", 400), ("made", "/add-source/faulty", 400),
    ):  # fmt: skip
        monkeypatch.setattr(Faulty, "where", where)
        page = post(address, name="odd-2", **{"set.token": "hush-hush"})
        assert page.status_code == status, address
        assert sentence.casefold() in words(page.text).casefold(), address
        assert "hush-hush" not in page.text


def test_buttons_leave_word_for_a_worker(post: Any, desk: Zendesk, lens: Lens, admin: FlaskClient) -> None:
    assert post("/sources/desk/pull").headers["Location"] == "/sources/desk"
    asked = lens.helpdesks.standings()[0].asked
    assert asked is not None
    assert not asked.full
    post("/sources/desk/pull", full="yes")
    assert lens.helpdesks.rounds.due() == [("desk", True)]
    assert "A full pull was asked for at Mon 16 Nov 09:00; a worker takes it up." in words(
        admin.get("/sources/desk").text
    )
    assert post("/sources/none/pull").status_code == 404


def test_settings_are_changed_and_an_empty_secret_stays(post: Any, desk: Zendesk, lens: Lens) -> None:
    before = lens.helpdesks.registry.settings("desk")
    page = post("/sources/desk/change", **{**form_of(desk, token=""), "set.email": "other@example.com"})
    assert "Saved" in page.text
    assert lens.helpdesks.registry.settings("desk") == {**before, "email": "other@example.com"}
    post("/sources/desk/change", **form_of(desk, token="new-token"))
    assert lens.helpdesks.registry.settings("desk")["token"] == "new-token"


def test_a_kept_secret_goes_to_no_other_address(post: Any, desk: Zendesk, lens: Lens) -> None:
    page = post("/sources/desk/change", **form_of(desk, token="", url="https://elsewhere.example.com"))
    assert page.status_code == 400
    assert "to change the address, enter token again" in page.text
    assert lens.helpdesks.registry.get("desk").values["url"] == desk.url


def test_a_secret_before_the_last_can_be_taken_away(post: Any, desk: Zendesk, lens: Lens) -> None:
    lens.helpdesks.change("desk", {"webhook_secret": "the new one", "webhook_secret_previous": "the old one"})
    post("/sources/desk/change", **form_of(desk, token=""), **{"forget.webhook_secret_previous": "yes"})
    assert "webhook_secret_previous" not in lens.helpdesks.registry.settings("desk")
    assert "webhook_secret" in lens.helpdesks.registry.settings("desk")


def test_removing_asks_first_and_leaves_the_tickets(admin: FlaskClient, post: Any, desk: Zendesk, lens: Lens) -> None:
    pulled(lens)
    assert "2 tickets stay" in words(admin.get("/sources/desk/remove").text)
    assert [one.name for one in lens.helpdesks.registry.all()] == ["desk"]
    assert post("/sources/desk/remove").headers["Location"] == "/sources"
    assert lens.helpdesks.registry.all() == []
    assert "Tickets that came another way" in admin.get("/sources").text
    assert admin.get("/sources/desk").status_code == 404
