"""Who said what when: where a ticket's clock begins, its first reply, and the wait for the next one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from ticketlens.metrics.course import Course, epoch
from ticketlens.model.ticket import Actor, Ticket

AT_ONCE = timedelta(seconds=1)
"""A message that is so near to the creation is the one that opened the ticket."""

_WRITES, _ANSWERS, _SOLVES = range(3)


class Wait(NamedTuple):
    """From a customer's message until a human agent's public reply; without `until` it runs."""

    since: int
    until: int | None


def opened_by_agent(ticket: Ticket) -> bool:
    """Whether an agent wrote the message that opened the ticket.

    Where the messages that are told begin later than the ticket, what opened it is the customer's own text.
    """
    if not ticket.messages:
        return False
    first = min(ticket.messages, key=lambda message: message.at)
    opens = first.at <= ticket.created_at + AT_ONCE or (bool(first.body) and first.body == ticket.body)
    return first.author is Actor.AGENT and opens


def customer_wrote(ticket: Ticket) -> bool:
    return not opened_by_agent(ticket) or any(message.author is Actor.CUSTOMER for message in ticket.messages)


def begun_at(ticket: Ticket) -> datetime:
    """When the clock begins: at the creation; where an agent opened the ticket, at the customer's first message."""
    if not opened_by_agent(ticket):
        return ticket.created_at
    wrote = [message.at for message in ticket.messages if message.author is Actor.CUSTOMER]
    return max(min(wrote), ticket.created_at) if wrote else ticket.created_at


def replies(ticket: Ticket, begun: datetime) -> list[int]:
    """The public replies by human agents, oldest first.

    What an agent wrote at the creation itself opened the ticket, and answers nobody.
    """
    return _said(ticket, Actor.AGENT, begun)


def first_reply(ticket: Ticket, begun: datetime, replied: list[int]) -> int | None:
    """As told, else as found; one told from before the clock began answered nobody."""
    told = ticket.first_reply_at
    if told is not None and (told >= begun or begun == ticket.created_at):
        return epoch(told)
    return replied[0] if replied else None


def next_wait(ticket: Ticket, first: int | None, replied: list[int], course: Course) -> Wait | None:
    """The latest wait of a customer who wrote again: from the first message without an answer to the next reply.

    A solve without a reply ends the waiting, and that wait counts nowhere.
    """
    if first is None:
        return None
    marks = [(at, _WRITES) for at in _said(ticket, Actor.CUSTOMER, ticket.created_at)]
    marks += [(at, _ANSWERS) for at in (first, *replied)]
    marks += [(move.at, _SOLVES) for move in course.moves if move.solves]
    return _latest(sorted(marks), running=not ticket.status.is_solved)


def _latest(marks: Iterable[tuple[int, int]], *, running: bool) -> Wait | None:
    latest: Wait | None = None
    since: int | None = None
    answered = False
    for at, mark in marks:
        if mark == _WRITES and answered and since is None:
            since = at
        elif mark == _ANSWERS:
            latest = latest if since is None else Wait(since, at)
            since, answered = None, True
        elif mark == _SOLVES:
            since = None
    return Wait(since, None) if since is not None and running else latest


def one_touch(ticket: Ticket, replied: list[int]) -> bool | None:
    """Whether one public reply was enough, and nothing was opened again; None without a reply, or if none is told."""
    return (len(replied) == 1 and ticket.reopens == 0) if replied else None


def _said(ticket: Ticket, who: Actor, after: datetime) -> list[int]:
    """Public messages after a moment; where none is kept, what the history tells of replies."""
    said = [each.at for each in ticket.messages if each.author is who and each.public and each.at > after]
    if not said:
        events = (event for event in ticket.history if event.field == "reply" and event.actor is who)
        said = [event.at for event in events if event.at > after]
    return sorted(map(epoch, said))
