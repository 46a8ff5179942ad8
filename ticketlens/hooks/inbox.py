"""class Inbox: what waits in it, whose turn it is, how it stands, and what a person does with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ticketlens.errors import ConfigError, Denied, Stopped, StoreError, TicketLensError, Unavailable
from ticketlens.hooks import trouble as troubles
from ticketlens.hooks.about import about
from ticketlens.hooks.counts import BEGINNING, HookCounts, hook_counts, sweep
from ticketlens.hooks.reading import InboxReader, Keep, SomeLeft, lease_of
from ticketlens.intake.shown import shown
from ticketlens.lease import LeaseLost
from ticketlens.model.delivery import WAITING, Became, KeptDelivery
from ticketlens.sources import fault as faults
from ticketlens.sources.registry import Registry
from ticketlens.store.base import Store

LONGEST_WAIT = timedelta(minutes=1)
DENIED_WAIT = timedelta(minutes=5)
LONGEST_ERROR = 600


@dataclass
class Inbox:
    """Deliveries of all sources. Those that cannot be read since a helpdesk is away wait, however long that takes."""

    store: Store
    registry: Registry
    keep: Keep
    kept_days: int
    now: Callable[[], datetime]
    _tidy_day: str = field(default="", init=False, repr=False)
    _left: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    _not_before: dict[str, datetime] = field(default_factory=dict, init=False, repr=False)

    # -- a worker's part

    def due(self) -> list[str]:
        """Sources of which something waits, and that nobody reads at this moment."""
        now = self.now()
        waiting = self.store.waiting_counts()
        known = set(self._sources()) if waiting else ()
        rested = [source for source, n in waiting.items() if source in known and self._is_rested(source, n, now)]
        return [source for source in rested if not self.store.is_claimed(lease_of(source), now)]

    def _is_rested(self, source: str, waiting: int, now: datetime) -> bool:
        """Also where something came since, of a helpdesk that answers."""
        return self._not_before.get(source, now) <= now or waiting > self._left.get(source, waiting)

    def read(self, source: str) -> str:
        """Reads all that waits; what is wrong, or nothing. Raises StoreError, LeaseLost and Stopped."""
        try:
            InboxReader(self.store, self.registry, self.keep, self.now).read(source)
        except (StoreError, LeaseLost, Stopped):
            raise
        except TicketLensError as error:
            wait = DENIED_WAIT if isinstance(error, Denied | ConfigError) else LONGEST_WAIT
            if isinstance(error, Unavailable):
                wait = min(wait, timedelta(seconds=max(error.retry_after, 1.0)))
            self._not_before[source] = self.now() + wait
            self._left.pop(source, None)
            if isinstance(error, SomeLeft):
                self._left[source] = self.store.waiting_counts().get(source, 0)
            return self._told(source, shown(str(error), LONGEST_ERROR))
        except Exception as error:
            self._not_before[source] = self.now() + DENIED_WAIT
            return self._told(source, faults.told(error))
        return self._told(source, "")

    def tidied(self) -> bool:
        """Forgets what is older than is kept, once in a day. Whether there was any."""
        today = self.now().date().isoformat()
        if self._tidy_day == today:
            return False
        kept = timedelta(days=self.kept_days)
        forgot = sum(sweep(self.store, source, self.now(), kept) for source in self._sources())
        self._tidy_day = today
        return forgot > 0

    # -- a person's part

    def counts(self) -> dict[str, HookCounts]:
        return hook_counts(self.store, self._sources())

    def kept(self, source: str) -> Mapping[Became, int]:
        """How many are kept of a source, by what became of them."""
        return self.store.delivery_counts(source, BEGINNING)

    def trouble(self, source: str) -> str | None:
        """Why deliveries wait; None where none does."""
        return troubles.trouble(self.store, source) if self.store.waiting(source, 1) else None

    def last(
        self, source: str, *, became: Became | None = None, before: int | None = None, limit: int = 20
    ) -> list[KeptDelivery]:
        return self.store.deliveries(source, became=became, before=before, limit=limit)

    def find(self, source: str, number: int) -> KeptDelivery | None:
        return self.store.delivery(source, number)

    def about(self, kept: KeptDelivery) -> tuple[str, ...]:
        """The ids of the tickets that it names, 20 at most."""
        return about(self.registry, kept)

    def replay(self, kept: Sequence[KeptDelivery]) -> None:
        """They are read once more, as if they came now."""
        self.store.settle({one.delivery.key: WAITING for one in kept})

    def replay_set_aside(self, source: str) -> int:
        """All that is set aside of a source; how many."""
        count, before = 0, None
        while batch := self.store.deliveries(source, became="set_aside", before=before, limit=500):
            self.replay(batch)
            count, before = count + len(batch), batch[-1].number
        return count

    def _sources(self) -> list[str]:
        return [one.name for one in self.registry.all()]

    def _told(self, source: str, error: str) -> str:
        troubles.tell(self.store, source, error)
        return error
