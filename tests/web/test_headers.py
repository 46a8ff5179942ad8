"""Headers on every answer, hosts that are not ours, and errors that tell nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from ticketlens.errors import BadPayload, ConfigError, Denied, StoreError, Unavailable
from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = {
    "default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "object-src 'none'",
    "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
}  # fmt: skip


class OddError(Exception):
    pass


def failing(app: Flask, error: Exception) -> Flask:
    def view() -> str:
        raise error

    app.add_url_rule("/api/v1/failing", "failing_call", view)
    app.add_url_rule("/failing", "failing_page", view)
    return app


@pytest.fixture
def signed_in(app: Flask, client: FlaskClient, people: People) -> FlaskClient:
    failing(app, OddError("the secret of the database is hunter2"))
    client.get(f"/sign-in/{people.make_link()}")
    return client


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/healthz", 200), ("GET", "/sign-in", 303), ("GET", "/nothing", 404), ("POST", "/sign-in", 400),
        ("PUT", "/api/docs", 405),
        ("PUT", "/api/v1/topics", 403), ("GET", "/api/v1/nothing", 404), ("GET", "/api/docs", 200), ("GET",
        "/failing", 500),
        ("GET", "/api/v1/failing", 500), ("GET", "/api/v1/openapi.json", 200), ("GET", "/static/none.css", 404),
        ("GET", "/api/v1/topics?form=x", 400),
    ],
)  # fmt: skip
def test_every_answer_carries_the_headers(signed_in: FlaskClient, method: str, address: str, status: int) -> None:
    answer = signed_in.open(address, method=method)
    assert answer.status_code == status
    assert ALWAYS.items() <= dict(answer.headers).items()
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_over_tls_browsers_are_told_to_stay_there(make_app: Callable[..., Flask]) -> None:
    client = make_app(base_url="https://lens.example").test_client()
    told = client.get("/healthz", base_url="https://lens.example").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("address", ["/failing", "/api/v1/failing"])
def test_an_unexpected_error_tells_an_id_and_nothing_else(
    signed_in: FlaskClient, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = signed_in.get(address)
    assert answer.status_code == 500
    for secret in ("hunter2", "OddError", "Traceback", "test_headers", ".py"):
        assert secret not in answer.text
    assert caplog.records[-1].args[0] in answer.text
    assert caplog.records[-1].exc_info is not None


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (ConfigError("by: 'yaer' is none of day, week"), 400, "by: 'yaer'"),
        (BadPayload("tickets[3].id", "is missing"), 400, "tickets[3].id"),
        (Unavailable("the store at host:9200 is busy", retry_after=4.2), 503, "does not answer, or takes no writes"),
        (Denied("the store: the server at host:9200 does not know us"), 503, "refuses this server"),
        (StoreError("/var/lib/lens.db: disk image is malformed"), 500, "log"),
    ],
)
def test_our_own_errors_say_what_to_do(
    make_app: Callable[..., Flask], people: People, error: Exception, status: int, detail: str
) -> None:
    client = failing(make_app(), error).test_client()
    client.get(f"/sign-in/{people.make_link()}")
    told = client.get("/api/v1/failing")
    assert (told.status_code, told.content_type) == (status, "application/problem+json")
    assert told.json["status"] == status
    assert detail in told.json["detail"]
    page = client.get("/failing")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert detail.replace("'", "&#39;") in page.text
    waits = {Unavailable: "5", Denied: "60"}
    assert told.headers.get("Retry-After") == page.headers.get("Retry-After") == waits.get(type(error))
    assert "/var/lib" not in told.text + page.text
    assert "host:9200" not in told.text + page.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.",
        "evil.example:8000",
        "",
        "a b",
        "[::2]",
        "evil@localhost",
        "localhost/x",
    ],
)
def test_a_name_that_is_not_ours_is_refused(client: FlaskClient, people: People, host: str) -> None:
    link = f"/sign-in/{people.make_link()}"
    for address in ("/sign-in", "/api/v1/openapi.json", link):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code == 400
        assert "Set-Cookie" not in answer.headers
        assert ALWAYS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "[::1]", "LOCALHOST:1"])
def test_names_of_loopback_are_ours(client: FlaskClient, host: str) -> None:
    assert client.get("/sign-in", headers={"Host": host}).status_code == 200


def test_the_name_in_base_url_is_ours_and_health_answers_to_any(make_app: Callable[..., Flask]) -> None:
    client = make_app(base_url="https://lens.example", loopback_only=False).test_client()
    assert client.get("/sign-in", headers={"Host": "lens.example"}).status_code == 200
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_no_redirect_repeats_the_host(make_app: Callable[..., Flask], people: People) -> None:
    people.add_person("kim", Role.VIEWER)
    answer = make_app(loopback_only=False).test_client().get("/nothing", headers={"Host": "evil.example"})
    assert answer.location == "/sign-in?next=/nothing"


@pytest.mark.parametrize("path", ["../app.py", "..%2Fapp.py", "%2e%2e/app.py", "%2Fetc/passwd", "..%5Capp.py", "%00"])
def test_static_gives_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_a_body_that_is_too_big_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "x" * 2_000_000})
    assert answer.status_code == 413


def test_a_static_file_is_kept_until_it_changes(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app()
    app.static_folder = str(tmp_path)

    def address(text: str) -> str:
        (tmp_path / "app.css").write_text(text)
        with app.test_request_context():
            return url_for("static", filename="app.css")

    first, second = address("a {}"), address("b { color: red }")
    assert first != second
    kept = app.test_client().get(second)
    assert (kept.text, kept.headers["Cache-Control"]) == ("b { color: red }", "public, max-age=31536000, immutable")
    assert app.test_client().get("/static/app.css").headers["Cache-Control"] == "no-cache"


def test_a_store_that_is_gone_is_told_without_its_place(client: FlaskClient, lens: Lens) -> None:
    assert client.get("/readyz").json == {"ready": True, "wrong": []}
    lens.store.close()
    lens.store._db.path.unlink()
    lens.store._db.path.mkdir()
    for address, status in (("/readyz", 503), ("/healthz", 200)):
        answer = client.get(address)
        assert answer.status_code == status
        assert "lens.db" not in answer.text


def test_a_link_never_gets_into_the_log(
    make_app: Callable[..., Flask], people: People, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(secret: str) -> None:
        raise OddError

    monkeypatch.setattr(people, "usable_link", broken)
    secret = people.make_link()
    assert make_app().test_client().get(f"/sign-in/{secret}").status_code == 500
    assert secret not in caplog.text
