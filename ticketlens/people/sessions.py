"""Sign-in sessions: a random secret in a cookie, its hash in the store, so that each can be ended at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ticketlens.errors import Unavailable
from ticketlens.model.person import Role, Session
from ticketlens.people.secret import fingerprint, new_secret
from ticketlens.store.base import Record, RecordStore

NOUN = "session"
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=24)
STEP = timedelta(minutes=5)
"""How exactly `last_seen_at` is kept: one write in five minutes, not one a page."""


class Sessions:
    """A session ends 8 hours after it was last seen, 24 hours after it began, or when somebody ends it."""

    def __init__(self, records: RecordStore, now: Callable[[], datetime]) -> None:
        self._records = records
        self._now = now

    def begin(self, person: str | None, role: Role) -> str:
        """The secret for the cookie."""
        secret, now = new_secret(), self._now()
        session = Session(fingerprint(secret), person, role, now, now)
        self._records.put_record(NOUN, session.id, _fields(session), expected=0)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session that still runs, seen now."""
        record = self._records.get_record(NOUN, fingerprint(secret))
        session = _session(record) if record else None
        if session is None or self._is_over(session):
            return None
        return self._seen(session)

    def of(self, person: str | None) -> list[Session]:
        return [session for session in self.all() if session.person == person]

    def all(self) -> list[Session]:
        found = map(_session, self._records.records(NOUN))
        return [session for session in found if not self._is_over(session)]

    def end(self, secret: str) -> None:
        self._records.delete_record(NOUN, fingerprint(secret))

    def end_by_id(self, id: str) -> bool:
        return self._records.delete_record(NOUN, id)

    def end_all_of(self, person: str | None) -> None:
        for session in self.of(person):
            self.end_by_id(session.id)

    def sweep(self) -> None:
        for record in self._records.records(NOUN):
            if self._is_over(_session(record)):
                self._records.delete_record(NOUN, record.id)

    def _is_over(self, session: Session) -> bool:
        return self._now() >= min(session.last_seen_at + IDLE, session.created_at + ABSOLUTE)

    def _seen(self, session: Session) -> Session:
        now = self._now()
        if now - session.last_seen_at < STEP:
            return session
        seen = replace(session, last_seen_at=now)
        # Only over the version just read: an ended session must not come back to life.
        try:
            self._records.put_record(NOUN, session.id, _fields(seen), expected=session.version)
        except Unavailable:  # a store that is read-only for a while still shows what is in it
            return session
        return seen


def _fields(session: Session) -> dict[str, object]:
    return {
        "person": session.person,
        "role": session.role.value,
        "created_at": session.created_at.isoformat(),
        "last_seen_at": session.last_seen_at.isoformat(),
    }


def _session(record: Record) -> Session:
    person = record.fields["person"]
    return Session(
        record.id,
        None if person is None else str(person),
        Role(str(record.fields["role"])),
        datetime.fromisoformat(str(record.fields["created_at"])),
        datetime.fromisoformat(str(record.fields["last_seen_at"])),
        record.version,
    )
