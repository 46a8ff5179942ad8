"""Who may come in: people, the tokens of programs, and what each may do."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """What one may do; each role may do all that the one before it may."""

    VIEWER = "viewer"
    LEAD = "lead"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in, by a name or an e-mail address; without a password only a one-time link lets them in."""

    name: str
    role: Role
    created_at: datetime
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows to the API. The secret itself is kept nowhere; `id` is its SHA-256."""

    id: str
    name: str
    role: Role
    created_at: datetime
    last_used: date | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `id` is the SHA-256 of what its cookie holds.

    `person` is None for whoever came in by the link of a server that has no administrator yet.
    """

    id: str
    person: str | None
    role: Role
    created_at: datetime
    last_seen_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who makes a request: a person or a token by name, or nobody's name on a server that nobody is set up on."""

    name: str | None
    role: Role
    by: str
