"""One customer in order of time: when they came, what they asked, what they answered, when they were lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ticketlens.model.answer import Answer
from ticketlens.model.customer import Customer
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Topic
from ticketlens.store.answers import AnswerFilter
from ticketlens.store.base import Row, Store

What = Literal["came", "asked", "solved", "sent", "answered", "rated", "lost"]
ORDER: tuple[What, ...] = ("came", "asked", "sent", "solved", "answered", "rated", "lost")
"""Of what happened in one moment."""


@dataclass(frozen=True, slots=True)
class Step:
    """`row` is the ticket, `answer` the survey's; "rated" is the rating that the ticket carries itself."""

    at: datetime
    what: What
    row: Row | None = None
    answer: Answer | None = None
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """Oldest first. `more` says that only the newest tickets or answers are here."""

    id: str
    customer: Customer | None
    steps: tuple[Step, ...]
    tickets: int
    answers: int
    more: bool
    as_of: datetime


def journey(store: Store, id: str, *, limit: int, now: datetime) -> Journey | None:
    """None where nobody of that id is known."""
    customer = store.get_customer(id)
    rows = store.list_tickets(Filter(where={"requester": (id,)}), limit=limit)
    answers = store.list_answers(AnswerFilter(customers=(id,)), limit=limit)
    if customer is None and not rows.items and not answers.items:
        return None
    names = {topic.id: topic for topic in store.topics(retired=True)}
    steps = [*_of_customer(customer), *(step for one in answers.items for step in _of_answer(one))]
    steps += [step for row in rows.items for step in _of_ticket(row, names.get(row.topic or -1))]
    steps.sort(key=lambda one: (one.at, ORDER.index(one.what)))
    more = rows.next is not None or answers.next is not None
    return Journey(id, customer, tuple(steps), len(rows.items), len(answers.items), more, now)


def _of_customer(customer: Customer | None) -> Iterator[Step]:
    if customer is not None and customer.since is not None:
        yield Step(customer.since, "came")
    if customer is not None and customer.churned_at is not None:
        yield Step(customer.churned_at, "lost")


def _of_answer(answer: Answer) -> Iterator[Step]:
    if answer.sent_at is not None:
        yield Step(answer.sent_at, "sent", answer=answer)
    if answer.at is not None:
        yield Step(answer.at, "answered", answer=answer)


def _of_ticket(row: Row, topic: Topic | None) -> Iterator[Step]:
    ticket = row.ticket
    yield Step(ticket.created_at, "asked", row=row, topic=topic)
    if ticket.solved_at is not None:
        yield Step(ticket.solved_at, "solved", row=row, topic=topic)
    if ticket.satisfaction is not None and ticket.satisfaction.at is not None:
        yield Step(ticket.satisfaction.at, "rated", row=row, topic=topic)
