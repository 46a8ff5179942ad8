"""A ticket that its helpdesk has no more, and one that came back: each a version newer than the one before."""

from dataclasses import replace
from datetime import timedelta

from ticketlens.model.ticket import Ticket

TICK = timedelta(microseconds=1)


def as_deleted(held: Ticket) -> Ticket:
    return replace(held, deleted=True, updated_at=held.updated_at + TICK)


def told_by(source: str, ticket: Ticket, held: Ticket | None) -> Ticket:
    """The ticket as one of that source; one that was `held` for deleted and is there wins over that."""
    ours = replace(ticket, source=source, pulled=True)
    if held is not None and held.deleted and not ticket.deleted and ticket.updated_at <= held.updated_at:
        return replace(ours, updated_at=held.updated_at + TICK)
    return ours
