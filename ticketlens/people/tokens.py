"""Tokens of programs: shown once when made, found by their hash, revoked by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from ticketlens.errors import ConfigError
from ticketlens.model.person import Role, Token
from ticketlens.people.secret import fingerprint, new_secret
from ticketlens.store.base import Record, RecordStore

NOUN = "token"
PREFIX = "tl_"


class Tokens:
    def __init__(self, records: RecordStore, now: Callable[[], datetime]) -> None:
        self._records = records
        self._now = now

    def add(self, name: str, role: Role) -> str:
        """The secret, which is kept nowhere. A ConfigError where the name is taken."""
        if any(token.name == name for token in self.all()):
            raise ConfigError(f"there is a token {name!r} already; revoke it first, or take another name")
        secret = new_secret(PREFIX)
        token = Token(fingerprint(secret), name, role, self._now())
        self._records.put_record(NOUN, token.id, _fields(token), expected=0)
        return secret

    def find(self, secret: str) -> Token | None:
        """By an exact look-up of the hash: how long it takes says nothing of the secret."""
        record = self._records.get_record(NOUN, fingerprint(secret))
        if record is None or not secret.startswith(PREFIX):
            return None
        token, today = _token(record), self._now().date()
        if token.last_used != today:
            # Only over the version just read: a revoked token must not come back.
            fields = _fields(replace(token, last_used=today))
            self._records.put_record(NOUN, token.id, fields, expected=record.version)
        return token

    def all(self) -> list[Token]:
        return sorted(map(_token, self._records.records(NOUN)), key=lambda token: token.name)

    def revoke(self, name: str) -> bool:
        named = [token for token in self.all() if token.name == name]
        return sum(self._records.delete_record(NOUN, token.id) for token in named) > 0


def _fields(token: Token) -> dict[str, object]:
    return {
        "name": token.name,
        "role": token.role.value,
        "created_at": token.created_at.isoformat(),
        "last_used": token.last_used.isoformat() if token.last_used else None,
    }


def _token(record: Record) -> Token:
    last_used = record.fields["last_used"]
    return Token(
        record.id,
        str(record.fields["name"]),
        Role(str(record.fields["role"])),
        datetime.fromisoformat(str(record.fields["created_at"])),
        date.fromisoformat(str(last_used)) if last_used else None,
    )
