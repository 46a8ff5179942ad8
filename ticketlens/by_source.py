"""What one worker does for each source: pulls, and the reading of what webhooks brought."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from ticketlens.errors import Stopped, TicketLensError
from ticketlens.lens import Lens
from ticketlens.sources.pulling import ELSEWHERE

LOG = logging.getLogger(__name__)
Job = Callable[[], str | None]
"""Does what is due, and tells what is wrong: "" for nothing, None where another process does it."""


@dataclass
class BySource(ABC):
    """Work of one kind, each source in a thread of its own: a slow source keeps no other waiting.

    Once `stopped` is set none waits for a helpdesk any longer, and each ends after the page that it is at.
    """

    lens: Lens
    stopped: threading.Event = field(default_factory=threading.Event)
    _under_way: dict[str, threading.Thread] = field(default_factory=dict, init=False, repr=False)
    _troubles: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    AT_ONCE: ClassVar[int] = 16
    """Sources that one worker is at at the same time; the rest waits for one to end."""

    def __post_init__(self) -> None:
        self.lens = replace(self.lens, waiting=self.lens.waiting.until(self.stopped))

    @abstractmethod
    def due(self) -> dict[str, Job]:
        """What there is to do now, by source."""

    def start_due(self) -> bool:
        """Whether any was begun."""
        self._under_way = {name: thread for name, thread in self._under_way.items() if thread.is_alive()}
        due = [(name, job) for name, job in self.due().items() if name not in self._under_way]
        begun = due[: self.AT_ONCE - len(self._under_way)]
        for name, job in begun:
            kind = type(self).__name__.lower()
            thread = threading.Thread(target=self._do, args=(name, job), name=f"{kind} {name}", daemon=True)
            self._under_way[name] = thread
            thread.start()
        return bool(begun)

    def wait(self) -> None:
        """Until all have ended."""
        for thread in self._under_way.values():
            thread.join()

    def stop(self, seconds: float) -> None:
        """What is not done by then is left to whoever comes next."""
        self.stopped.set()
        until = time.monotonic() + seconds
        for thread in self._under_way.values():
            thread.join(max(until - time.monotonic(), 0))

    def _do(self, name: str, job: Job) -> None:
        try:
            trouble = job()
        except Stopped:
            return
        except TicketLensError as error:
            trouble = str(error)
        if trouble is None:
            return
        if trouble and trouble != self._troubles.get(name):
            LOG.warning("source %s: %s", name, trouble)
        elif self._troubles.get(name) and not trouble:
            LOG.warning("source %s: it is read again", name)
        self._troubles[name] = trouble


class Pulls(BySource):
    def due(self) -> dict[str, Job]:
        return {name: partial(self._pull, name, full) for name, full in self.lens.helpdesks.rounds.due()}

    def _pull(self, name: str, full: bool) -> str | None:
        trouble = self.lens.helpdesks.pull(name, full=full, step=self._step).error or ""
        return None if trouble == ELSEWHERE else trouble

    def _step(self, done: int, total: int) -> None:
        if self.stopped.is_set():
            raise Stopped("the worker was told to stop")


class Deliveries(BySource):
    def due(self) -> dict[str, Job]:
        return {name: partial(self._read, name) for name in self.lens.inbox.due()}

    def _read(self, name: str) -> str | None:
        return self.lens.inbox.read(name)
