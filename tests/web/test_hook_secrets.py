"""The secret of webhooks on the page: shown once, changed without a gap, ended by a person."""

import html
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from front_door import open_front_door, opened_lens, signed_in

from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People

SECRET = re.compile(r'<code class="copy">([\w-]{40,})</code>')
GIVEN = {
    "freshdesk": {"url": "https://acme.freshdesk.com", "api_key": "a key"},
    "github": {"repo": "acme/shop", "token": "a token"},
    "zendesk": {"url": "https://acme.zendesk.com", "email": "lead@example.com", "token": "a token"},
}
BODY = b'{"ticket_id": "7"}'


@pytest.fixture
def lens(tmp_path: Path, clock: Any) -> Iterator[Lens]:
    with opened_lens(tmp_path, clock) as made:
        for kind, given in GIVEN.items():
            made.helpdesks.add(kind, kind, given)
        yield made


@pytest.fixture
def admin(app: Flask, people: People, lens: Lens) -> FlaskClient:
    """An administrator, before a gate that asks for the settings each time."""
    open_front_door(app, lens.store)
    return signed_in(app, people, Role.ADMIN)


@pytest.fixture
def post(admin: FlaskClient, token_of_form: Callable[..., str]) -> Callable[..., Any]:
    token = token_of_form(admin, "/sources/freshdesk")
    return lambda address, **fields: admin.post(address, data={"csrf_token": token, **fields})


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())


def call(app: Flask, secret: str) -> int:
    """What a delivery is answered that carries that secret."""
    return app.test_client().post("/hooks/freshdesk", data=BODY, headers={"X-TicketLens-Secret": secret}).status_code


def test_a_new_secret_is_shown_once_and_the_former_one_proves_until_it_is_ended(
    app: Flask, admin: FlaskClient, post: Any, lens: Lens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    former = lens.helpdesks.registry.settings("freshdesk")["webhook_secret"]
    answer = post("/sources/freshdesk/secret")
    (new,) = SECRET.findall(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert f"/hooks/freshdesk/{new}" in answer.text
    assert "The former one still counts" in answer.text
    assert former not in answer.text
    assert [call(app, secret) for secret in (former, new, "another")] == [202, 202, 401]
    later = [admin.get(at).text for at in ("/sources", "/sources/freshdesk", "/api/v1/sources")]
    assert post("/sources/freshdesk/secret/end").headers["Location"] == "/sources/freshdesk#webhook"
    assert [call(app, secret) for secret in (former, new)] == [401, 202]
    told = "".join([*later, admin.get("/sources/freshdesk").text, caplog.text])
    assert new not in told
    assert former not in told


def test_while_two_count_a_lost_one_is_made_anew_and_the_one_in_use_goes_on(
    app: Flask, admin: FlaskClient, post: Any, lens: Lens
) -> None:
    in_use = lens.helpdesks.registry.settings("freshdesk")["webhook_secret"]
    (lost,) = SECRET.findall(post("/sources/freshdesk/secret").text)
    refused = post("/sources/freshdesk/secret")
    assert refused.status_code == 400
    assert "Two secrets of freshdesk count already" in words(refused.text)
    assert not SECRET.findall(refused.text)
    page = words(admin.get("/sources/freshdesk").text)
    assert "End the former secret" in page
    assert "Make the last one anew" in page
    (new,) = SECRET.findall(post("/sources/freshdesk/secret", again="yes").text)
    assert [call(app, secret) for secret in (in_use, lost, new)] == [202, 401, 202]


def test_a_secret_that_is_entered_keeps_the_one_before(app: Flask, post: Any, lens: Lens) -> None:
    former = lens.helpdesks.registry.settings("freshdesk")["webhook_secret"]
    given = {f"set.{name}": value for name, value in GIVEN["freshdesk"].items()}
    page = post("/sources/freshdesk/change", **{**given, "set.webhook_secret": "chosen-by-a-person"})
    assert "chosen-by-a-person" not in page.text
    assert [call(app, secret) for secret in (former, "chosen-by-a-person")] == [202, 202]


def test_a_helpdesk_that_makes_the_secret_has_a_field_for_it_and_no_button(
    admin: FlaskClient, post: Any, lens: Lens
) -> None:
    page = admin.get("/sources/zendesk").text
    assert "None is entered yet, so each delivery is refused. Zendesk makes it: copy it there." in words(page)
    assert "New secret" not in page
    assert post("/sources/zendesk/secret").status_code == 400
    assert (
        post("/sources/zendesk/secret/enter", secret=" theirs-one ").headers["Location"] == "/sources/zendesk#webhook"
    )
    assert lens.helpdesks.registry.settings("zendesk")["webhook_secret"] == "theirs-one"
    post("/sources/zendesk/secret/enter", secret="theirs-two")
    assert lens.helpdesks.registry.settings("zendesk")["webhook_secret_previous"] == "theirs-one"
    shown = admin.get("/sources/zendesk").text
    assert "theirs-" not in shown
    assert "End the former secret" in shown


@pytest.mark.parametrize("given", ["", "two\nlines", "x" * 4_001])
def test_a_secret_that_cannot_be_is_told_and_not_repeated(post: Any, lens: Lens, given: str) -> None:
    page = post("/sources/zendesk/secret/enter", secret=given)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert not given or given not in page.text
    assert "webhook_secret" not in lens.helpdesks.registry.settings("zendesk")


def test_what_is_added_without_a_secret_says_where_to_copy_theirs(post: Any) -> None:
    fields = {f"set.{name}": value for name, value in GIVEN["zendesk"].items()}
    page = post("/add-source/zendesk", name="new", **fields).text
    assert SECRET.findall(page) == []
    assert "Zendesk makes the secret itself" in words(page)
    assert 'action="/sources/new/secret/enter"' in page


@pytest.mark.parametrize(
    ("kind", "words_"), [("freshdesk", "/hooks/freshdesk/SECRET"), ("github", "asks for a secret")]
)
def test_the_steps_fit_the_way_in_which_deliveries_are_proven(admin: FlaskClient, kind: str, words_: str) -> None:
    assert words_ in words(admin.get(f"/sources/{kind}").text)


@pytest.mark.parametrize("what", ["", "/end", "/enter"])
def test_only_an_administrator_with_the_token_of_a_form_may(
    app: Flask, admin: FlaskClient, people: People, lens: Lens, token_of_form: Callable[..., str], what: str
) -> None:
    before = lens.helpdesks.registry.settings("freshdesk")
    address = f"/sources/freshdesk/secret{what}"
    assert admin.post(address, data={"secret": "x"}).status_code == 400
    assert admin.get(address).status_code in (404, 405)
    assert app.test_client().post(address).status_code in (400, 401)
    for role in (Role.VIEWER, Role.LEAD):
        client = signed_in(app, people, role)
        page = client.get("/sources/freshdesk").text
        assert "/secret" not in page
        token = token_of_form(client, "/sources/freshdesk")
        assert client.post(address, data={"csrf_token": token, "secret": "x"}).status_code == 403
    assert lens.helpdesks.registry.settings("freshdesk") == before


def test_a_source_that_is_not_there_is_no_page(post: Any) -> None:
    for what in ("", "/end", "/enter"):
        assert post(f"/sources/none/secret{what}", secret="x").status_code == 404
