"""Deliveries are on disk before they are answered. Those that come at once share one commit."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field

from ticketlens.errors import StoreError, TicketLensError, Unavailable
from ticketlens.hooks.tally import Tally
from ticketlens.model.delivery import Delivery
from ticketlens.store.base import InboxStore

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
    """One a process, with one thread that writes; it begins with the first delivery."""

    store: InboxStore
    tally: Tally
    patience: float = PATIENCE
    monotonic: Callable[[], float] = time.monotonic
    _letters: "queue.SimpleQueue[Letter]" = field(default_factory=queue.SimpleQueue, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _writer: threading.Thread | None = field(default=None, init=False, repr=False)
    _writing_since: float | None = field(default=None, init=False, repr=False)

    def keep(self, delivery: Delivery) -> bool:
        """Whether it is new; on disk when this returns. Raises Unavailable where it is not: it may be there later."""
        if self.stuck:
            raise _busy()
        self._begin()
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

    def _begin(self) -> None:
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
                    _store(self.store, batch)
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
            self.tally.write()
        except TicketLensError as error:
            LOG.debug("what was refused is written down later: %s", error)


def _store(store: InboxStore, batch: list[Letter]) -> None:
    """Of a batch that the store refuses as a whole each is tried by itself, so that one alone is refused."""
    try:
        told = store.put_deliveries([delivery for delivery, _ in batch])
    except Unavailable as error:
        for _, answer in batch:
            answer.set_exception(error)
    except Exception as error:
        if len(batch) == 1:
            batch[0][1].set_exception(error if isinstance(error, TicketLensError) else StoreError(type(error).__name__))
            return
        for letter in batch:
            _store(store, [letter])
    else:
        for (_, answer), new in zip(batch, told, strict=True):
            answer.set_result(new)


def _busy() -> Unavailable:
    return Unavailable("the store is busy: this delivery may or may not be kept; send it again", RETRY_AFTER)
