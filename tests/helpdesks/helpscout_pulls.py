"""What the tests of Help Scout share: a connector of the loopback, its tickets, and answers of our own."""

import json
from typing import Any

from helpdesks.helpscout import Server
from helpdesks.server import Fault

from connectors.helpscout import HelpScout
from ticketlens.connector import Page
from ticketlens.fetch import Fetch
from ticketlens.model import Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting


def connected(scout: Server, waited: list[float] | None = None, **settings: str) -> HelpScout:
    held: list[float] = [] if waited is None else waited
    waiting = Waiting(held.append, lambda: sum(held), lambda: scout.desk.now)
    fetch = Fetch(Guard.of(["127.0.0.0/8"]), (scout.secret,), waiting)
    return HelpScout({**scout.settings(), **settings}, fetch)


def tickets(pages: list[Page]) -> dict[str, Ticket]:
    assert all(page.set_aside == () for page in pages)
    return {ticket.id: ticket for page in pages for ticket in page.tickets}


def pulled(scout: Server, cursor: str | None = None) -> dict[str, Ticket]:
    return tickets(list(connected(scout).pull(cursor)))


def the_only(scout: Server) -> Ticket:
    (ticket,) = pulled(scout).values()
    return ticket


def answering(told: object, where: Any) -> Fault:
    """An answer of our own."""
    return Fault(200, json.dumps(told).encode(), {"Content-Type": "application/json"}, where=where)


def changed(scout: Server, number: int, **fields: object) -> dict[str, Any]:
    """The list with that one conversation, as it is but for some fields."""
    told = {**scout.shown(scout.desk.items[number], embed=True), **fields}
    page = {"size": 25, "totalElements": 1, "totalPages": 1, "number": 1}
    return {"_embedded": {"conversations": [told]}, "page": page}


def told_as(scout: Server, number: int, **fields: object) -> list[Ticket]:
    scout.faults.append(answering(changed(scout, number, **fields), scout.is_ticket_list))
    return list(pulled(scout).values())


def thread(id: int, minute: int, kind: str, by: str, status: str = "nochange", **more: object) -> dict[str, Any]:
    return {"id": id, "type": kind, "status": status, "state": "published", "body": f"Body {id}",
            "createdBy": {"id": 1, "type": by}, "createdAt": f"2026-01-05T09:{minute:02}:00Z", **more}  # fmt: skip
