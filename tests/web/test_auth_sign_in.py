"""Signing in by password and out again, and what must not work."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ticketlens.model.person import Role
from ticketlens.people import People

SignIn = Callable[..., TestResponse]


def test_the_right_password_opens_the_page_that_was_asked_for(
    client: FlaskClient, password: str, sign_in: SignIn
) -> None:
    asked = client.get("/api/docs")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/api/docs"
    form = client.get(asked.location).text
    assert 'name="next" value="/api/docs"' in form
    answer = sign_in(client, next="/api/docs")
    assert (answer.status_code, answer.location) == (303, "/api/docs")
    assert client.get("/api/docs").status_code == 200


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_from_other_sites(
    client: FlaskClient, password: str, sign_in: SignIn
) -> None:
    cookie = next(c for c in sign_in(client).headers.getlist("Set-Cookie") if c.startswith("tl="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_over_tls_both_cookies_are_secure_and_bound_to_the_host(make_app: Callable[..., Flask], password: str) -> None:
    client = make_app(base_url="https://lens.example").test_client()
    page = client.get("/sign-in", base_url="https://lens.example")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    answer = client.post(
        "/sign-in",
        base_url="https://lens.example",
        data={"name": "kim", "password": password, "csrf_token": token},
    )
    assert answer.status_code == 303
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    kept = [cookie for cookie in cookies if "Max-Age=0" not in cookie]
    assert {cookie.partition("=")[0] for cookie in kept} == {"__Host-tl", "__Host-tl_form"}
    assert all("Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie for cookie in kept)


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    client: FlaskClient, password: str, sign_in: SignIn
) -> None:
    def told(answer: TestResponse) -> tuple[int, str]:
        return answer.status_code, re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text).replace("nobody", "kim")

    assert told(sign_in(client, "kim", "wrong wrong wrong")) == told(sign_in(client, "nobody", "wrong wrong wrong"))
    assert client.get("/").status_code != 200


def test_the_sixth_attempt_gets_429_and_is_told_when_to_come_again(
    client: FlaskClient, password: str, sign_in: SignIn
) -> None:
    for _ in range(5):
        assert sign_in(client, "kim", "wrong wrong wrong").status_code == 403
    refused = sign_in(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert "minutes" in refused.text


def test_a_forged_forwarded_address_buys_no_attempts(client: FlaskClient, sign_in: SignIn, token_of_form) -> None:
    for number in range(20):
        sign_in(client, f"person {number}", "wrong wrong wrong")
    fields = {"name": "another", "password": "wrong wrong wrong", "csrf_token": token_of_form(client)}
    refused = client.post("/sign-in", data=fields, headers={"X-Forwarded-For": "203.0.113.7"})
    assert refused.status_code == 429


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
        "/\t/evil.example",
        "javascript:alert(1)", "evil.example", "/%0d%0aSet-Cookie:x=1\r\nx", " /", "///evil.example", "",
    ],
)  # fmt: skip
def test_after_sign_in_nobody_is_sent_to_another_site(
    client: FlaskClient, password: str, sign_in: SignIn, address: str
) -> None:
    assert sign_in(client, next=address).location == "/"


def test_a_form_without_its_token_is_refused(client: FlaskClient, password: str, sign_in: SignIn) -> None:
    fields = {"name": "kim", "password": password}
    assert client.post("/sign-in", data=fields).status_code == 400
    assert client.post("/sign-in", data={**fields, "csrf_token": "made-up"}).status_code == 400
    sign_in(client)
    assert client.post("/sign-out").status_code == 400
    assert client.get("/api/docs").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(
    client: FlaskClient, password: str, token_of_form: Callable[..., str], headers: dict[str, str]
) -> None:
    fields = {"name": "kim", "password": password, "csrf_token": token_of_form(client)}
    assert client.post("/sign-in", data=fields, headers=headers).status_code == 403


def test_a_session_that_was_planted_before_is_not_the_one_after(
    client: FlaskClient, people: People, password: str, sign_in: SignIn
) -> None:
    planted = people.begin_session("Kim", Role.LEAD)
    page = client.get("/sign-in")
    client.set_cookie("tl", "chosen-by-somebody-else")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    client.post("/sign-in", data={"name": "kim", "password": password, "csrf_token": token})
    assert client.get_cookie("tl").value not in ("chosen-by-somebody-else", planted)
    assert people.find_session("chosen-by-somebody-else") is None


def test_signing_in_ends_the_session_that_the_browser_had(
    client: FlaskClient, people: People, password: str, sign_in: SignIn, token_of_form: Callable[..., str]
) -> None:
    token = token_of_form(client)
    before = people.begin_session("Kim", Role.LEAD)
    client.set_cookie("tl", before)
    client.post("/sign-in", data={"name": "kim", "password": password, "csrf_token": token})
    assert people.find_session(before) is None


def test_a_cookie_is_worth_nothing_after_sign_out(
    client: FlaskClient, app: Flask, password: str, sign_in: SignIn, token_of_form: Callable[..., str]
) -> None:
    token = token_of_form(client)
    client.post("/sign-in", data={"name": "kim", "password": password, "csrf_token": token})
    stolen = client.get_cookie("tl").value
    client.set_cookie("tl", "")
    token = token_of_form(client)
    client.set_cookie("tl", stolen)
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    thief = app.test_client()
    thief.set_cookie("tl", stolen)
    assert thief.get("/api/docs").status_code == 303


@pytest.fixture
def signed_in(client: FlaskClient, password: str, sign_in: SignIn) -> None:
    sign_in(client)


@pytest.mark.parametrize("ending", ["removed", "new password", "a day later", "ended by id"])
def test_a_cookie_is_worth_nothing_once_its_session_is_over(
    client: FlaskClient, people: People, clock, signed_in: None, ending: str
) -> None:
    assert client.get("/api/docs").status_code == 200
    if ending == "removed":
        people.remove("kim")
        people.add_person("kim", Role.ADMIN)
    elif ending == "new password":
        people.set_password("kim", "another horse battery")
    elif ending == "ended by id":
        people.sessions.end_all_of("Kim")
    else:
        clock.pass_(hours=24)
    assert client.get("/api/docs").status_code == 303


def test_a_role_cannot_be_chosen_in_the_form(
    client: FlaskClient, people: People, password: str, sign_in: SignIn
) -> None:
    sign_in(client, role="admin", person="root")
    assert people.sessions.all()[0].role is Role.LEAD
    assert people.person("kim").role is Role.LEAD


def test_the_form_says_who_typed_what_as_text(client: FlaskClient, sign_in: SignIn) -> None:
    page = sign_in(client, '"><script>alert(1)</script>{{7*7}}', "wrong wrong wrong").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_no_sign_in_answer_holds_the_password(client: FlaskClient, password: str, sign_in: SignIn) -> None:
    assert "wrong wrong wrong" not in sign_in(client, "kim", "wrong wrong wrong").text
