"""Tickets as they were read from somewhere, a batch at a time."""

from dataclasses import dataclass

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
