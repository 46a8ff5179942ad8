"""What will happen to one ticket: its whole course, written down as if there were no end of time."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from random import Random
from typing import NamedTuple

from ticketlens.demo.catalog import Agent, Problem
from ticketlens.demo.slots import pick
from ticketlens.demo.staff import Desk
from ticketlens.demo.texts import Pen
from ticketlens.model.ticket import Actor, Channel, Priority, Status

HOUR = 3600
CLOSE_AFTER = 4 * 86400
SILENCE = 7 * 86400  # a customer who does not answer for a week: a rule solves the ticket
NEVER_SOLVED = 0.004
TRANSFERRED = 0.12

# Median working hours until the first reply, and what is left of the usual work, by channel.
FIRST_REPLY = {Channel.CHAT: 0.05, Channel.PHONE: 0.03, Channel.SOCIAL: 0.9}
WORK = {Channel.CHAT: 0.4, Channel.PHONE: 0.6, Channel.SOCIAL: 0.8}
HASTE = {Priority.URGENT: 0.5, Priority.HIGH: 0.75, Priority.LOW: 1.3}


class Step(NamedTuple):
    """One change at `at` (epoch seconds): `field` is status, assignee, group or reply, whose text is `after`."""

    at: int
    field: str
    after: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Case:
    """What decides a ticket's course. `pace` above 1 is slower than usual."""

    problem: Problem | None
    channel: Channel
    priority: Priority | None
    at: int
    pace: float = 1.0

    @property
    def group(self) -> str:
        return self.problem.group if self.problem else "tier1"

    @property
    def work_hours(self) -> float:
        return (self.problem.work_hours if self.problem else 2.0) * WORK.get(self.channel, 1.0)

    @property
    def reopen(self) -> float:
        return self.problem.reopen if self.problem else 0.02


def script(case: Case, first_group: str, rng: Random, desk: Desk, pen: Pen) -> list[Step]:
    """All steps of a ticket in order of time, from the first pick-up to the closing by the system."""
    return _Writer(case, rng, desk, pen).course(first_group)


def dismissal(case: Case, rng: Random, desk: Desk) -> list[Step]:
    """Steps of a ticket that an agent closes without an answer: spam, tests, merged ones."""
    agent = desk.choose(rng, "tier1", case.at)
    at = desk.shifts[agent.name].after(case.at, _lognormal(rng, 0.8, 0.9) * HOUR)
    return [Step(at, "assignee", agent.name, Actor.AGENT), Step(at, "status", Status.CLOSED, Actor.AGENT)]


def _lognormal(rng: Random, median: float, sigma: float) -> float:
    return median * exp(rng.gauss(0.0, sigma))


class _Writer:
    """Appends steps at a moment that only moves forward."""

    def __init__(self, case: Case, rng: Random, desk: Desk, pen: Pen) -> None:
        self.case, self.rng, self.desk, self.pen = case, rng, desk, pen
        self.at = case.at
        self.steps: list[Step] = []
        self.agent: Agent = desk.choose(rng, case.group, case.at)

    def course(self, first_group: str) -> list[Step]:
        if first_group != self.case.group:
            self.work(0.7)
            self.note("group", self.case.group)
            self.agent = self.desk.choose(self.rng, self.case.group, self.at)
        self.pick_up()
        if self.rng.random() < NEVER_SOLVED:
            return self.forgotten()
        self.middle()
        self.solve()
        return self.aftermath()

    def pick_up(self) -> None:
        self.work(FIRST_REPLY.get(self.case.channel, 1.7))
        self.note("assignee", self.agent.name)
        self.pen.slots["agent"] = self.agent.name
        self.status(Status.OPEN)

    def middle(self) -> None:
        """Between pick-up and solution: nothing but work, a wait for the customer, or for somebody else."""
        way = _WAYS[int(self.rng.random() * len(_WAYS))]
        way(self)

    def straight(self) -> None:
        self.work(self.case.work_hours * 0.6)

    def worked(self) -> None:
        self.reply("reply")
        self.work(self.case.work_hours)

    def asked(self) -> None:
        self.reply("need")
        self.status(Status.WAITING_CUSTOMER)
        if self.rng.random() < 0.12:
            self.at += SILENCE
            return
        self.at += int(_lognormal(self.rng, 2.0 if self.case.channel is Channel.CHAT else 13.0, 1.0) * HOUR)
        self.reply("answer", Actor.CUSTOMER)
        self.status(Status.OPEN, Actor.CUSTOMER)
        self.work(self.case.work_hours * 0.7)

    def held(self) -> None:
        self.reply("reply")
        self.status(Status.ON_HOLD)
        self.work(self.case.work_hours * 1.5)
        self.status(Status.OPEN)
        self.work(self.case.work_hours * 0.5)

    def solve(self) -> None:
        silent = self.steps[-1] == (self.steps[-1].at, "status", Status.WAITING_CUSTOMER, Actor.AGENT)
        if not silent:
            self.reply("solve")
        self.status(Status.SOLVED, Actor.BOT if silent else Actor.AGENT)

    def aftermath(self) -> list[Step]:
        """Reopened by the customer, once or twice, else closed by the system after four days."""
        chance = self.case.reopen
        while self.rng.random() < chance:
            self.at += int(min(_lognormal(self.rng, 16.0, 1.0), 90.0) * HOUR)
            self.reply("again", Actor.CUSTOMER)
            self.status(Status.OPEN, Actor.CUSTOMER)
            self.work(self.case.work_hours)
            self.solve()
            chance = min(chance * 1.5, 0.3)
        self.at += CLOSE_AFTER
        self.status(Status.CLOSED, Actor.SYSTEM)
        return self.steps

    def forgotten(self) -> list[Step]:
        self.reply("reply")
        self.status(Status.ON_HOLD)
        return self.steps

    def work(self, median_hours: float) -> None:
        haste = HASTE.get(self.case.priority, 1.0) if self.case.priority else 1.0
        hours = _lognormal(self.rng, median_hours, 0.95) * haste * self.agent.pace * self.case.pace
        self.at = self.desk.shifts[self.agent.name].after(self.at, hours * HOUR)

    def note(self, field: str, after: str, actor: Actor = Actor.AGENT) -> None:
        self.steps.append(Step(self.at, field, after, actor))

    def status(self, status: Status, actor: Actor = Actor.AGENT) -> None:
        self.note("status", status, actor)

    def reply(self, bank: str, actor: Actor = Actor.AGENT) -> None:
        self.note("reply", pick(self.rng, self.pen.banks[bank]).format_map(self.pen.slots), actor)


_WAYS: tuple[Callable[[_Writer], None], ...] = (
    *[_Writer.straight] * 9,
    *[_Writer.worked] * 5,
    *[_Writer.asked] * 5,
    _Writer.held,
)
