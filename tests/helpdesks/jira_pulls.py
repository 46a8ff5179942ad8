"""Pulling from the Jira on loopback, and what it may be made to say."""

import json

from helpdesks.jira import Server
from helpdesks.server import Fault

from connectors.jira import Jira
from ticketlens.connector import Page
from ticketlens.fetch import Fetch
from ticketlens.model import Ticket
from ticketlens.outside.guard import Guard


def connected(jira: Server, largest: int = 25_000_000, **settings: str) -> Jira:
    return Jira({**jira.settings(), **settings}, Fetch(Guard.of(["127.0.0.0/8"]), largest=largest))


def pages(jira: Server, cursor: str | None = None, **settings: str) -> list[Page]:
    found = list(connected(jira, **settings).pull(cursor))
    assert all(page.set_aside == () for page in found)
    return found


def pulled(jira: Server, cursor: str | None = None, **settings: str) -> dict[str, Ticket]:
    """After a while in which nothing happens."""
    jira.desk.tick(3_600)
    return {ticket.id: ticket for page in pages(jira, cursor, **settings) for ticket in page.tickets}


def the_only(jira: Server, **settings: str) -> Ticket:
    (ticket,) = pulled(jira, **settings).values()
    return ticket


def answering(jira: Server, path: str, told: object, times: int = 100) -> None:
    """An answer of our own to whoever asks for that."""
    kind = {"Content-Type": "application/json"}
    where = lambda asked: asked.path.endswith(path)  # noqa: E731
    jira.faults.append(Fault(200, json.dumps(told).encode(), kind, times, where))


def refusing(jira: Server, path: str, status: int = 403) -> None:
    jira.faults.append(Fault(status, times=100, where=lambda asked: asked.path.endswith(path)))


def searches(jira: Server) -> int:
    return sum("/search/jql" in asked for asked in jira.asked)


def solved_after_a_reopening(jira: Server) -> int:
    desk = jira.desk
    number = desk.create()
    for status in ("solved", "open", "solved"):
        desk.tick()
        desk.move(number, status)
    return number
