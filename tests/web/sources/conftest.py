"""A helpdesk on loopback, an administrator before the pages, and what a form sends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from helpdesks.zendesk import Server as Zendesk
from sources_page import Engine, Faulty

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.outside.waiting import Waiting
from ticketlens.people import People
from ticketlens.store.open import open_store

FRESHDESK = {"set.url": "https://acme.freshdesk.com", "set.api_key": "a key"}


@pytest.fixture
def lens(tmp_path: Path, clock: Any) -> Iterator[Lens]:
    """A Lens that may reach this machine, and that nobody waits in."""
    told = {"store": f"sqlite:///{tmp_path}/lens.db", "allow_private_hosts": ["127.0.0.0/8"]}
    settings = load_settings(environment={}, overrides=told)
    store = open_store(told["store"])
    kinds = {**TABLE, "faulty": Faulty}
    yield Lens(store, settings, Engine(), clock, kinds, Waiting(sleep=lambda seconds: None))  # type: ignore[arg-type]
    store.close()


@pytest.fixture
def helpdesk() -> Iterator[Zendesk]:
    server = Zendesk()
    for number in range(2):
        server.desk.create(f"Problem {number}", "Text")
    server.desk.tick(3_600)
    with server.serving():
        yield server


@pytest.fixture
def admin(client: FlaskClient, people: People) -> FlaskClient:
    people.add_person("Ann", Role.ADMIN)
    client.get(f"/sign-in/{people.make_link(Role.ADMIN, 'Ann')}")
    return client


@pytest.fixture
def post(admin: FlaskClient, token_of_form: Callable[..., str]) -> Callable[..., Any]:
    """`post(address, **fields)` with the token of a form."""
    return lambda address, **fields: admin.post(
        address, data={"csrf_token": token_of_form(admin, "/add-source/zendesk"), **fields}
    )


@pytest.fixture
def desk(lens: Lens, helpdesk: Zendesk) -> Zendesk:
    """That Zendesk, entered as the source `desk`."""
    lens.helpdesks.add("desk", "zendesk", helpdesk.settings())
    return helpdesk
