"""Demo tickets of the invented shop Nordhamn, in order of creation, the same for the same arguments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np

from ticketlens.demo.arrivals import DAYS_A_MONTH, NOISE, Arrivals, draw
from ticketlens.demo.catalog import Catalog, Problem, catalog
from ticketlens.demo.customers import Customers
from ticketlens.demo.life import Life, live, satisfaction
from ticketlens.demo.plan import WEEK, Truth, truth
from ticketlens.demo.script import TRANSFERRED, Case, dismissal, script
from ticketlens.demo.staff import Desk
from ticketlens.demo.surface import Surface
from ticketlens.demo.texts import Pen, Text, write, write_noise
from ticketlens.model.ticket import Actor, Status, Ticket
from ticketlens.model.wire import ticket_to_row

SHARES = {"sv": 0.04, "it": 0.03, "ru": 0.02}
URL = "https://nordhamn.example/tickets/{id}"
MERGED, DELETED = 0.008, 0.0015
SPAM, SPAM_FOUND, TEST = 0.12, 0.7, 0.02
MERGE_WITHIN = 3 * 86400


@dataclass(frozen=True, slots=True)
class DemoTicket:
    """A ticket, and the id of the problem that it is about; None for one-off tickets."""

    ticket: Ticket
    problem: str | None


def generate(count: int = 6000, *, seed: int = 7, until: datetime, months: int = 24) -> Iterator[DemoTicket]:
    """`count` tickets of the `months` before `until` (aware), oldest first; nothing happens after `until`.

    Raises ValueError where `until` has no zone.
    """
    if until.tzinfo is None:
        raise ValueError("until needs a time zone")
    until = until.astimezone(UTC)
    shop, facts = catalog(), truth(until)
    start = until - timedelta(days=months * DAYS_A_MONTH)
    arrivals = draw(count, np.random.default_rng(seed), until=until, months=months, problems=shop.problems, facts=facts)
    yield from _Teller(shop, facts, arrivals, Random(seed), start=start, until=until).tickets()  # noqa: S311 - dice, not secrets


def to_ndjson_row(row: DemoTicket) -> dict[str, object]:
    """The ticket in the form that import, push and export share; what it is about is not told."""
    return ticket_to_row(row.ticket)


class _Teller:
    """Writes one ticket after the other; remembers the last one of each problem, for merging."""

    def __init__(
        self,
        shop: Catalog,
        facts: Mapping[str, Truth],
        arrivals: Arrivals,
        rng: Random,
        *,
        start: datetime,
        until: datetime,
    ) -> None:
        self.rng = rng
        self.shop, self.facts, self.arrivals = shop, facts, arrivals
        self.until = int(until.timestamp())
        self.desk = Desk(shop.shop.agents, start, until)
        self.surface = Surface(self.rng, shop.shop)
        self.customers = Customers(self.rng, shop.shop)
        self.languages = _language_odds(shop.problems, arrivals)
        self.latest: dict[str, tuple[int, str]] = {}

    def tickets(self) -> Iterator[DemoTicket]:
        for number, (at, index) in enumerate(zip(self.arrivals.at, self.arrivals.problem, strict=True), start=1):
            problem = None if index == NOISE else self.shop.problems[index]
            yield DemoTicket(self._ticket(str(number), int(at), problem), problem.id if problem else None)

    def _ticket(self, number: str, at: int, problem: Problem | None) -> Ticket:
        language = self._language(problem)
        pen = Pen(self.rng, self.shop, language, datetime.fromtimestamp(at, UTC))
        case = self._case(at, problem, language)
        if problem is None:
            return self._noise(number, case, pen, language)
        text = write(pen, problem, problem.wordings[language], case.channel)
        target = self._merge_target(case, problem, number)
        first_group = "tier1" if self.rng.random() < TRANSFERRED else case.group
        steps = dismissal(case, self.rng, self.desk) if target else script(case, first_group, self.rng, self.desk, pen)
        life = live(steps, _utc(at), first_group, text.body, self.until)
        life.satisfaction = satisfaction(life, case, self.rng, pen, self.until)
        merged_into = target if life.status is Status.CLOSED else None
        return self._assemble(number, case, text, life, language, merged_into=merged_into)

    def _noise(self, number: str, case: Case, pen: Pen, language: str) -> Ticket:
        spam, test = self.rng.random() < SPAM, self.rng.random() < TEST
        text = Text("test", "test ticket, please ignore") if test else write_noise(pen, case.channel, spam=spam)
        found = spam and not test and self.rng.random() < SPAM_FOUND
        dismissed = found or test
        steps = dismissal(case, self.rng, self.desk) if dismissed else script(case, "tier1", self.rng, self.desk, pen)
        life = live(steps, _utc(case.at), "tier1", text.body, self.until)
        life.satisfaction = satisfaction(life, case, self.rng, pen, self.until)
        gone = life.status is Status.CLOSED
        return self._assemble(number, case, text, life, language, spam=found and gone, test=test)

    def _assemble(
        self, number: str, case: Case, text: Text, life: Life, language: str, *,
        merged_into: str | None = None, spam: bool = False, test: bool = False,
    ) -> Ticket:  # fmt: skip
        customer = self.customers.draw(case.problem)
        return Ticket(
            source="demo", id=number, subject=text.subject, body=text.body, language=language,
            created_at=life.created_at, updated_at=life.updated_at, status=life.status,
            priority=case.priority, channel=case.channel, tags=self.surface.tags(case.problem),
            requester=customer.id, organization=customer.organization, custom=customer.custom,
            assignee=life.assignee, group=life.group, brand=self.surface.brand(),
            first_reply_at=life.first_reply_at, first_solved_at=life.first_solved_at,
            solved_at=life.solved_at, reopens=life.reopens, satisfaction=life.satisfaction,
            url=URL.format(id=number), history=tuple(life.history), messages=tuple(life.messages),
            agent_minutes=_minutes(number, life),
            spam=spam, test=test, merged_into=merged_into, deleted=self.rng.random() < DELETED,
        )  # fmt: skip

    def _case(self, at: int, problem: Problem | None, language: str) -> Case:
        channel = self.surface.channel(at, language)
        return Case(problem, channel, self.surface.priority(), at, self._pace(at, problem))

    def _pace(self, at: int, problem: Problem | None) -> float:
        """Above 1 while solving this problem takes longer from week to week."""
        slower_from = self.facts[problem.id].slower_from if problem else None
        weeks = (at - slower_from.timestamp()) / WEEK if slower_from else 0.0
        return 1.0 + 0.45 * max(weeks, 0.0)

    def _merge_target(self, case: Case, problem: Problem, number: str) -> str | None:
        """The problem's previous ticket, where this one is a second mail about the same thing."""
        at, previous = self.latest.get(problem.id, (0, ""))
        if self.rng.random() < MERGED and case.at - at < MERGE_WITHIN:
            return previous
        self.latest[problem.id] = (case.at, number)
        return None

    def _language(self, problem: Problem | None) -> str:
        dice = self.rng.random()
        for language, share in self.languages.items():
            if problem is None or language in problem.wordings:
                dice -= share
                if dice < 0:
                    return language
        return "en"


def _language_odds(problems: Sequence[Problem], arrivals: Arrivals) -> dict[str, float]:
    """Chance of each language in a ticket that can be written in it, so that the shares of all tickets are right."""
    counts = np.bincount(arrivals.problem + 1, minlength=len(problems) + 1)
    total = max(int(counts.sum()), 1)
    spoken = {
        language: counts[0] + sum(counts[i + 1] for i, p in enumerate(problems) if language in p.wordings)
        for language in SHARES
    }
    return {language: share * total / max(int(spoken[language]), 1) for language, share in SHARES.items()}


def _minutes(number: str, life: Life) -> float | None:
    """The work that agents noted: more for more replies; for one ticket in seven nobody noted any."""
    dice = int(number) * 2_654_435_761 % 2**32
    replies = sum(message.author is Actor.AGENT for message in life.messages)
    return float(round((3 + 6 * replies) * (0.5 + dice / 2**32), 1)) if replies and dice % 7 else None


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
