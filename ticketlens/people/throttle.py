"""How often a password may be tried. Attempts are kept as records, so every process counts the same ones."""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta

from ticketlens.errors import Denied
from ticketlens.people.secret import fingerprint
from ticketlens.store.base import Record, RecordStore

NOUN = "attempt"
WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 20


class TooManyAttempts(Denied):
    """Sign-in is closed for this account or address for `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many attempts to sign in")
        self.retry_after = retry_after


class Throttle:
    """An attempt is counted before the password is looked at: many at once get no more tries than one by one."""

    def __init__(self, records: RecordStore, now: Callable[[], datetime]) -> None:
        self._records = records
        self._now = now

    def begin(self, account: str, address: str) -> None:
        """Count one attempt; TooManyAttempts where the account or the address has none left."""
        self._count(_address_key(address), PER_ADDRESS)
        self._count(_account_key(account), PER_ACCOUNT)

    def succeed(self, account: str, address: str) -> None:
        """Forget the account's failures and take this attempt back from the address."""
        self._records.delete_record(NOUN, _account_key(account))
        self._take_back(_address_key(address))

    def sweep(self) -> None:
        for record in self._records.records(NOUN):
            if not self._recent(record):
                self._records.delete_record(NOUN, record.id)

    def _count(self, key: str, limit: int) -> None:
        while True:
            record = self._records.get_record(NOUN, key)
            recent = self._recent(record)
            if len(recent) >= limit:
                raise TooManyAttempts(recent[0] + WINDOW.total_seconds() - self._now().timestamp())
            if self._put(key, [*recent, self._now().timestamp()], record):
                return

    def _take_back(self, key: str) -> None:
        while record := self._records.get_record(NOUN, key):
            if self._put(key, self._recent(record)[:-1], record):
                return

    def _put(self, key: str, attempts: list[float], before: Record | None) -> bool:
        expected = before.version if before else 0
        return self._records.put_record(NOUN, key, {"attempts": attempts}, expected=expected) is not None

    def _recent(self, record: Record | None) -> list[float]:
        attempts = record.fields.get("attempts") if record else None
        since = (self._now() - WINDOW).timestamp()
        return sorted(float(at) for at in attempts if at > since) if isinstance(attempts, list) else []


def _account_key(account: str) -> str:
    """Hashed, since people type passwords into the wrong field."""
    return "account:" + fingerprint(account)


def _address_key(address: str) -> str:
    """One IPv4 address, or one IPv6 /64: what a single customer of a provider has."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return f"address:{ipaddress.ip_network((ip, 64), strict=False).network_address}"
    return f"address:{getattr(ip, 'ipv4_mapped', None) or ip}"
