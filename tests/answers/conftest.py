"""A desk of forty weeks: two topics that are asked for every week, one that grows, one that went away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ticketlens.lens import Lens
from ticketlens.model import Actor, Message, Satisfaction, Status, Ticket
from ticketlens.model.batch import TicketBatch

NOW = datetime(2026, 4, 22, 9, tzinfo=UTC)
FIRST = datetime(2025, 7, 14, tzinfo=UTC)


def tickets_of(subject: str, weekly: Callable[[int], int], hours: Callable[[int], float], seed: int) -> list[Ticket]:
    """`weekly(week)` tickets in each of 40 weeks, solved after about `hours(week)`."""
    dice, made = Random(seed), []
    for week in range(40):
        for number in range(weekly(week)):
            created = FIRST + timedelta(weeks=week, seconds=dice.randint(0, 7 * 86_400 - 1))
            solved = created + timedelta(hours=hours(week) * dice.uniform(0.5, 2))
            done = solved <= NOW and created <= NOW
            answer = Satisfaction(float(dice.randint(1, 5)), 5, at=solved) if done and number % 2 else None
            made.append(
                Ticket(
                    source="demo", id=f"{subject}-{week}-{number}", subject=f"{subject} {dice.randint(0, 9)}",
                    created_at=created, updated_at=min(solved, NOW), language="en",
                    group=dice.choice(("tier1", "tier2", None)),
                    tags=tuple(dice.sample(("a", "b"), dice.randint(0, 2))),
                    status=Status.SOLVED if done else Status.OPEN, satisfaction=answer,
                    solved_at=solved if done else None, first_solved_at=solved if done else None,
                    agent_minutes=float(number) if number % 3 else None, sla_met=bool(number % 2) if done else None,
                    messages=talk(created, solved, 1 + number % 3) if done else (),
                )
            )  # fmt: skip
    return [ticket for ticket in made if ticket.created_at <= NOW]


def talk(created: datetime, solved: datetime, replies: int) -> tuple[Message, ...]:
    """The customer writes, an agent answers; the last answer comes with the solve."""
    step = (solved - created) / replies
    answers = (Message(created + step * (one + 1), Actor.AGENT, True, "a") for one in range(replies))
    return (Message(created, Actor.CUSTOMER, True, "a"), *answers)


@pytest.fixture(scope="session")
def tickets() -> tuple[Ticket, ...]:
    return tuple(
        tickets_of("login", lambda week: 12, lambda week: 10 if week < 36 else 60, 1)
        + tickets_of("refund", lambda week: 10, lambda week: 20, 2)
        + tickets_of("outage", lambda week: 3 if week < 36 else 25, lambda week: 5, 3)
        + tickets_of("fax", lambda week: 10 if week < 34 else 0, lambda week: 8, 4)
    )


@pytest.fixture(scope="session")
def lens(lenses_in: Callable[..., Lens], tickets: tuple[Ticket, ...], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    """One for all tests of answers: they read only."""
    found = lenses_in(tmp_path_factory.mktemp("answers"), now=NOW)
    for _ in found.add([TicketBatch(tickets)]):
        pass
    found.cluster(step=lambda name: lambda done, total: None)
    return found
