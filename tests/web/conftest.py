"""A web application over a real store in a folder of its own, with a clock that stands still until it is moved."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People
from ticketlens.store.open import open_store
from web.app import create_app

PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 16, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


class NoVectors:
    """An engine whose model has seen nothing: all that a web process ever asks of one is the model's key."""

    def key(self, model: str) -> str:
        return model


@pytest.fixture
def lens(tmp_path: Path, clock: Clock) -> Iterator[Lens]:
    store = open_store(f"sqlite:///{tmp_path}/lens.db")
    yield Lens(store, load_settings(environment={}), NoVectors(), clock)
    store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(lens: Lens, clock: Clock) -> People:
    return People(lens.store, clock)


@pytest.fixture
def make_app(lens: Lens, people: People) -> Callable[..., Flask]:
    def make(**options: object) -> Flask:
        return create_app(lens, secret=b"a secret of the tests", people=people, **options)

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def password(people: People) -> str:
    """Kim is a person, a lead, and has this password."""
    people.add_person("Kim", Role.LEAD, PASSWORD)
    return PASSWORD


def form_token(client: FlaskClient, address: str = "/sign-in") -> str:
    """The hidden token of the form at `address`."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert found, f"no form at {address}"
    return found[1]


@pytest.fixture
def sign_in() -> Callable[..., object]:
    def send(client: FlaskClient, name: str = "kim", password: str = PASSWORD, **more: str) -> object:
        fields = {"name": name, "password": password, "csrf_token": form_token(client), **more}
        return client.post("/sign-in", data=fields)

    return send


@pytest.fixture
def token_of_form() -> Callable[..., str]:
    return form_token
