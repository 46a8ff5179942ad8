"""One whole turn of the work on webhooks in this process: take, keep, read, settle, pull, forget."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask
from helpdesks.zammad import Server

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.errors import TicketLensError
from ticketlens.lens import Lens
from ticketlens.model.wire import ticket_to_row
from ticketlens.outside.proof import hex_mac
from ticketlens.store.base import Store
from ticketlens.store.sqlite import SqliteStore
from web.app import create_app

KEY = Fernet.generate_key().decode()
OLD, LATER = timedelta(days=40), timedelta(minutes=6)
PATIENCE = 2.0
Call = tuple[str, bytes, dict[str, str]]


@dataclass
class World:
    """What is the same in every run: the helpdesk, what it pushes, and a store with old deliveries in `template`."""

    helpdesk: Server
    template: Path
    calls: list[Call] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.helpdesk.desk.now

    def lens(self, store: Store, now: datetime) -> Lens:
        told = {"store": f"sqlite:///{self.template}", "allow_private_hosts": ["127.0.0.0/8"], "secret_key": KEY}
        settings = load_settings(environment={}, overrides=told)
        return Lens(store, settings, None, now=lambda: now, kinds=TABLE)  # type: ignore[arg-type]


@dataclass
class Run:
    """One process over one store. What it is given to send it keeps sending until that is acknowledged."""

    world: World
    store: Any
    acknowledged: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    at: datetime = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.world.now
        self.lens = self.world.lens(self.store, self.at)
        object.__setattr__(self.lens, "now", lambda: self.at)
        self.app = create_app(self.lens, secret=b"a secret of the tests")
        self.app.extensions["gate"].mailroom.patience = PATIENCE

    def cycle(self) -> None:
        """What goes wrong in one part is met by those who call it in the product, and the next part begins."""
        with told_errors():
            self.lens.inbox.tidied()
        self.push()
        with told_errors():
            self.app.extensions["gate"].tally.write()
        with told_errors():
            for source in self.lens.inbox.due():
                self.lens.inbox.read(source)
        with told_errors():
            self.lens.helpdesks.pull("desk", step=lambda done, total: None)

    def push(self) -> None:
        client = self.app.test_client()
        for name, body, headers in self.world.calls:
            if name not in self.acknowledged:
                told = client.post("/hooks/desk", data=body, headers={"Content-Type": "application/json", **headers})
                self.statuses.append(told.status_code)
                if told.status_code == 202:
                    self.acknowledged.add(name)

    def later(self) -> None:
        self.at += LATER


@contextmanager
def told_errors() -> Iterator[None]:
    """A worker writes them into its log, and does the rest."""
    try:
        yield
    except TicketLensError as error:
        logging.getLogger(__name__).info("%s", error)


def state(store: Store, lens: Lens) -> dict[str, object]:
    """What has to be the same in the end.

    That a delivery is stored or unchanged says who brought its ticket first, which may be the try that broke off:
    both are "read". What was counted beside the deliveries (repeated ones) differs with the number of tries.
    """
    kept = store.deliveries("desk", limit=1_000)
    counts = lens.inbox.counts()["desk"]
    repeated = counts.received - counts.refused - counts.waiting - counts.set_aside
    assert counts.adds_up
    assert len(kept) == len({one.delivery.name for one in kept})
    swept = store.get_record("hooks swept", "desk")
    pull = store.get_record("pull", "desk")
    assert swept
    assert pull
    return {
        "tickets": [ticket_to_row(one) for one in store.each_raw()],
        "inbox": {one.delivery.name: (_read(one.outcome.became), one.outcome.reason, one.delivery.body)
                  for one in kept},
        "swept": swept.fields,
        "trouble": lens.inbox.trouble("desk"),
        "set aside": counts.set_aside,
        "waiting": counts.waiting,
        "at least": repeated >= len(kept) - counts.set_aside,
        "pulled": (pull.fields["cursor"], pull.fields["error"], pull.fields["running"]),
        "figures": lens.helpdesks.sizes(),
    }  # fmt: skip


def _read(became: str) -> str:
    return "read" if became in ("stored", "unchanged") else became


def build(helpdesk: Server, folder: Path) -> World:
    """Three tickets that were pulled and pushed 40 days ago and changed since, one that is gone, and a new one."""
    desk, template = helpdesk.desk, folder / "template.db"
    world = World(helpdesk, template)
    store = SqliteStore(template)
    lens = world.lens(store, world.now)
    lens.helpdesks.registry.add("desk", "zammad", helpdesk.settings())
    secret = lens.helpdesks.registry.settings("desk")["webhook_secret"]
    numbers = [desk.create(f"Problem {number}") for number in range(3)]
    world.calls = [_call(helpdesk, number, secret, f"old-{number}") for number in numbers]
    desk.tick(60)
    old = Run(world, store)
    old.cycle()
    assert len(old.acknowledged) == len(numbers)
    desk.tick(OLD.total_seconds())
    desk.solve(numbers[0])
    desk.tick(60)
    desk.reply(numbers[1])
    new = desk.create("Another problem")
    desk.tick(3600)
    world.calls = [_call(helpdesk, number, secret, f"new-{number}") for number in (*numbers, new)]
    world.calls += [_signed(b"{}", secret, "unreadable"), _call(helpdesk, numbers[0], secret, "new-again")]
    helpdesk.lose(numbers[2])
    store.close()
    return world


def copy(world: World, name: str) -> SqliteStore:
    file = world.template.with_name(f"{name}.db")
    shutil.copy(world.template, file)
    return SqliteStore(file)


def _call(helpdesk: Server, number: int, secret: str, name: str) -> Call:
    body, headers = helpdesk.delivery(number, secret, "")
    return name, body, {**headers, "X-Zammad-Delivery": name}


def _signed(body: bytes, secret: str, name: str) -> Call:
    return name, body, {"X-Hub-Signature": f"sha1={hex_mac(secret, body, 'sha1')}", "X-Zammad-Delivery": name}
