"""A web application's gate for tests: settings are asked for each time, and what comes is stored by who brings it."""

import itertools
from dataclasses import dataclass

from flask import Flask

from ticketlens.hooks.gate import Gate
from ticketlens.model.delivery import Delivery
from ticketlens.store.base import InboxStore


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
