"""One-time sign-in links: each lets one browser in, once, within a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ticketlens.model.person import Role
from ticketlens.people.secret import fingerprint, new_secret
from ticketlens.store.base import Record, RecordStore

NOUN = "link"
LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Link:
    """`person` is None for the link of a server that has no administrator yet."""

    person: str | None
    role: Role
    expires_at: datetime
    used: bool


class Links:
    def __init__(self, records: RecordStore, now: Callable[[], datetime]) -> None:
        self._records = records
        self._now = now

    def make(self, person: str | None, role: Role) -> str:
        """The secret part of the address."""
        secret = new_secret()
        link = Link(person, role, self._now() + LIFE, used=False)
        self._records.put_record(NOUN, fingerprint(secret), _fields(link), expected=0)
        return secret

    def find(self, secret: str) -> Link | None:
        """The link, whether it can still be used or not."""
        record = self._records.get_record(NOUN, fingerprint(secret))
        return _link(record) if record else None

    def peek(self, secret: str) -> Link | None:
        """The link if it can still be used; it stays so."""
        record = self._records.get_record(NOUN, fingerprint(secret))
        return self._usable(record) if record else None

    def use(self, secret: str) -> Link | None:
        """The link, if this call is the one that used it up; of two at once only one gets it."""
        record = self._records.get_record(NOUN, fingerprint(secret))
        link = self._usable(record) if record else None
        if record is None or link is None:
            return None
        used = {**record.fields, "used": True}
        won = self._records.put_record(NOUN, record.id, used, expected=record.version) is not None
        return link if won else None

    def drop_all_of(self, person: str | None) -> None:
        for record in self._records.records(NOUN):
            if _link(record).person == person:
                self._records.delete_record(NOUN, record.id)

    def sweep(self) -> None:
        for record in self._records.records(NOUN):
            if _link(record).expires_at <= self._now():
                self._records.delete_record(NOUN, record.id)

    def _usable(self, record: Record) -> Link | None:
        link = _link(record)
        return None if link.used or link.expires_at <= self._now() else link


def _fields(link: Link) -> dict[str, object]:
    return {
        "person": link.person,
        "role": link.role.value,
        "expires_at": link.expires_at.isoformat(),
        "used": link.used,
    }


def _link(record: Record) -> Link:
    person = record.fields["person"]
    return Link(
        None if person is None else str(person),
        Role(str(record.fields["role"])),
        datetime.fromisoformat(str(record.fields["expires_at"])),
        bool(record.fields["used"]),
    )
