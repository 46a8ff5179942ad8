"""Tickets, answers, customers or articles as they were read from somewhere, a batch at a time."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from ticketlens.model.answer import Answer
from ticketlens.model.article import Article
from ticketlens.model.customer import Customer
from ticketlens.model.report import Place, SetAside
from ticketlens.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class TicketBatch:
    """The tickets, what could not be read, and where each ticket stood: `numbers` are lines, or indices from 0."""

    tickets: tuple[Ticket, ...]
    set_aside: tuple[SetAside, ...] = ()
    numbers: tuple[int, ...] | None = None
    place: Place = "index"

    def aside(self, index: int, reason: str) -> SetAside:
        """The ticket at `index` of this batch as one that was set aside."""
        number = index if self.numbers is None else self.numbers[index]
        return SetAside(self.place, number, self.tickets[index].id, reason)


Voiced = TypeVar("Voiced", Answer, Customer, Article)


@dataclass(frozen=True, slots=True)
class VoiceBatch(Generic[Voiced]):
    """The same of answers, customers or articles; `position` of `total` bytes were read by then."""

    items: tuple[Voiced, ...]
    set_aside: tuple[SetAside, ...] = ()
    numbers: tuple[int, ...] = ()
    place: Place = "index"
    position: int = 0
    total: int = 0

    def aside(self, index: int, reason: str) -> SetAside:
        return SetAside(self.place, self.numbers[index], self.items[index].id, reason)
