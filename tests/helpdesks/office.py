"""A helpdesk on loopback, a source of it, and the store that it is pulled into, on a clock that nobody waits for."""

import importlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from helpdesks.desk import Desk
from helpdesks.server import Fault, Helpdesk

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.connector import hook_proof
from ticketlens.lens import Lens
from ticketlens.model import Ticket
from ticketlens.outside.waiting import Waiting
from ticketlens.sources.pulling import Pulled
from ticketlens.store.sqlite import SqliteStore

PATIENCE = 3_600
SECRET = "made by the helpdesk itself, as some of them do"


@dataclass
class Clock:
    """The desk's time; waiting moves it, and nobody sleeps."""

    desk: Desk
    waited: list[float] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def monotonic(self) -> float:
        return sum(self.waited)

    def now(self) -> datetime:
        return datetime.now().astimezone()


class Office:
    """One helpdesk, one source of it, and the store that it is pulled into."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.helpdesk: Helpdesk = importlib.import_module(f"helpdesks.{kind}").Server()
        self.desk = self.helpdesk.desk
        self.clock = Clock(self.desk)
        settings = load_settings(environment={}, overrides={
            "store": f"sqlite:///{folder / 'office.db'}", "allow_private_hosts": ["127.0.0.0/8"],
        })  # fmt: skip
        waiting = Waiting(self.clock.sleep, self.clock.monotonic, self.clock.now)
        store = SqliteStore(folder / "office.db")
        self.lens = Lens(store, settings, None, kinds=TABLE, waiting=waiting)  # type: ignore[arg-type]

    def pull(self, **how: Any) -> Pulled:
        return self.lens.helpdesks.pull("desk", step=lambda done, total: None, **how)

    def quiet(self) -> None:
        """Time passes in which nothing happens."""
        self.desk.tick(PATIENCE)

    def stored(self) -> dict[str, Ticket]:
        return {one.id: one for one in self.lens.store.each_raw()}

    def fault(self, **told: Any) -> Fault:
        made = Fault(**{"where": self.helpdesk.is_ticket_list, **told})
        self.helpdesk.faults.append(made)
        return made

    def id_of(self, number: int) -> str:
        return self.helpdesk.id_of(number)

    def must_equal(self) -> None:
        """The store knows of every ticket what is true of it."""
        must_equal(self.helpdesk, self.stored())


def must_equal(helpdesk: Helpdesk, stored: Mapping[str, Ticket]) -> None:
    """`stored`, by id, are the tickets of that helpdesk as they truly are."""
    found = {id_: truth(ticket) for id_, ticket in stored.items()}
    there = {helpdesk.id_of(one.number): helpdesk.truth(one) for one in helpdesk.visible()}
    held = {id_: one for id_, one in found.items() if id_ in there or one["excluded"] is None}
    assert _counting(held) == _counting(there)


def _counting(told: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """Of what counts nowhere it is enough to know why: a helpdesk may tell no more of it."""
    return {id_: one if one["excluded"] is None else {"excluded": one["excluded"]} for id_, one in told.items()}


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Office]:
    """An office whose helpdesk is serving, and whose source `desk` is entered."""
    made = Office(kind, folder)
    with made.helpdesk.serving():
        own = {"webhook_secret": SECRET} if hook_proof(TABLE[kind]) == "theirs" else {}
        made.lens.helpdesks.registry.add("desk", kind, {**made.helpdesk.settings(), **own})
        yield made
    made.lens.store.close()


def truth(ticket: Ticket) -> dict[str, object]:
    names = ("subject", "created_at", "first_reply_at", "first_solved_at", "solved_at", "reopens", "excluded")
    return {**{name: getattr(ticket, name) for name in names}, "is_solved": ticket.status.is_solved}
