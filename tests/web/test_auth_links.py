"""One-time sign-in links."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ticketlens.model.person import Role
from ticketlens.people import People


def test_while_nobody_is_set_up_the_link_lets_one_browser_in_once(
    client: FlaskClient, app: Flask, people: People
) -> None:
    link = f"/sign-in/{people.make_link()}"
    answer = client.get(link)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/api/docs").status_code == 200
    again = app.test_client().get(link)
    assert again.status_code == 410
    assert "used before" in again.text
    assert "ticketlens person add" in again.text
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_looking_ahead_does_not_use_the_link_up(client: FlaskClient, people: People, headers: dict[str, str]) -> None:
    link = f"/sign-in/{people.make_link()}"
    page = client.get(link, headers=headers)
    assert page.status_code == 200
    assert "tl=" not in page.headers.get("Set-Cookie", "").split("tl_form")[0]
    assert client.head(link).status_code == 200
    assert client.get(link).status_code == 303


def test_the_button_of_the_link_needs_the_token_of_its_form(
    client: FlaskClient, people: People, token_of_form: Callable[..., str]
) -> None:
    link = f"/sign-in/{people.make_link()}"
    token = token_of_form(client)
    assert client.post(link).status_code == 400
    assert client.post(link, data={"csrf_token": token}).status_code == 303


def test_of_two_browsers_at_once_one_gets_in(app: Flask, people: People) -> None:
    for _ in range(5):
        link = f"/sign-in/{people.make_link()}"
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _, link=link: app.test_client().get(link).status_code, range(4)))
        assert sorted(answers) == [303, 410, 410, 410]


def test_a_link_runs_out_after_a_day(client: FlaskClient, people: People, clock) -> None:
    link = f"/sign-in/{people.make_link()}"
    clock.pass_(hours=24)
    assert client.get(link).status_code == 410


def test_a_token_does_not_shut_out_who_set_the_server_up(client: FlaskClient, app: Flask, people: People) -> None:
    first, second = people.make_link(), people.make_link()
    client.get(f"/sign-in/{first}")
    people.add_token("nightly", Role.LEAD)
    assert client.get("/api/docs").status_code == 200
    assert app.test_client().get(f"/sign-in/{second}").status_code == 303
    assert app.test_client().get("/api/v1/topics").status_code == 401


def test_a_link_of_nobody_is_worth_nothing_once_there_is_an_administrator(client: FlaskClient, people: People) -> None:
    first, second = people.make_link(), people.make_link()
    client.get(f"/sign-in/{first}")
    assert client.get("/api/docs").status_code == 200
    people.add_person("kim", Role.ADMIN)
    assert client.get("/api/docs").status_code == 303
    refused = client.get(f"/sign-in/{second}")
    assert refused.status_code == 410
    assert "until there was a first administrator" in refused.text


def test_a_link_of_nobody_lets_nobody_in_from_elsewhere(
    make_app: Callable[..., Flask], app: Flask, people: People
) -> None:
    link = f"/sign-in/{people.make_link()}"
    assert make_app(loopback_only=False).test_client().get(link).status_code == 410
    elsewhere = app.test_client().get(link, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert elsewhere.status_code == 410
    assert "own machine" in elsewhere.text
    assert app.test_client().get(link, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 410
    assert app.test_client().get(link).status_code == 303


def test_a_session_of_nobody_does_not_travel(client: FlaskClient, people: People) -> None:
    client.get(f"/sign-in/{people.make_link()}")
    assert client.get("/api/docs", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 303


def test_a_link_for_a_person_works_from_anywhere_with_their_role(
    make_app: Callable[..., Flask], people: People
) -> None:
    people.add_person("kim", Role.VIEWER)
    client = make_app(loopback_only=False).test_client()
    link = f"/sign-in/{people.make_link(Role.ADMIN, person='kim')}"
    assert client.get(link, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 303
    assert people.sessions.all()[0].role is Role.VIEWER


@pytest.mark.parametrize("secret", ["x", "%00", "a%2Fb", "x" * 3000, "%F0%9F%98%80"])
def test_a_made_up_link_is_just_no_link(client: FlaskClient, secret: str) -> None:
    assert client.get(f"/sign-in/{secret}").status_code == 410
