"""What a helpdesk's connector is, for the ones that come with TicketLens and for plug-ins alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ticketlens.model import Ticket


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a connector: it draws the form, checks the settings and fills the docs."""

    name: str
    secret: bool = False
    required: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets, oldest change first, and where to go on once they are stored; the cursor is opaque to everyone else."""

    tickets: tuple[Ticket, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Hook:
    """One delivery of a webhook: the raw bytes and the headers that prove them, names in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class TicketRef:
    """A ticket that a webhook names without telling it whole: it has to be pulled."""

    id: str


class Connector(Protocol):
    """Reads tickets. It never sleeps, retries, logs a secret or touches the store."""

    name: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    def pull(self, cursor: str | None) -> Iterator[Page]:
        """Pages of what changed since the cursor; None is the beginning."""
        ...
