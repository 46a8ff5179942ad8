"""What has happened to a ticket until now: the script, cut off at `until`, as history, messages and times."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import log
from random import Random

from ticketlens.demo.catalog import Bank
from ticketlens.demo.script import Case, Step
from ticketlens.demo.texts import Pen
from ticketlens.model.ticket import Actor, Event, Message, Satisfaction, Status

ANSWERS = 0.27


@dataclass(slots=True)
class Life:
    """A ticket's state, built step by step; `history` decides all of it."""

    created_at: datetime
    group: str
    status: Status = Status.NEW
    assignee: str | None = None
    history: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    first_reply_at: datetime | None = None
    first_solved_at: datetime | None = None
    solved_at: datetime | None = None
    solve_count: int = 0
    satisfaction: Satisfaction | None = None

    @property
    def reopens(self) -> int:
        return max(self.solve_count - (1 if self.status.is_solved else 0), 0)

    @property
    def updated_at(self) -> datetime:
        last = [self.created_at]
        last += [self.history[-1].at] if self.history else []
        last += [self.messages[-1].at] if self.messages else []
        if self.satisfaction and self.satisfaction.at:
            last.append(self.satisfaction.at)
        return max(last)

    def take(self, step: Step) -> None:
        at = datetime.fromtimestamp(step.at, UTC)
        if step.field == "reply":
            self._speak(at, step)
            return
        before = self._set(at, step)
        self.history.append(Event(at, step.field, before, str(step.after), step.actor))

    def _speak(self, at: datetime, step: Step) -> None:
        self.messages.append(Message(at, step.actor, public=True, body=step.after))
        if step.actor is Actor.AGENT and self.first_reply_at is None:
            self.first_reply_at = at

    def _set(self, at: datetime, step: Step) -> str | None:
        before: str | None
        match step.field:
            case "assignee":
                before, self.assignee = self.assignee, step.after
            case "group":
                before, self.group = self.group, step.after
            case _:
                before = str(self.status)
                self._move(at, Status(step.after))
        return before

    def _move(self, at: datetime, status: Status) -> None:
        if status.is_solved and not self.status.is_solved:
            self.solved_at = at
            self.first_solved_at = self.first_solved_at or at
            self.solve_count += 1
        elif not status.is_solved:
            self.solved_at = None
        self.status = status


def live(steps: list[Step], created_at: datetime, group: str, body: str, until: int) -> Life:
    """The life of a ticket up to `until` (epoch seconds)."""
    life = Life(created_at, group)
    if body:
        life.messages.append(Message(created_at, Actor.CUSTOMER, public=True, body=body))
    for step in steps:
        if step.at > until:
            break
        life.take(step)
    return life


def satisfaction(life: Life, case: Case, rng: Random, pen: Pen, until: int) -> Satisfaction | None:
    """The answer to the survey that follows a solution: waiting, reopening and the problem itself weigh on it."""
    if life.solved_at is None or life.first_reply_at is None or rng.random() > ANSWERS:
        return None
    at = int(life.solved_at.timestamp() + 3600 * rng.expovariate(1 / 9.0))
    if at > until:
        return None
    days = (life.solved_at - life.created_at).total_seconds() / 86400
    mood = case.problem.mood if case.problem else 0.2
    score = min(max(round(rng.gauss(4.9 + mood - 0.6 * log(1 + days) - 0.8 * life.reopens, 1.15)), 1), 5)
    return Satisfaction(float(score), 5, _comment(score, rng, pen), datetime.fromtimestamp(at, UTC))


def _comment(score: int, rng: Random, pen: Pen) -> str | None:
    if score == 3 or rng.random() > 0.25:
        return None
    bank: Bank = pen.banks["praise" if score > 3 else "blame"]
    return pen.say(bank)
