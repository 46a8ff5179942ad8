"""Which tickets stay out of every figure, and why."""

from collections.abc import Collection

from ticketlens.metrics.replies import customer_wrote
from ticketlens.model.ticket import Actor, Ticket

KINDS = ("merged", "spam", "deleted", "test", "no_customer_message", "bot_only")
"""In the order in which they are looked for: a ticket has one reason at most."""


def exclusion(ticket: Ticket, kinds: Collection[str] = KINDS) -> str | None:
    """The first of these kinds that a ticket is of, or None."""
    return next((kind for kind in KINDS if kind in kinds and _is(ticket, kind)), None)


def _is(ticket: Ticket, kind: str) -> bool:
    if kind == "merged":
        return ticket.merged_into is not None
    if kind == "no_customer_message":
        return not customer_wrote(ticket)
    if kind == "bot_only":
        return _bot_only(ticket)
    return bool(getattr(ticket, kind))


def _bot_only(ticket: Ticket) -> bool:
    """Solved, the customer wrote, and every reply is a bot's; at least one is told."""
    if not ticket.status.is_solved or ticket.first_reply_at is not None or not customer_wrote(ticket):
        return False
    writers = {message.author for message in ticket.messages if message.public}
    writers |= {event.actor for event in ticket.history if event.field == "reply" and event.actor is not None}
    return Actor.BOT in writers and Actor.AGENT not in writers
