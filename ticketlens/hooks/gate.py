"""Who calls a webhook is let in by a proof over the raw bytes; what is proven is on disk before it is answered."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ticketlens.asking import Asking, TooLate
from ticketlens.connector import BadProof, Hook, Receiver, Reply
from ticketlens.errors import ConfigError, StoreError, TicketLensError, Unavailable
from ticketlens.hooks.mailroom import PATIENCE, RETRY_AFTER, Mailroom
from ticketlens.hooks.pushes import add_pushed, push_tally
from ticketlens.hooks.tally import Kind, Tally
from ticketlens.model.delivery import Delivery
from ticketlens.model.report import Counts
from ticketlens.outside.proof import secrets_of
from ticketlens.sources.registry import Registry
from ticketlens.store.base import Store

LARGEST = 1024 * 1024
LONGEST_NAME = 200
KNOWN_SECONDS = 2.0
"""How long a source's settings are taken as known: so soon another secret counts on every web process."""

LOOK_SECONDS = 1.0
"""How long the store is waited for to say whether settings changed; then those that were known count on."""

UNKEPT = frozenset({
    "authorization", "proxy-authorization", "cookie", "x-ticketlens-secret",
    "x-forwarded-for", "x-real-ip", "forwarded",
})  # fmt: skip
"""Headers that hold secrets, or whose machine it was; nothing is read from them later."""


class NoSuchSource(TicketLensError):
    """Nobody added a source of that name, or its helpdesk has no webhooks."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that is on disk, under its name; `new`: it came for the first time."""

    name: str
    new: bool


@dataclass
class Gate:
    """One a process."""

    registry: Registry
    mailroom: Mailroom
    tally: Tally
    pushes: Tally
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Any]] = field(default_factory=dict, init=False, repr=False)
    _asking: Asking = field(default_factory=Asking, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def largest(self, source: str) -> int:
        """Bytes that a delivery of that source may have; raises NoSuchSource, and Unavailable."""
        return int(getattr(self._receiver(source), "largest_delivery", LARGEST))

    def take(self, source: str, *hooks: Hook) -> Taken | Reply:
        """Keep a delivery that one of `hooks` proves: the same call as it came, and unpacked.

        Raises NoSuchSource, BadProof, and Unavailable where it cannot be kept now.
        """
        receiver = self._receiver(source)
        hook, reply = _proven(receiver, hooks)
        if reply is not None:
            self.count(source, "repeated")
            return reply
        name = _name(receiver.delivery(hook), hook.body)
        headers = _kept(hook.headers, secrets_of(getattr(receiver, "settings", {})))
        with _come_again():
            new = self.mailroom.keep(Delivery(source, name, hook.body, headers, hook.at))
        if not new:
            self.count(source, "repeated")
        return Taken(name, new)

    def count(self, source: str, kind: Kind) -> None:
        """One more of a source that there is; written down soon, also where no delivery is ever proven."""
        self.tally.add(source, kind)
        self.mailroom.begin()

    def count_pushed(self, counts: Counts) -> None:
        """Rows that a program sent through the API."""
        add_pushed(self.pushes, counts)
        self.mailroom.begin()

    def write_down(self) -> None:
        """What this process counted, for who reads the numbers now; what cannot be written is written later."""
        with suppress(TicketLensError):
            self.tally.write()
            self.pushes.write()

    def _receiver(self, source: str) -> Any:
        with self._guard:
            at, known = self._known.get(source, (float("-inf"), None))
        if self.monotonic() - at < KNOWN_SECONDS:
            return known
        try:
            with _come_again():
                connector = self._asking.ask(
                    source, lambda: self._connector(source), PATIENCE if known is None else LOOK_SECONDS
                )
        except TooLate:
            if known is None:
                raise Unavailable("the store does not tell of its sources", RETRY_AFTER) from None
            return known
        if not isinstance(connector, Receiver):
            raise NoSuchSource("this source has no webhook")
        with self._guard:
            self._known[source] = (self.monotonic(), connector)
        return connector

    def _connector(self, source: str) -> object:
        try:
            self.registry.get(source)
        except ConfigError:
            raise NoSuchSource("there is no source of this name") from None
        return self.registry.connect(source)[0]


@contextmanager
def _come_again() -> Iterator[None]:
    """A store that refuses, a key that is missing: nothing is wrong with the call, so it is to be sent again."""
    try:
        yield
    except (StoreError, ConfigError) as error:
        raise Unavailable(str(error), RETRY_AFTER) from error


def open_gate(registry: Registry, store: Store) -> Gate:
    tally, pushes = Tally(store), push_tally(store)
    return Gate(registry, Mailroom(store, (tally, pushes)), tally, pushes)


def _proven(receiver: Receiver, hooks: tuple[Hook, ...]) -> tuple[Hook, Reply | None]:
    """What is kept is the last form of the call, which is unpacked; any of them may be what was signed."""
    failed = BadProof("nothing came")
    for hook in hooks:
        try:
            return hooks[-1], receiver.prove(hook)
        except BadProof as error:
            failed = error
    raise failed


def _kept(headers: Mapping[str, str], secrets: Sequence[str]) -> dict[str, str]:
    """Without those that hold a secret: proxies tell the address, at whose end one may stand, in many ways."""
    return {
        name: value
        for name, value in headers.items()
        if name not in UNKEPT and not any(secret in told for secret in secrets for told in (value, unquote(value)))
    }


def _name(told: str, body: bytes) -> str:
    """What the helpdesk calls it; else the bytes themselves."""
    if told and len(told) <= LONGEST_NAME and told.isprintable():
        return told
    return hashlib.sha256(told.encode("utf-8", "surrogateescape") + b"\n" + body).hexdigest()


def headers_of(told: Mapping[str, str]) -> dict[str, str]:
    """Names in lower case; of one that came twice, both values, as HTTP joins them."""
    return {name.lower(): value for name, value in told.items()}
