"""Tickets made ready in another process, while this one reads the next and stores the last: for who has many."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ticketlens.collector import look_seldom
from ticketlens.intake.prepare import Preparer
from ticketlens.intake.redact import Redactor
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.exclusions import KINDS
from ticketlens.metrics.periods import day_of
from ticketlens.metrics.schedule import Schedule
from ticketlens.metrics.targets import Target, Targets
from ticketlens.model.batch import TicketBatch
from ticketlens.model.ticket import Ticket
from ticketlens.store.base import Prepared

MANY = 2_000
"""Tickets after which another process is worth the second that it takes to begin."""

AHEAD = 2
"""Batches that are made ready before they are asked for."""

_FREE = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) - 1))
"""Cores beside the one of this process: who reads many sources at once does not begin a process for each."""

Ready = Callable[[], list[Prepared]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a preparer is made of, in a form that another process can be given."""

    key: bytes = field(repr=False)
    regions: tuple[str, ...]
    schedules: tuple[Schedule, ...]
    zone: str
    exclusions: tuple[str, ...] = KINDS
    targets: tuple[Target, ...] = ()

    def preparer(self) -> Preparer:
        redactor, clocks, days = Redactor(self.key, self.regions), Clocks(self.schedules), day_of(self.zone)
        return Preparer(redactor, clocks, days, self.exclusions, Targets(self.targets, self.zone))


class Crew:
    """Gives batches back in the order in which they came, each with its prepared tickets.

    On a machine of one core, and for few tickets, all is done here.
    """

    def __init__(self, recipe: Recipe, preparer: Preparer | None = None, many: int = MANY) -> None:
        self._recipe = recipe
        self._preparer = preparer or recipe.preparer()
        self._many = many if (os.cpu_count() or 1) > 1 else None
        self._seen = 0
        self._pool: ProcessPoolExecutor | None = None

    def prepare(self, batches: Iterable[TicketBatch], reading: int) -> Iterator[tuple[TicketBatch, list[Prepared]]]:
        """What was read before an error is given back before the error is."""
        waiting: deque[tuple[TicketBatch, Ready]] = deque()
        failed: BaseException | None = None
        source = iter(batches)
        while True:
            try:
                batch = next(source, None)
            except Exception as error:
                batch, failed = None, error
            if batch is None:
                break
            waiting.append((batch, self._begin(batch.tickets, reading)))
            while len(waiting) > (AHEAD if self._pool else 0):
                yield _done(waiting)
        while waiting:
            yield _done(waiting)
        if failed is not None:
            raise failed

    def _begin(self, tickets: Sequence[Ticket], reading: int) -> Ready:
        self._seen += len(tickets)
        if self._pool is None and self._many is not None and self._seen > self._many and _FREE.acquire(blocking=False):
            self._pool = _pool(self._recipe)
        if self._pool is not None:
            try:
                return self._later(self._pool.submit(_prepare, tickets, reading), tickets, reading)
            except BrokenProcessPool:
                self._alone()
        return lambda: self._here(tickets, reading)

    def _later(self, told: Future[list[Prepared]], tickets: Sequence[Ticket], reading: int) -> Ready:
        def ready() -> list[Prepared]:
            try:
                return told.result()
            except Exception:
                self._alone()
                return self._here(tickets, reading)

        return ready

    def _here(self, tickets: Sequence[Ticket], reading: int) -> list[Prepared]:
        return [self._preparer.prepare(ticket, reading) for ticket in tickets]

    def _alone(self) -> None:
        """Go on without the other process."""
        self._many = None
        self.close()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            _FREE.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _done(waiting: deque[tuple[TicketBatch, Ready]]) -> tuple[TicketBatch, list[Prepared]]:
    batch, ready = waiting.popleft()
    return batch, ready()


_OURS: list[Preparer] = []
"""In the other process: the preparer that it was given."""


def _pool(recipe: Recipe) -> ProcessPoolExecutor:
    fresh = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=fresh, initializer=_learn, initargs=(recipe,))


def _learn(recipe: Recipe) -> None:
    look_seldom()
    _OURS.append(recipe.preparer())


def _prepare(tickets: Sequence[Ticket], reading: int) -> list[Prepared]:
    return [_OURS[0].prepare(ticket, reading) for ticket in tickets]
