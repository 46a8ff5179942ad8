"""A store that is away, comes back, stalls, or takes no writes: what pages and programs are told meanwhile."""

import json
import logging
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People
from web.app import create_app

ROOT = Path(__file__).parents[2]
ROW = {"id": "1", "subject": "printer on fire", "created_at": "2026-01-02T03:04:05Z"}


class NoVectors:
    def key(self, model: str) -> str:
        return model


@pytest.fixture
def proxy(front: Callable[..., Any]) -> Any:
    return front()


@pytest.fixture
def app(place: Any, proxy: Any) -> Flask:
    """On a store behind the proxy, begun while the store was away."""
    store = place.store(proxy.address(place.prefix), patience=0.2)
    return create_app(Lens(store, load_settings(environment={}), NoVectors()), secret=None)


@pytest.fixture
def signed_in(app: Flask, place: Any) -> FlaskClient:
    client, people = app.test_client(), People(place.store())
    client.set_cookie("tl", people.begin_session(people.add_person("kim", Role.LEAD).name, Role.LEAD))
    assert client.get("/").status_code == 200
    return client


def push(client: FlaskClient, **headers: str) -> Any:
    return client.post("/api/v1/tickets", json=ROW, headers=headers)


def is_told_to_come_again(answer: Any) -> bool:
    return bool(answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0)


def test_while_the_store_is_away_pages_say_so_and_all_goes_on_when_it_is_back(
    proxy: Any, signed_in: FlaskClient, place: Any, caplog: pytest.LogCaptureFixture
) -> None:
    token = People(place.store()).add_token("t", Role.LEAD)
    proxy.close()
    for address in ("/", "/tickets", "/topics", "/trends", "/sign-in", "/tickets/s/1", "/nothing"):
        page = signed_in.get(address)
        assert is_told_to_come_again(page), address
        assert page.mimetype == "text/html"
        assert "The store of the tickets does not answer" in page.text
        assert 'class="brand"' in page.text
        assert "127.0.0.1" not in page.text
    for call in (push(signed_in, Authorization=f"Bearer {token}"), signed_in.get("/api/v1/topics")):
        assert is_told_to_come_again(call)
        assert call.content_type == "application/problem+json"
        assert "127.0.0.1" not in call.text
    assert signed_in.get("/healthz").json == {"alive": True}
    assert signed_in.get("/static/app.css").status_code == 200
    ready = signed_in.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"ready": False, "wrong": ["the store does not answer"]})
    assert all(record.exc_info is None for record in caplog.records if record.levelno >= logging.WARNING)
    assert any(f"127.0.0.1:{proxy.port}: Connection refused" in record.getMessage() for record in caplog.records)
    proxy.open()
    assert signed_in.get("/readyz").json == {"ready": True, "wrong": []}
    assert push(signed_in, Authorization=f"Bearer {token}", **{"Idempotency-Key": "k"}).json["stored"] == 1
    assert signed_in.get("/tickets").status_code == 200


def test_a_server_that_began_without_its_store_fetches_the_key_of_forms_when_it_is_there(
    app: Flask, proxy: Any
) -> None:
    proxy.close()
    client = app.test_client()
    for address in ("/", "/sign-in"):
        assert is_told_to_come_again(client.get(address)), address
    assert is_told_to_come_again(client.post("/sign-in", data={"name": "kim"}))
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    proxy.open()
    assert client.get("/sign-in").status_code == 200
    assert app.secret_key


def test_a_store_that_stalls_is_a_page_soon_and_not_a_wait(place: Any, proxy: Any, signed_in: FlaskClient) -> None:
    store = place.store(proxy.address(place.prefix), timeout=0.5)
    hasty = create_app(Lens(store, load_settings(environment={}), NoVectors()), secret=b"a secret of the tests")
    client = hasty.test_client()
    client.set_cookie("tl", signed_in.get_cookie("tl").value)
    proxy.stall()
    assert is_told_to_come_again(client.get("/tickets"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    proxy.go_on()
    assert signed_in.get("/tickets").status_code == 200


def test_a_store_that_no_longer_knows_the_server_is_503_and_ready_says_so(proxy: Any, signed_in: FlaskClient) -> None:
    proxy.authorization = "Basic other"
    page = signed_in.get("/")
    assert is_told_to_come_again(page)
    assert "refuses this server" in page.text
    assert signed_in.get("/readyz").json["wrong"] == ["the store refuses this server"]
    proxy.authorization = None
    assert signed_in.get("/").status_code == 200


def test_a_read_only_store_shows_pages_and_sends_pushes_away_until_it_is_not(
    place: Any, signed_in: FlaskClient
) -> None:
    token = People(place.store()).add_token("t", Role.LEAD)
    assert push(signed_in, Authorization=f"Bearer {token}").json["stored"] == 1
    full = {"index.blocks.read_only_allow_delete": True}
    place.client.indices.put_settings(index=f"{place.prefix}-*", settings=full)
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = signed_in.post(
            "/api/v1/tickets", json={**ROW, "id": "2"}, headers={"Authorization": f"Bearer {token}", **headers}
        )
        assert is_told_to_come_again(answer)
        assert answer.headers["Retry-After"] == "30"
    assert signed_in.get("/tickets").status_code == 200
    place.client.indices.put_settings(index=f"{place.prefix}-*", settings=dict.fromkeys(full))
    answer = signed_in.post("/api/v1/tickets", json={**ROW, "id": "2"}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json["stored"] == 1


def test_the_log_says_once_that_the_store_is_away_and_once_that_it_works_again(
    place: Any, proxy: Any, signed_in: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    token = People(place.store()).add_token("t", Role.LEAD)
    for _ in range(2):
        caplog.clear()
        proxy.close()
        for _ in range(5):
            assert is_told_to_come_again(push(signed_in, Authorization=f"Bearer {token}"))
            assert is_told_to_come_again(signed_in.get("/"))
        proxy.open()
        for _ in range(2):
            assert push(signed_in, Authorization=f"Bearer {token}").status_code == 202
            assert signed_in.get("/").status_code == 200
        told = [record.getMessage() for record in caplog.records]
        for asked in ("POST /api/v1/tickets: ", "GET /: "):
            first, last = (line for line in told if line.startswith(asked))
            assert "does not answer" in first
            assert last == f"{asked}the store works again"


class Answer(NamedTuple):
    status: int
    headers: Message
    body: str


def ask(url: str, body: bytes | None = None) -> Answer:
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=20) as told:
            return Answer(told.status, told.headers, told.read().decode())
    except urllib.error.HTTPError as told:
        return Answer(told.code, told.headers, told.read().decode())


class Running:
    """`ticketlens COMMAND` as a process; `said(text)` waits until it wrote that."""

    def __init__(self, folder: Path, store: str, *command: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        told = {**own, "PYTHONPATH": paths, "TICKETLENS_STORE": store, "TICKETLENS_ELASTIC__TIMEOUT": "10"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ticketlens", *command],
            cwd=folder, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.lines: list[str] = []
        self._more = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line.rstrip())
                self._more.notify_all()

    def said(self, text: str) -> str:
        with self._more:
            found = self._more.wait_for(lambda: next((line for line in self.lines if text in line), None), timeout=60)
        assert found, self.lines
        return found


@contextmanager
def running(folder: Path, store: str, *command: str) -> Iterator[Running]:
    made = Running(folder, store, *command)
    try:
        yield made
    finally:
        made.process.terminate()
        try:
            made.process.wait(timeout=30)
        finally:
            made.process.kill()


def test_an_index_that_is_gone_is_told_as_a_store_that_is_away_until_it_is_back(
    proxy: Any, signed_in: FlaskClient, place: Any
) -> None:
    token = People(place.store()).add_token("t", Role.LEAD)
    assert push(signed_in, Authorization=f"Bearer {token}").json["stored"] == 1
    place.client.indices.delete(index=f"{place.prefix}-tickets-v2")
    for _ in range(2):
        for address in ("/", "/tickets", "/topics"):
            assert is_told_to_come_again(signed_in.get(address)), address
        assert is_told_to_come_again(push(signed_in, Authorization=f"Bearer {token}"))


@pytest.mark.slow
def test_serve_and_worker_begin_without_the_store_and_go_on_by_themselves(
    tmp_path: Path, place: Any, proxy: Any
) -> None:
    """The proxy is closed, opened, closed and opened again; nobody starts anything anew.

    The worker has a prefix of its own, without tickets, so that it loads no model.
    """
    proxy.close()
    store, other = (proxy.address(place.prefix + end, user="lens:hush") for end in ("", "-w"))
    with (
        running(tmp_path, store, "serve", "--web-only", "--port", "0", "--json") as web,
        running(tmp_path, other, "worker") as worker,
    ):
        url = json.loads(web.said('"url"'))["url"]
        worker.said("does not answer")
        assert ask(f"{url}/healthz").status == 200
        for _ in range(2):
            told = ask(f"{url}/api/v1/tickets", json.dumps(ROW).encode())
            assert (told.status, told.headers["Retry-After"]) == (503, "5")
            assert ask(f"{url}/").status == 503
            assert ask(f"{url}/readyz").status == 503
            proxy.open()
            told = ask(f"{url}/api/v1/tickets", json.dumps(ROW).encode())
            assert told.status == 202
            assert ask(f"{url}/readyz").status == 200
            assert ask(f"{url}/").status == 200
            proxy.close()
        proxy.open()
        worker.said("it works again")
    everything = "\n".join([*web.lines, *worker.lines])
    assert "Traceback" not in everything
    assert "hush" not in everything
    told = Counter(line for line in worker.lines if "does not answer" in line)
    assert max(told.values()) <= 1 + sum("it works again" in line for line in worker.lines)
