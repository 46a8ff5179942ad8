"""A Freshdesk on loopback, and pulls from it by the connector alone, without a store."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from helpdesks.freshdesk import Server

from connectors.freshdesk import Freshdesk
from ticketlens.connector import Page
from ticketlens.fetch import Fetch
from ticketlens.model import Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting


@dataclass
class Account:
    """A Freshdesk on loopback, and a connector to it whose waiting moves a clock of its own."""

    server: Server
    waited: list[float] = field(default_factory=list)
    conversations: str = "yes"
    per_minute: float | None = None

    def connector(self) -> Freshdesk:
        waiting = Waiting(self.waited.append, lambda: sum(self.waited), lambda: datetime.now(UTC))
        fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=waiting, per_minute=self.per_minute)
        return Freshdesk({**self.server.settings(), "conversations": self.conversations, "webhook_secret": "s3"}, fetch)

    def pages(self, cursor: str | None = None) -> list[Page]:
        self.server.asked.clear()
        return list(self.connector().pull(cursor))

    def pull(self, cursor: str | None = None) -> dict[str, Ticket]:
        """What a pull gives, the last of each; nothing is set aside."""
        pages = self.pages(cursor)
        assert [page.set_aside for page in pages if page.set_aside] == []
        return {ticket.id: ticket for page in pages for ticket in page.tickets}

    def one(self, number: int) -> Ticket:
        return self.pull()[str(number)]

    def cursor(self) -> str:
        """Where a first pull ends."""
        cursor = self.pages()[-1].cursor
        assert cursor is not None
        return cursor

    def asked(self, part: str) -> list[str]:
        return [asked for asked in self.server.asked if part in asked]
