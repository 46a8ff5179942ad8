"""Who may change sources, and how one is added: a secret is told once or never."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from helpdesks.zendesk import Server as Zendesk
from sources_page import BAD, SECRET, form_of, pulled, words

from connectors import TABLE
from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People
from ticketlens.sources.registry import fields_of

FRESHDESK = {"set.url": "https://acme.freshdesk.com", "set.api_key": "a key"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.LEAD])
def test_who_is_no_admin_sees_how_sources_stand_and_changes_nothing(
    client: FlaskClient, people: People, desk: Zendesk, lens: Lens, role: Role, token_of_form: Callable[..., str]
) -> None:
    people.add_person("Kim", role)
    client.get(f"/sign-in/{people.make_link(role, 'Kim')}")
    for address in ("/sources", "/sources/desk"):
        page = client.get(address)
        assert page.status_code == 200
        assert "not read yet" in page.text
        assert "Pull now" not in page.text
        assert "lead@example.com" not in page.text
    token = token_of_form(client, "/sources")
    for address in ("/sources/desk/pull", "/sources/desk/test", "/sources/desk/change", "/sources/desk/remove",
                    "/add-source/zendesk"):  # fmt: skip
        assert client.post(address, data={"csrf_token": token}).status_code == 403
    for address in ("/add-source", "/add-source/zendesk", "/sources/desk/remove"):
        assert client.get(address).status_code == 403
    assert lens.helpdesks.rounds.registry.get("desk").kind == "zendesk"


def test_nothing_is_done_without_the_token_of_a_form(admin: FlaskClient, desk: Zendesk, lens: Lens) -> None:
    for address in ("pull", "test", "change", "remove"):
        assert admin.post(f"/sources/desk/{address}", data={"csrf_token": "made up"}).status_code == 400
    assert desk.asked == []
    assert [one.asked for one in lens.helpdesks.standings()] == [None]


def test_without_sources_the_page_says_what_a_source_is_and_where_to_begin(admin: FlaskClient) -> None:
    page = admin.get("/sources").text
    assert "No helpdesk is connected yet" in page
    assert 'href="/add-source"' in page
    assert "writes nothing there" in page


def test_the_first_start_leads_to_it(admin: FlaskClient) -> None:
    assert 'href="/add-source"' in admin.get("/").text
    kinds = admin.get("/add-source").text
    assert all(f'href="/add-source/{name}"' in kinds for name in TABLE)


@pytest.mark.parametrize("kind", TABLE)
def test_a_form_has_a_field_for_each_setting_and_hides_what_is_secret(admin: FlaskClient, kind: str) -> None:
    page = admin.get(f"/add-source/{kind}").text
    for one in fields_of(TABLE[kind]):
        (field,) = re.findall(rf'<input name="set\.{one.name}"[^>]*>', page)
        assert ('type="password"' in field) == one.secret
        assert (" required" in field) == one.required


def test_an_unknown_kind_is_no_page(admin: FlaskClient) -> None:
    assert admin.get("/add-source/nothing").status_code == 404


def test_the_secret_of_webhooks_is_shown_once(admin: FlaskClient, post: Any, lens: Lens) -> None:
    page = post("/add-source/freshdesk", name="desk", **FRESHDESK)
    assert page.status_code == 200
    (secret,) = SECRET.findall(page.text)
    assert secret == lens.helpdesks.registry.settings("desk")["webhook_secret"]
    assert "http://127.0.0.1:8000/hooks/desk" in page.text
    assert f"http://127.0.0.1:8000/hooks/desk/{secret}" in page.text
    assert "docs/connectors/freshdesk.md" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert lens.helpdesks.standings()[0].asked is not None
    shown = [admin.get(at).text for at in ("/sources", "/sources/desk", "/sources/desk/remove", "/api/v1/sources")]
    assert page.text.count(secret) == 2
    assert all(secret not in text and "a key" not in text for text in shown)
    assert "a key" not in page.text


def test_tickets_that_bear_the_name_already_are_told(post: Any, desk: Zendesk, lens: Lens) -> None:
    pulled(lens)
    lens.helpdesks.remove("desk")
    page = post("/add-source/zendesk", name="desk", **form_of(desk))
    assert "There are 2 tickets of this name already" in words(page.text)


def test_a_secret_that_a_person_chose_is_not_shown_at_all(post: Any, helpdesk: Zendesk) -> None:
    page = post("/add-source/zendesk", name="desk", **form_of(helpdesk, webhook_secret="chosen-by-a-person")).text
    assert "desk is added" in page
    assert "chosen-by-a-person" not in page


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"set.url": ""}, "url: missing"),
        ({"set.url": BAD}, "is no address such as"),
        ({"name": "Not A Name"}, "is no name for a source"),
        ({"name": BAD}, "is no name for a source"),
        ({"set.zone": "Mars/Olympus"}, "is no time zone"),
    ],
)
def test_what_is_wrong_is_said_above_the_form_which_keeps_all_but_secrets(
    post: Any, helpdesk: Zendesk, lens: Lens, other: dict[str, str], told: str
) -> None:
    page = post("/add-source/zendesk", **{"name": "desk", **form_of(helpdesk), **other})
    assert page.status_code == 400
    assert told in html.unescape(page.text)
    assert 'value="lead@example.com"' in page.text
    assert helpdesk.secret not in page.text
    assert BAD not in page.text
    assert lens.helpdesks.registry.all() == []


def test_a_name_is_offered_that_is_not_taken(admin: FlaskClient, lens: Lens, helpdesk: Zendesk) -> None:
    assert 'name="name" value="zendesk"' in admin.get("/add-source/zendesk").text
    lens.helpdesks.add("zendesk", "zendesk", helpdesk.settings())
    assert 'name="name" value="zendesk-2"' in admin.get("/add-source/zendesk").text
