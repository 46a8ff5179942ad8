"""What a worker makes of deliveries: the tickets that they are about, read by API, and what became of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ticketlens.connector import Connector, Hook, TicketRef
from ticketlens.errors import BadPayload, ConfigError, Denied, Stopped, StoreError, TicketLensError, Unavailable
from ticketlens.intake.shown import shown
from ticketlens.lease import Lease, LeaseLost
from ticketlens.model.delivery import DeliveryKey, KeptDelivery, Outcome
from ticketlens.model.ticket import Ticket
from ticketlens.sources import fault as faults
from ticketlens.sources.deletion import as_deleted, told_by
from ticketlens.sources.registry import Registry
from ticketlens.sources.state import lease_of as pull_lease_of
from ticketlens.store.base import Put, Store

MOST_BYTES, MIB = 16 * 1024 * 1024, 1024 * 1024
"""Of the bodies that are in memory at once, each taken for as large as its helpdesk may send."""

PATIENCE = 15.0
"""Seconds for one request: behind it others wait."""

LEASE_SECONDS = 20.0
"""So soon another worker goes on where one was killed."""

MOST_IN_A_ROW = 3
LONGEST_WAIT = timedelta(hours=1)
LONGEST_REASON = 300
STORED, UNCHANGED = Outcome("stored"), Outcome("unchanged")
UNKNOWN = Outcome("unchanged", "the helpdesk has no such ticket, and none is kept")
PULLED = Outcome("waiting", "its ticket is gone; looked at again after the pull that is under way")
PULLED_SECONDS = 60.0
NOTHING = Outcome("unchanged", "it is about no ticket")
Keep = Callable[[Sequence[Ticket]], list[Put]]


class SomeLeft(Unavailable):
    """Some deliveries wait for their tickets; the helpdesk answers, so others can be read as they come."""


def lease_of(source: str) -> str:
    """Who reads the deliveries of a source holds this lease."""
    return f"hooks {source}"


@dataclass(frozen=True)
class InboxReader:
    """`keep` prepares and stores tickets, and tells what became of each."""

    store: Store
    registry: Registry
    keep: Keep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def read(self, source: str) -> int:
        """How many deliveries were settled. Raises what keeps the rest waiting: Denied, Unavailable, StoreError, …"""
        lease = Lease(self.store, lease_of(source), seconds=LEASE_SECONDS, now=self.now)
        with lease.held() as ours:
            if not ours:
                return 0
            connector, fetch = self.registry.connect(source)
            fetch.patience = PATIENCE
            return _Reading(self, source, connector, lease).until_none_waits()


@dataclass
class _Reading:
    """All that waits of one source. Of several deliveries that came before a ticket is read, it is read once.

    A ticket that cannot be read now leaves its deliveries waiting, and holds no other; after several in a row it is
    the helpdesk that is away.
    """

    reader: InboxReader
    source: str
    connector: Connector
    lease: Lease
    _known: dict[str, Outcome] = field(default_factory=dict)
    _left: dict[DeliveryKey, tuple[datetime, Outcome]] = field(default_factory=dict)
    _away: Unavailable | Denied | None = None
    _in_a_row: int = 0
    _well: int = 0

    def until_none_waits(self) -> int:
        """How many were settled; raises Unavailable where any is left."""
        settled, newest = 0, 0
        while batch := self._next():
            self.lease.check()
            if max(kept.number for kept in batch) > newest:  # news, perhaps, of a ticket that was read before they came
                newest = self.reader.store.deliveries(self.source, limit=1)[0].number
                self._known = {}
            told = {kept.delivery.key: (kept.delivery.at, self._outcome(kept)) for kept in batch}
            self.reader.store.settle({key: outcome for key, (_, outcome) in told.items()})
            left = {key: one for key, one in told.items() if one[1].became == "waiting"}
            self._left |= left
            settled += len(told) - len(left)
        return settled + self._give_up()

    def _next(self) -> list[KeptDelivery]:
        at_once = max(MOST_BYTES // getattr(self.connector, "largest_delivery", MIB), 1)
        waiting = self.reader.store.waiting(self.source, at_once + len(self._left))
        fresh = [kept for kept in waiting if kept.delivery.key not in self._left]
        return sorted(fresh, key=_was_left)

    def _give_up(self) -> int:
        """Sets aside what waits for long while others could be read: it is their tickets that cannot."""
        since = self.reader.now() - LONGEST_WAIT
        late = {key: outcome for key, (at, outcome) in self._left.items() if self._well and at < since}
        old = {key: outcome for key, outcome in late.items() if outcome is not PULLED}
        if old:
            hours = f"its ticket could not be read for {LONGEST_WAIT.total_seconds() / 3600:.0f} h"
            self.reader.store.settle({key: _aside(f"{hours}: {outcome.reason}") for key, outcome in old.items()})
        if len(old) < len(self._left):
            told = self._away or Unavailable(str(PULLED.reason), PULLED_SECONDS)
            raise SomeLeft(str(told), getattr(told, "retry_after", PULLED_SECONDS)) if self._well else told
        return len(old)

    def _outcome(self, kept: KeptDelivery) -> Outcome:
        try:
            told = list(self.connector.receive(_hook(kept)))  # type: ignore[attr-defined]
        except BadPayload as error:
            return _aside(str(error))
        except Exception as error:
            return _aside(faults.told(error))
        return _worst([self._of(one) for one in told])

    def _of(self, told: Ticket | TicketRef) -> Outcome:
        if isinstance(told, Ticket):
            return self._kept(told)
        if told.id not in self._known:
            self.lease.check()
            self._known[told.id] = self._read(told.id)
        return self._known[told.id]

    def _read(self, id_: str) -> Outcome:
        """The ticket as it is now, whatever the delivery said of it: then their order does not matter."""
        try:
            found = self.connector.read(id_)
        except (ConfigError, StoreError, LeaseLost, Stopped):
            raise
        except (Unavailable, Denied) as error:
            return self._later(error)
        except TicketLensError as error:
            return _aside(f"ticket {id_}: {error}")
        except Exception as error:
            return _aside(faults.told(error))
        self._in_a_row, self._well = 0, self._well + 1
        return self._kept(found) if found is not None else self._gone(id_)

    def _gone(self, id_: str) -> Outcome:
        """A pull that is under way may hold the ticket in its hand, and store it after this: it is looked at again."""
        held = self.reader.store.get_raw(self.source, id_)
        outcome = UNKNOWN if held is None else UNCHANGED if held.deleted else self._put(as_deleted(held))
        pulled = self.reader.store.is_claimed(pull_lease_of(self.source), self.reader.now())
        return PULLED if pulled else outcome

    def _later(self, error: Unavailable | Denied) -> Outcome:
        self._in_a_row, self._away = self._in_a_row + 1, error
        if self._in_a_row == MOST_IN_A_ROW:
            raise error
        return Outcome("waiting", shown(str(error), LONGEST_REASON))

    def _kept(self, ticket: Ticket) -> Outcome:
        held = self.reader.store.get_raw(self.source, ticket.id)
        return self._put(told_by(self.source, ticket, held))

    def _put(self, ticket: Ticket) -> Outcome:
        (put,) = self.reader.keep([ticket])
        if put.reason is not None:
            return Outcome("unchanged", "a richer record of the same moment is kept")
        return STORED if put.stored else UNCHANGED


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    """Of a delivery about several tickets: it waits where one has to, else is set aside where one is, else stored."""
    for became in ("waiting", "set_aside", "stored", "unchanged"):
        for one in outcomes:
            if one.became == became:
                return one
    return NOTHING


def _was_left(kept: KeptDelivery) -> bool:
    """What a reader before left waiting is read behind what is new."""
    return kept.outcome.reason is not None


def _aside(reason: str) -> Outcome:
    return Outcome("set_aside", shown(reason, LONGEST_REASON))


def _hook(kept: KeptDelivery) -> Hook:
    return Hook(headers=kept.delivery.headers, body=kept.delivery.body, at=kept.delivery.at)
