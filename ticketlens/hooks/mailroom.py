"""Deliveries are on disk before they are answered. Those that come at once share one commit."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field

from ticketlens.errors import TicketLensError, Unavailable
from ticketlens.hooks.tally import Tally
from ticketlens.model.delivery import Delivery
from ticketlens.store.deliveries import InboxStore

LOG = logging.getLogger(__name__)
MOST_AT_ONCE = 500
MOST_BYTES = 16 * 1024 * 1024
PATIENCE = 5.0
"""Seconds until a helpdesk is told to come again: the least patient ones wait no longer for an answer."""

RETRY_AFTER = 30.0
IDLE = 1.0
Letter = tuple[Delivery, "Future[bool]"]


@dataclass
class Mailroom:
    """One a process, with one thread that writes; it begins with the first call."""

    store: InboxStore
    tallies: tuple[Tally, ...]
    patience: float = PATIENCE
    monotonic: Callable[[], float] = time.monotonic
    _letters: "queue.SimpleQueue[Letter]" = field(default_factory=queue.SimpleQueue, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _writer: threading.Thread | None = field(default=None, init=False, repr=False)
    _writing_since: float | None = field(default=None, init=False, repr=False)
    _failed: str | None = field(default=None, init=False, repr=False)

    def keep(self, delivery: Delivery) -> bool:
        """Whether it is new; on disk when this returns. Raises Unavailable where it is not: it may be there later."""
        if self.stuck:
            raise _busy()
        self.begin()
        told: Future[bool] = Future()
        self._letters.put((delivery, told))
        try:
            return told.result(self.patience)
        except TooLate:
            raise _busy() from None

    @property
    def stuck(self) -> bool:
        """Whether the store has kept the writer waiting for longer than a helpdesk waits."""
        since = self._writing_since
        return since is not None and self.monotonic() - since > self.patience

    @property
    def trouble(self) -> str | None:
        """What keeps deliveries out now, in words for whomever: nothing of hosts and files; None where all is well."""
        return "the store is busy" if self.stuck else self._failed

    def begin(self) -> None:
        """The thread that writes is there after this; it writes down what was counted too."""
        with self._guard:
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="mailroom", daemon=True)
                self._writer.start()

    def _write(self) -> None:
        while True:
            batch = self._next()
            if batch:
                self._writing_since = self.monotonic()
                try:
                    self._failed = None if _store(self.store, batch) else "the store takes no writes"
                finally:
                    self._writing_since = None
            self._tell()

    def _next(self) -> list[Letter]:
        """All that wait; after a moment without any, nothing."""
        try:
            batch = [self._letters.get(timeout=IDLE)]
        except queue.Empty:
            return []
        size = len(batch[0][0].body)
        while size < MOST_BYTES and len(batch) < MOST_AT_ONCE:
            try:
                batch.append(self._letters.get_nowait())
            except queue.Empty:
                break
            size += len(batch[-1][0].body)
        return batch

    def _tell(self) -> None:
        try:
            for tally in self.tallies:
                tally.write()
        except TicketLensError as error:
            LOG.debug("what was counted is written down later: %s", error)


def _store(store: InboxStore, batch: list[Letter]) -> bool:
    """Whether any is on disk. Of a batch that the store refuses each is tried by itself, so that one alone fails."""
    try:
        told = store.put_deliveries([delivery for delivery, _ in batch])
    except Unavailable as error:
        for _, answer in batch:
            answer.set_exception(error)
        return False
    except Exception as error:
        if len(batch) > 1:
            return sum(_store(store, [letter]) for letter in batch) > 0
        LOG.warning("a delivery could not be kept: %s", error if isinstance(error, TicketLensError) else repr(error))
        batch[0][1].set_exception(Unavailable("this delivery cannot be kept now", RETRY_AFTER))
        return False
    for (_, answer), new in zip(batch, told, strict=True):
        answer.set_result(new)
    return True


def _busy() -> Unavailable:
    return Unavailable("the store is busy: this delivery may or may not be kept; send it again", RETRY_AFTER)
