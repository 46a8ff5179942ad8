"""What is open, what needs a sign-in, and what each role may do: over every route that there is."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from ticketlens.model.person import Role
from ticketlens.people import People
from web.auth import needs

OPEN = {"/healthz", "/readyz", "/static/<path:filename>", "/sign-in", "/sign-in/<secret>", "/sign-out",
        "/hooks/<source>", "/hooks/<source>/<secret>"}  # fmt: skip
FAR = {"REMOTE_ADDR": "203.0.113.7"}


def doors(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Each method of each route that is not open to all, at an address that fits it."""
    for rule in app.url_map.iter_rules():
        if rule.rule not in OPEN:
            parts = {name: next(iter(getattr(rule._converters[name], "items", "7"))) for name in rule.arguments}
            values = {name: int(part) if part == "7" else part for name, part in parts.items()}
            address = app.url_map.bind("localhost").build(rule.endpoint, values)
            for method in rule.methods or ():
                yield method, address, rule


def test_all_but_the_open_doors_need_somebody_once_there_is_somebody(
    app: Flask, client: FlaskClient, people: People
) -> None:
    people.add_person("kim")
    met = list(doors(app))
    assert len(met) > 10
    for method, address, rule in met:
        answer = client.open(address, method=method)
        api = address.startswith(("/api/v", "/metrics"))
        expected = 401 if api or method not in ("GET", "HEAD", "OPTIONS") else 303
        assert answer.status_code == expected, (method, rule.rule)
        if api:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("address", ["/nothing", "/api/v1/nothing", "/admin", "/.env", "/api/"])
def test_an_address_that_is_not_there_tells_a_stranger_nothing(
    client: FlaskClient, people: People, address: str
) -> None:
    people.add_person("kim")
    assert client.get(address).status_code == (401 if address.startswith("/api/v") else 303)


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/sign-in"])
def test_open_doors_are_open(client: FlaskClient, people: People, address: str) -> None:
    people.add_person("kim")
    assert client.get(address).status_code == 200


def test_while_nobody_is_set_up_the_api_answers_loopback_alone(
    app: Flask, make_app: Callable[..., Flask], people: People
) -> None:
    address = "/api/v1/openapi.json"
    assert app.test_client().get(address).status_code == 200
    assert app.test_client().get(address, environ_base=FAR).status_code == 401
    assert app.test_client().get(address, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert app.test_client().get(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
    assert make_app(loopback_only=False).test_client().get(address).status_code == 401
    assert make_app(proxies=1).test_client().get(address).status_code == 401
    people.add_token("nightly")
    assert app.test_client().get(address).status_code == 401


def test_pages_need_a_sign_in_even_on_loopback(client: FlaskClient) -> None:
    assert client.get("/nothing").status_code == 303


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_its_routes_ask_for(app: Flask, people: People, role: Role) -> None:
    secret = people.add_token("t", role)
    for method, address, rule in doors(app):
        if not address.startswith("/api/v") or method in ("HEAD", "OPTIONS"):
            continue
        default = Role.VIEWER if method in ("GET", "HEAD", "OPTIONS") else Role.LEAD
        needed = getattr(app.view_functions[rule.endpoint], "needs", default)
        answer = app.test_client().open(address, method=method, headers={"Authorization": f"Bearer {secret}"})
        assert (answer.status_code != 403) is role.covers(needed), (method, address)
        assert answer.status_code != 401


def test_a_view_may_ask_for_more_and_no_view_is_forgotten(make_app: Callable[..., Flask], people: People) -> None:
    app = make_app()
    app.add_url_rule("/api/v1/secret", view_func=needs(Role.ADMIN)(lambda: "told"), endpoint="marked")
    app.add_url_rule("/api/v1/change", view_func=lambda: "done", endpoint="unmarked", methods=["DELETE"])
    headers = {role: {"Authorization": f"Bearer {people.add_token(role, role)}"} for role in Role}
    reads = [app.test_client().get("/api/v1/secret", headers=headers[role]).status_code for role in Role]
    writes = [app.test_client().delete("/api/v1/change", headers=headers[role]).status_code for role in Role]
    assert reads == [403, 403, 200]
    assert writes == [403, 400, 400], "only what is in the API's table does without the token of a form"


@pytest.mark.parametrize(
    "shown",
    ["Bearer wrong", "Bearer tl_wrong", "Bearer ", "Bearer", "Basic a2ltOng=", "tl_x", "Bearer tl_\x7f", "Digest x=1"],
)
def test_a_wrong_token_is_nobody_even_beside_a_good_session(
    client: FlaskClient, password: str, sign_in: Callable[..., object], shown: str
) -> None:
    sign_in(client)
    assert client.get("/api/v1/openapi.json").status_code == 200
    assert client.get("/api/v1/openapi.json", headers={"Authorization": shown}).status_code == 401


def test_a_revoked_token_is_nobody(client: FlaskClient, people: People) -> None:
    people.add_person("kim")
    headers = {"Authorization": f"Bearer {people.add_token('nightly')}"}
    assert client.get("/api/v1/openapi.json", headers=headers).status_code == 200
    people.revoke("nightly")
    assert client.get("/api/v1/openapi.json", headers=headers).status_code == 401


def test_a_token_in_the_address_is_no_token(client: FlaskClient, people: People) -> None:
    secret = people.add_token("nightly")
    assert client.get(f"/api/v1/openapi.json?access_token={secret}").status_code == 401


def test_a_token_opens_no_pages(client: FlaskClient, people: People) -> None:
    headers = {"Authorization": f"Bearer {people.add_token('nightly', Role.ADMIN)}"}
    assert client.get("/nothing", headers=headers).status_code == 303


def test_a_session_reads_the_api_but_never_writes_through_it(
    client: FlaskClient, password: str, sign_in: Callable[..., object]
) -> None:
    sign_in(client)
    assert client.get("/api/v1/openapi.json").status_code == 200
    answer = client.post("/api/v1/tickets", json={"id": "1"})
    assert answer.status_code == 403
    assert "token" in answer.json["detail"]


def test_a_changed_role_counts_at_once(
    client: FlaskClient, people: People, password: str, sign_in: Callable[..., object]
) -> None:
    sign_in(client)
    secret = client.get_cookie("tl").value
    assert people.find_session(secret)[1].role is Role.LEAD
    record = people._records.get_record("person", "kim")
    people._records.put_record("person", "kim", {**record.fields, "role": "viewer"})
    assert people.find_session(secret)[1].role is Role.VIEWER
