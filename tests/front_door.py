"""The web application before its door: a gate that knows at once what is set, a Lens to look through, a person."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.hooks.gate import Gate
from ticketlens.lens import Lens
from ticketlens.model.delivery import Delivery
from ticketlens.model.person import Role
from ticketlens.people import People
from ticketlens.store.deliveries import InboxStore
from ticketlens.store.open import open_store


@dataclass
class Letterbox:
    """In place of the mailroom, whose thread may still write when a test closes the store."""

    store: InboxStore

    def begin(self) -> None:
        """Nobody else writes here."""

    def keep(self, delivery: Delivery) -> bool:
        return self.store.put_deliveries([delivery])[0]


def open_front_door(app: Flask, store: InboxStore) -> Gate:
    gate: Gate = app.extensions["gate"]
    gate.monotonic = itertools.count(0, 10).__next__
    gate.mailroom = Letterbox(store)  # type: ignore[assignment]
    return gate


class Engine:
    """A web process asks an engine for the name of its model alone."""

    def key(self, model: str) -> str:
        return model


@contextmanager
def opened_lens(folder: Path, clock: Any) -> Iterator[Lens]:
    """Over a store of its own, with the helpdesks that come with TicketLens."""
    url = f"sqlite:///{folder}/lens.db"
    store = open_store(url)
    yield Lens(store, load_settings(environment={}, overrides={"store": url}), Engine(), clock, TABLE)  # type: ignore[arg-type]
    store.close()


def signed_in(app: Flask, people: People, role: Role) -> FlaskClient:
    """Somebody of that role, who is named after it."""
    people.add_person(role.value, role)
    client = app.test_client()
    client.get(f"/sign-in/{people.make_link(role, role.value)}")
    return client
