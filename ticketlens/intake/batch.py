"""Rows that a program pushes, as a batch of tickets."""

from collections.abc import Mapping, Sequence

from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.normal import read_ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.report import SetAside
from ticketlens.model.ticket import Ticket

LONGEST_ID = 200


def batch_of(rows: Sequence[object], context: ReadContext) -> TicketBatch:
    """The tickets in order; a row that cannot be read is set aside with its index, from 0."""
    tickets: list[Ticket] = []
    numbers: list[int] = []
    aside: list[SetAside] = []
    for index, row in enumerate(rows):
        try:
            if not isinstance(row, Mapping):
                raise BadPayload("", "not an object with the fields of a ticket")
            tickets.append(read_ticket(row, context))
            numbers.append(index)
        except BadPayload as error:
            aside.append(SetAside("index", index, _id(row), str(error)))
    return TicketBatch(tuple(tickets), tuple(aside), tuple(numbers))


def _id(row: object) -> str | None:
    id_ = row.get("id") if isinstance(row, Mapping) else None
    return str(id_)[:LONGEST_ID] if isinstance(id_, str | int) else None
