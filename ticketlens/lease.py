"""A lease that is kept for as long as the work under it takes, and ends by itself soon after its holder died."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ticketlens.errors import TicketLensError
from ticketlens.holder import holder_name, holder_of
from ticketlens.store.leases import Claim, LeaseStore

LOG = logging.getLogger(__name__)
SECONDS = 60.0
RENEWALS = 4
"""Tries within the length of a lease: one that fails, or comes late, leaves time for more."""


class LeaseLost(TicketLensError):
    """Another process has taken the work over, since this one could not say in time that it lives."""


@dataclass
class Lease:
    """The right to do one kind of work, which one holder on all machines has at a time.

    Whoever dies while holding it is followed by another within `seconds`, on the same machine at once. The machines'
    clocks must agree to well within that.
    """

    store: LeaseStore
    name: str
    holder: str = field(default_factory=holder_name)
    seconds: float = SECONDS
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _lost: bool = field(default=False, init=False)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Whether it is ours for the length of the block; a thread of its own renews it meanwhile."""
        if not self._take():
            yield False
            return
        self._lost = False
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(ended,), name=f"lease {self.name}", daemon=True)
        keeper.start()
        try:
            yield True
        finally:
            ended.set()
            keeper.join()
            self._release()

    def claim(self) -> Claim | None:
        """Who has it at the moment."""
        return self.store.claim_of(self.name, self.now())

    def check(self) -> None:
        """To be asked between the steps of the work. Raises LeaseLost where it is another's by now."""
        if self._lost:
            raise LeaseLost(f"the lease {self.name!r} went to another process; its work is left to that one")

    def _take(self) -> bool:
        """The same, also where who has it died on this machine."""
        if self._claim():
            return True
        held = self.claim()
        holder = holder_of(held.holder) if held else None
        if held is None or holder is None or not holder.is_gone:
            return False
        self.store.release(self.name, held.holder)
        return self._claim()

    def _claim(self) -> bool:
        return self.store.claim(self.name, self.holder, self.seconds, self.now())

    def _keep(self, ended: threading.Event) -> None:
        until = self.now().timestamp() + self.seconds
        while not self._lost and not ended.wait(self.seconds / RENEWALS):
            try:
                began = self.now().timestamp()
                self._lost = not self._claim()
                until = began + self.seconds
            except TicketLensError as error:
                LOG.warning("the lease %r is not renewed: %s", self.name, error)
                self._lost = self.now().timestamp() > until

    def _release(self) -> None:
        try:
            self.store.release(self.name, self.holder)
        except TicketLensError as error:
            LOG.warning("the lease %r ends by itself in %.0f s: %s", self.name, self.seconds, error)
