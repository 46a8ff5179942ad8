"""A worker's turn: what there is to do is read from the store's state, and claimed by a lease."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from ticketlens.by_source import Deliveries, Pulls
from ticketlens.errors import TicketLensError
from ticketlens.holder import holder_name
from ticketlens.hours.derivation import Derivation
from ticketlens.lease import SECONDS, Lease
from ticketlens.lens import Lens

MEASURE = "measure"
LOG = logging.getLogger(__name__)


class Troubles:
    """What stops which works. Works of several threads meet the same trouble, and it is told once."""

    def __init__(self) -> None:
        self._stopped: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def begins(self, work: str, trouble: str) -> bool:
        """Whether no work has met `trouble` since it was last over."""
        with self._lock:
            is_new = trouble not in self._stopped
            self._stopped.setdefault(trouble, set()).add(work)
        return is_new

    def ends(self, work: str) -> bool:
        """Whether a trouble is over for every work that it stopped, now that `work` is done."""
        with self._lock:
            over = [trouble for trouble, works in self._stopped.items() if works == {work}]
            self._stopped = {trouble: works - {work} for trouble, works in self._stopped.items() if trouble not in over}
        return bool(over)


@dataclass
class Worker:
    """One of any number of workers on one store; the lease "group" lets one of them group at a time."""

    lens: Lens
    name: str = field(default_factory=holder_name)
    lease_seconds: float = SECONDS
    stopped: threading.Event = field(default_factory=threading.Event)
    pulls: Pulls = field(init=False)
    deliveries: Deliveries = field(init=False)
    _held: Derivation | None = field(default=None, init=False, repr=False)
    _troubles: Troubles = field(default_factory=Troubles, init=False, repr=False)

    PAUSE_SECONDS: ClassVar[float] = 2.0
    STOP_SECONDS: ClassVar[float] = 5.0

    def __post_init__(self) -> None:
        self.pulls = Pulls(self.lens, self.stopped)
        self.lens = self.pulls.lens
        self.deliveries = Deliveries(self.lens, self.stopped)

    def turn(self) -> bool:
        """Whether there was something to do. What was begun for sources goes on after it, in threads."""
        begun = self.look_after_sources()
        return self.measure() or self.group() or begun

    def look_after_sources(self) -> bool:
        """Whether a pull or a reading of deliveries was begun."""
        begun = self._tried("pull", self.pulls.start_due)
        begun = self._tried("read deliveries", self.deliveries.start_due) or begun
        self._tried("tidy the inbox", self.lens.inbox.tidied)
        return begun

    def measure(self) -> bool:
        """Whether the times of tickets had to be computed again, and were."""
        return self._tried("recompute times", self._measure)

    def group(self) -> bool:
        """Whether tickets had to be grouped, and were."""
        return self._tried("group", self._group)

    def run(self) -> None:
        """Until `stopped` is set. Sources do not wait for a long grouping, nor it for them."""
        sources = threading.Thread(target=self._again, args=(self.look_after_sources,), name="sources", daemon=True)
        sources.start()
        self._again(lambda: self.measure() or self.group())
        sources.join(self.STOP_SECONDS)
        self.stop()

    def once(self) -> None:
        """All that there is to do now, to its end."""
        self.look_after_sources()
        self.pulls.wait()
        self.deliveries.wait()
        self.measure()
        self.group()

    def stop(self) -> None:
        for work in (self.pulls, self.deliveries):
            work.stop(self.STOP_SECONDS)

    def _again(self, do: Callable[[], bool]) -> None:
        while not self.stopped.is_set():
            do()
            self.stopped.wait(self.PAUSE_SECONDS)

    def _tried(self, work: str, do: Callable[[], bool]) -> bool:
        """An error is logged in one line, once for all works that it stops, and the work stays to be done."""
        try:
            done = do()
        except TicketLensError as error:
            if self._troubles.begins(work, str(error)):
                LOG.warning("%s; tried again every %.0f s", error, self.PAUSE_SECONDS)
            return False
        if self._troubles.ends(work):
            LOG.warning("it works again")
        return done

    def _measure(self) -> bool:
        """Where another process has measured by other settings since these here held, they are the later ones."""
        now = self.lens.hours.derivation
        if not self.lens.stale:
            self._held = now
            return False
        if self._held == now:
            return False
        lease = self.lens.alone(MEASURE, self.name, self.lease_seconds)
        with lease.held() as ours:
            return ours and self.lens.stale and self._measured_by(lease)

    def _measured_by(self, lease: Lease) -> bool:
        """Page by page; who is told to stop leaves the rest to the next worker."""
        told = 0
        for progress in self.lens.measuring.run(self.lens.preparer.prepare):
            lease.check()
            if 4 * progress.seen // max(progress.total, 1) > told:
                told = 4 * progress.seen // max(progress.total, 1)
                LOG.warning("recompute times: %s of %s tickets", f"{progress.seen:,}", f"{progress.total:,}")
            if self.stopped.is_set():
                break
        return True

    def _group(self) -> bool:
        grouping = self.lens.has_to_cluster()
        if not grouping and not self.lens.articles.is_due():
            return False
        lease = self.lens.grouping(self.name, self.lease_seconds)
        with lease.held() as ours:
            if ours and grouping:
                self.lens.cluster(step=lambda name: lambda done, total: lease.check())
            elif ours:
                self.lens.articles.embed(lambda done, total: lease.check())
        return ours
