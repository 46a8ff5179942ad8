"""What a worker makes of deliveries: the tickets that they are about, read by API, and what became of each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ticketlens.connector import Connector, Hook, TicketRef
from ticketlens.errors import BadPayload, ConfigError, Denied, StoreError, TicketLensError, Unavailable
from ticketlens.intake.shown import shown
from ticketlens.lease import Lease, LeaseLost
from ticketlens.model.delivery import DeliveryKey, KeptDelivery, Outcome
from ticketlens.model.ticket import Ticket
from ticketlens.sources import fault as faults
from ticketlens.sources.deletion import as_deleted, told_by
from ticketlens.sources.registry import Registry
from ticketlens.store.base import Put, Store

AT_ONCE = 200
LONGEST_REASON = 300
STORED, UNCHANGED = Outcome("stored"), Outcome("unchanged")
NOTHING = Outcome("unchanged", "it is about no ticket")
Keep = Callable[[Sequence[Ticket]], list[Put]]


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
        lease = Lease(self.store, lease_of(source), now=self.now)
        with lease.held() as ours:
            if not ours:
                return 0
            connector, _ = self.registry.connect(source)
            settled, newest = 0, 0
            while batch := self.store.waiting(source, AT_ONCE):
                lease.check()
                if batch[-1].number > newest:  # news, perhaps, of a ticket that was read before they came
                    newest = self.store.deliveries(source, limit=1)[0].number
                    burst = _Burst(self, source, connector, lease)
                self.store.settle(burst.outcomes(batch))
                settled += len(batch)
            return settled


@dataclass
class _Burst:
    """Deliveries that all came before the first of them is read: of several about one ticket, it is read once."""

    reader: InboxReader
    source: str
    connector: Connector
    lease: Lease
    _known: dict[str, Outcome] = field(default_factory=dict)

    def outcomes(self, batch: Iterable[KeptDelivery]) -> dict[DeliveryKey, Outcome]:
        return {kept.delivery.key: self._outcome(kept) for kept in batch}

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
        except (Unavailable, Denied, ConfigError, StoreError, LeaseLost):
            raise
        except TicketLensError as error:
            return _aside(f"ticket {id_}: {error}")
        except Exception as error:
            return _aside(faults.told(error))
        if found is not None:
            return self._kept(found)
        held = self.reader.store.get_raw(self.source, id_)
        if held is None or held.deleted:
            return UNCHANGED
        return self._put(as_deleted(held))

    def _kept(self, ticket: Ticket) -> Outcome:
        held = self.reader.store.get_raw(self.source, ticket.id)
        return self._put(told_by(self.source, ticket, held))

    def _put(self, ticket: Ticket) -> Outcome:
        (put,) = self.reader.keep([ticket])
        if put.reason is not None:
            return Outcome("unchanged", "a richer record of the same moment is kept")
        return STORED if put.stored else UNCHANGED


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    """Of a delivery about several tickets: set aside where one is, else stored where one is."""
    for became in ("set_aside", "stored", "unchanged"):
        for one in outcomes:
            if one.became == became:
                return one
    return NOTHING


def _aside(reason: str) -> Outcome:
    return Outcome("set_aside", shown(reason, LONGEST_REASON))


def _hook(kept: KeptDelivery) -> Hook:
    return Hook(headers=kept.delivery.headers, body=kept.delivery.body, at=kept.delivery.at)
