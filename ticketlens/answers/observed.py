"""Open tickets that nobody looks at any more: they leave a backlog without having been solved."""

from datetime import datetime

from ticketlens.answers.desk import Desk
from ticketlens.answers.listed import in_state
from ticketlens.model.filter import Filter


def unseen(desk: Desk, where: Filter, before: datetime, after: datetime) -> int:
    """How many open tickets were observed for the last time between two moments."""
    state = in_state(where.between(None, None), "unobserved")
    gone = desk.store.count_tickets(state, as_of=after)
    return max(0, gone - desk.store.count_tickets(state, as_of=before)) if gone else 0


def reason(n: int) -> str:
    return f"{n:,} open tickets are observed no longer since the earlier moment: a fall may be that alone"
