"""Who may come in. Every secret is kept as a hash, and everything that was handed out can be taken back."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ticketlens.errors import ConfigError
from ticketlens.model.person import Person, Role, Session, Token, Visitor
from ticketlens.people.links import Link, Links
from ticketlens.people.password import hash_password, password_fits
from ticketlens.people.sessions import Sessions
from ticketlens.people.throttle import Throttle
from ticketlens.people.tokens import Tokens
from ticketlens.store.base import Record, RecordStore

NOUN = "person"
SET_UP = ("setting", "set up")
OWNED = ("setting", "owned")


class People:
    """People, their sessions and links, and tokens; names are compared without case.

    Until there is a first administrator (`owned()`) a link without a person gives a session without one; both are worth
    nothing from then on. A token, or a person who may do less, takes nothing from whoever set the server up.
    """

    def __init__(self, records: RecordStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._records = records
        self._now = now
        self.sessions = Sessions(records, now)
        self.links = Links(records, now)
        self.tokens = Tokens(records, now)
        self.throttle = Throttle(records, now)

    def anyone(self) -> bool:
        """Whether there is, or ever was, a person or token: taking the last one away opens nothing again."""
        if self._records.get_record(*SET_UP) is not None:
            return True
        if self._records.records(NOUN) or self.tokens.all():
            self._records.put_record(*SET_UP, {"set_up": True})
            return True
        return False

    def owned(self) -> bool:
        """Whether there is, or ever was, a person who is an administrator."""
        if self._records.get_record(*OWNED) is not None:
            return True
        if any(person.role is Role.ADMIN for person in self.all()):
            self._records.put_record(*OWNED, {"owned": True})
            return True
        return False

    def add_person(self, name: str, role: Role = Role.VIEWER, password: str | None = None) -> Person:
        name = _checked_name(name)
        hashed = None if password is None else hash_password(name, password)
        person = Person(name, role, self._now(), hashed)
        if self._records.put_record(NOUN, _key(name), _fields(person), expected=0) is None:
            raise ConfigError(f"there is a person {name!r} already")
        return person

    def person(self, name: str) -> Person | None:
        record = self._records.get_record(NOUN, _key(name))
        return _person(record) if record else None

    def all(self) -> list[Person]:
        return [_person(record) for record in self._records.records(NOUN)]

    def remove(self, name: str) -> bool:
        """Take the person, all their sessions and all their unused links away; False where there was no such person."""
        person = self.person(name)
        if person is None:
            return False
        self.anyone()
        self.owned()
        removed = self._records.delete_record(NOUN, _key(name))
        self._end_all(person)
        return removed

    def set_password(self, name: str, password: str) -> None:
        """Replace the password and end every session of the person."""
        record = self._records.get_record(NOUN, _key(name))
        if record is None:
            raise ConfigError(f"there is no person {name!r}; `ticketlens person list` shows who there is")
        person = _person(record)
        changed = replace(person, password_hash=hash_password(person.name, password))
        if self._records.put_record(NOUN, record.id, _fields(changed), expected=record.version) is None:
            raise ConfigError(f"{name!r} was changed by somebody else just now; try again")
        self._end_all(person)

    def check_password(self, name: str, password: str, address: str = "") -> Person | None:
        """The person, or None for a wrong name as for a wrong password; TooManyAttempts after too many of either."""
        self.throttle.begin(_key(name), address)
        person = self.person(name)
        if not password_fits(person.password_hash if person else None, password):
            return None
        self.throttle.succeed(_key(name), address)
        return person

    def make_link(self, role: Role = Role.ADMIN, person: str | None = None) -> str:
        """The secret of a link to /sign-in/<secret>, good once within 24 hours; with a person, the role is theirs."""
        self.links.sweep()
        if person is None:
            return self.links.make(None, role)
        known = self.person(person)
        if known is None:
            raise ConfigError(f"there is no person {person!r}; `ticketlens person add` makes one")
        return self.links.make(known.name, known.role)

    def usable_link(self, secret: str) -> Link | None:
        """The link while it can be used; looking at it does not use it up."""
        link = self.links.peek(secret)
        return link if link and self._holds(link.person) else None

    def use_link(self, secret: str) -> Link | None:
        """The link, used up by this call; None for every other call."""
        return self.links.use(secret) if self.usable_link(secret) else None

    def why_not(self, secret: str) -> str | None:
        """Why a link cannot be used; None for one that can."""
        link = self.links.find(secret)
        if link is None:
            return "This link never was one, or has been cleared away since"
        if link.used:
            return "This link was used before, and works once"
        if link.expires_at <= self._now():
            return "This link has run out: it works for a day"
        if self._holds(link.person):
            return None
        return "This link has no name on it, and was good only until there was a first administrator, as there is now"

    def begin_session(self, person: str | None, role: Role) -> str:
        """The secret for the cookie; what has run out is cleared away by the way."""
        self.sessions.sweep()
        self.throttle.sweep()
        return self.sessions.begin(person, role)

    def find_session(self, secret: str) -> tuple[Session, Visitor] | None:
        """The session and who it stands for now: a removed person is nobody, a changed role counts at once."""
        session = self.sessions.find(secret)
        if session is None or not self._holds(session.person):
            return None
        if session.person is None:
            return session, Visitor(None, session.role, "session")
        person = self.person(session.person)
        return (session, Visitor(person.name, person.role, "session")) if person else None

    def add_token(self, name: str, role: Role = Role.VIEWER) -> str:
        return self.tokens.add(_checked_name(name), role)

    def find_token(self, secret: str) -> Token | None:
        return self.tokens.find(secret)

    def revoke(self, name: str) -> bool:
        self.anyone()
        return self.tokens.revoke(name)

    def _holds(self, person: str | None) -> bool:
        return self.person(person) is not None if person is not None else not self.owned()

    def _end_all(self, person: Person) -> None:
        self.sessions.end_all_of(person.name)
        self.links.drop_all_of(person.name)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _checked_name(name: str) -> str:
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise ConfigError("a name has 1 to 200 printable characters")
    return name


def _fields(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "role": person.role.value,
        "created_at": person.created_at.isoformat(),
        "password_hash": person.password_hash,
    }


def _person(record: Record) -> Person:
    hashed = record.fields["password_hash"]
    return Person(
        str(record.fields["name"]),
        Role(str(record.fields["role"])),
        datetime.fromisoformat(str(record.fields["created_at"])),
        None if hashed is None else str(hashed),
    )
