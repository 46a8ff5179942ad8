"""Pulling from the Zendesk on loopback."""

from helpdesks.zendesk import Server

from connectors.zendesk import Zendesk
from ticketlens.fetch import Fetch
from ticketlens.model import Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting


def connect(server: Server, **settings: str) -> Zendesk:
    fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=Waiting(sleep=lambda seconds: None, monotonic=lambda: 0.0))
    return Zendesk({**server.settings(), "webhook_secret": "s3cret", **settings}, fetch)


def pulled(connector: Zendesk, cursor: str | None = None) -> tuple[dict[str, Ticket], str | None]:
    found: dict[str, Ticket] = {}
    for page in connector.pull(cursor):
        found |= {one.id: one for one in page.tickets}
        cursor = page.cursor
    return found, cursor
