"""What the demo's customers answer and what they are worth: slow and reopened tickets weigh on both."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from math import log
from random import Random

from ticketlens.demo.catalog import catalog
from ticketlens.demo.generator import DemoTicket
from ticketlens.model.answer import Answer, Survey, SurveyKind
from ticketlens.model.customer import Customer

SOURCE = "survey"
RELATION = Survey("Relationship", SurveyKind.NPS, 10, question="Would you recommend Nordhamn to a friend?")
SOLVED = Survey("After solve", SurveyKind.CSAT, 5, question="How satisfied are you with our answer?")
EFFORT = Survey("Effort", SurveyKind.CES, 7, question="Nordhamn made it easy for me to solve my problem.")
ASKED = {SOLVED: 0.55, EFFORT: 0.25}
ANSWERED = {SOLVED: 0.31, EFFORT: 0.24, RELATION: 0.38}
COMMENTED = 0.35
RELATION_EVERY = timedelta(days=91)
RELATION_SHARE = 0.5
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Solved:
    """What one ticket was like for its customer: `mood` is 0 for an ordinary one, and lower for a slow one."""

    id: str
    at: datetime
    customer: str
    mood: float


@dataclass(slots=True)
class Person:
    first_at: datetime
    organization: str | None
    custom: Mapping[str, str]
    moods: list[tuple[datetime, float]] = field(default_factory=list)

    def mood(self, until: datetime) -> float:
        """Of the last three tickets by then."""
        last = [mood for at, mood in self.moods if at <= until][-3:]
        return sum(last) / len(last) if last else 0.0


class Voices:
    """Sees each demo ticket once, and tells answers and customers afterwards; the same for the same tickets."""

    def __init__(self, until: datetime, seed: int = 7) -> None:
        self._until = until.astimezone(UTC)
        self._rng = Random(seed)  # noqa: S311 - dice, not secrets
        self._solved: list[Solved] = []
        self._people: dict[str, Person] = {}
        text = (files("ticketlens.demo") / "voices.toml").read_text(encoding="utf-8")
        self._banks: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(text)

    def see(self, row: DemoTicket) -> None:
        ticket = row.ticket
        if ticket.requester is None or ticket.excluded is not None:
            return
        person = self._people.setdefault(
            ticket.requester, Person(ticket.created_at, ticket.organization, ticket.custom)
        )
        ended = ticket.solved_at or self._until
        days = (ended - ticket.created_at).total_seconds() / DAY
        problem = catalog().by_id[row.problem].mood if row.problem else 0.2
        mood = problem + 0.9 - 0.6 * log(1 + days) - 0.8 * ticket.reopens
        person.moods.append((ended, mood))
        if ticket.solved_at is not None:
            self._solved.append(Solved(ticket.id, ticket.solved_at, ticket.requester, mood))

    def answers(self) -> Iterator[Answer]:
        for one in self._solved:
            for survey, share in ASKED.items():
                if self._rng.random() < share:
                    yield from self._about(survey, one)
        for name, person in self._people.items():
            yield from self._relation(name, person)

    def customers(self) -> Iterator[Customer]:
        for name, person in self._people.items():
            mood = person.mood(self._until)
            since = person.first_at - timedelta(days=self._rng.expovariate(1 / 260))
            company = person.organization is not None
            order = round(self._rng.lognormvariate(5.6 if company else 4.3, 0.5), 2)
            orders = round(max(0.2, self._rng.gauss(14 if company else 2.4, 1) * (1 + 0.15 * mood)), 1)
            lost = person.first_at + timedelta(days=20 + self._rng.expovariate(1 / 200))
            churned = lost if self._rng.random() < 0.14 - 0.11 * min(mood, 1.0) and lost < self._until else None
            yield Customer(
                id=name, updated_at=self._until, organization=person.organization, since=since, churned_at=churned,
                value_per_year=round(order * orders, 2), currency="EUR", orders_per_year=orders,
                average_order_value=order, custom=person.custom,
            )  # fmt: skip

    def _about(self, survey: Survey, one: Solved) -> Iterator[Answer]:
        sent = one.at + timedelta(hours=2)
        if sent < self._until:
            top = 4.1 if survey.scale == 5 else 5.2
            middle = top + (1.0 if survey.scale == 5 else 1.4) * (one.mood - 0.1)
            yield self._answer(survey, f"{survey.kind}-{one.id}", sent, middle, 1.1, one.customer, one.id)

    def _relation(self, name: str, person: Person) -> Iterator[Answer]:
        """Each quarter half of those who wrote are asked whether they would recommend the shop."""
        sent = person.first_at + timedelta(days=self._rng.random() * RELATION_EVERY.days)
        number = 0
        while sent < self._until:
            number += 1
            if self._rng.random() < RELATION_SHARE:
                middle = 8.3 + 1.5 * person.mood(sent)
                yield self._answer(RELATION, f"nps-{name}-{number}", sent, middle, 1.7, name, None)
            sent += RELATION_EVERY

    def _answer(
        self, survey: Survey, id_: str, sent: datetime, middle: float, spread: float, customer: str, ticket: str | None
    ) -> Answer:
        score = min(max(round(self._rng.gauss(middle, spread)), survey.lowest), survey.scale)
        at = sent + timedelta(hours=self._rng.expovariate(1 / 20))
        told = self._rng.random() < ANSWERED[survey] and at <= self._until
        comment = self._comment(survey, score) if self._rng.random() < COMMENTED else None
        return Answer(
            source=SOURCE, id=id_, survey=survey, updated_at=at if told else sent, sent_at=sent, customer=customer,
            score=score if told else None, at=at if told else None, comment=comment if told else None,
            ticket=None if ticket is None else ("demo", ticket),
        )  # fmt: skip

    def _comment(self, survey: Survey, score: int) -> str:
        share = (score - survey.lowest) / (survey.scale - survey.lowest)
        banks = self._banks[survey.kind.value]
        return self._rng.choice(banks["low" if share < 0.65 else "middle" if share < 0.85 else "high"])
