"""A ticket in its one normal form, whatever helpdesk it came from. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def is_solved(self) -> bool:
        return self in (Status.SOLVED, Status.CLOSED)


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    WEB = "web"
    SOCIAL = "social"
    API = "api"
    OTHER = "other"


class Actor(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    BOT = "bot"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a ticket. `field` is "status", "assignee", "group", "reply", …; values of "status" are `Status`."""

    at: datetime
    field: str
    before: str | None
    after: str | None
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Message:
    at: datetime
    author: Actor
    public: bool
    body: str


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """One survey answer on a scale of `scale` points, best is `scale`."""

    score: float
    scale: int
    comment: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One customer request as its source told it: text is raw, times are aware UTC, unknown is None.

    `solved_at` is the last solve and None while the ticket is open; `first_solved_at` stays after a reopening.
    A ticket with a solved status and no `solved_at` was solved at an unknown time: counted, but outside TTR.
    `oddities` names flaws that only the record told of, as it was read; see `ticketlens.metrics.flaws`.
    `agent_minutes`: the work that agents put in; `sla_met`: whether its helpdesk says that its targets were met.
    `pulled`: its helpdesk told it, and not a file or a push; only such a one can be found to be deleted there.
    """

    source: str
    id: str
    subject: str
    created_at: datetime
    updated_at: datetime
    body: str = ""
    status: Status = Status.OPEN
    priority: Priority | None = None
    channel: Channel | None = None
    tags: tuple[str, ...] = ()
    requester: str | None = None
    organization: str | None = None
    assignee: str | None = None
    group: str | None = None
    brand: str | None = None
    language: str | None = None
    first_reply_at: datetime | None = None
    first_solved_at: datetime | None = None
    solved_at: datetime | None = None
    reopens: int = 0
    observed_until: datetime | None = None
    satisfaction: Satisfaction | None = None
    agent_minutes: float | None = None
    sla_met: bool | None = None
    url: str | None = None
    history: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()
    spam: bool = False
    deleted: bool = False
    test: bool = False
    pulled: bool = False
    merged_into: str | None = None
    oddities: tuple[str, ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)

    @property
    def excluded(self) -> str | None:
        """What its source says against counting it: "spam", "deleted", "test", "merged", or None."""
        if self.merged_into is not None:
            return "merged"
        return next((name for name in ("spam", "deleted", "test") if getattr(self, name)), None)
