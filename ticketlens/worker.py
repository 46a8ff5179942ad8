"""A worker's turn: what there is to do is read from the store's state, and claimed by a lease."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from ticketlens.errors import Stopped, TicketLensError
from ticketlens.lease import SECONDS, holder_name
from ticketlens.lens import Lens
from ticketlens.sources.pulling import ELSEWHERE

LOG = logging.getLogger(__name__)
AT_ONCE = 16
"""Sources that one worker pulls at the same time; the rest waits for one to end."""


@dataclass
class Pulls:
    """The pulls that one worker has under way, each in a thread of its own: a slow source keeps no other waiting.

    Once `stopped` is set none waits for a helpdesk any longer, and each ends after the page that it is at.
    """

    lens: Lens
    stopped: threading.Event = field(default_factory=threading.Event)
    _under_way: dict[str, threading.Thread] = field(default_factory=dict, init=False, repr=False)
    _troubles: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.lens = replace(self.lens, waiting=self.lens.waiting.until(self.stopped))

    def start_due(self) -> bool:
        """Whether any was begun."""
        self._under_way = {name: thread for name, thread in self._under_way.items() if thread.is_alive()}
        due = [one for one in self.lens.helpdesks.rounds.due() if one[0] not in self._under_way]
        begun = due[: AT_ONCE - len(self._under_way)]
        for name, full in begun:
            thread = threading.Thread(target=self._pull, args=(name, full), name=f"pull {name}", daemon=True)
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

    def _pull(self, name: str, full: bool) -> None:
        try:
            trouble = self.lens.helpdesks.pull(name, full=full, step=self._step).error or ""
        except Stopped:
            return
        except TicketLensError as error:
            trouble = str(error)
        if trouble == ELSEWHERE:
            return
        if trouble and trouble != self._troubles.get(name):
            LOG.warning("source %s: %s", name, trouble)
        elif self._troubles.get(name) and not trouble:
            LOG.warning("source %s: it is read again", name)
        self._troubles[name] = trouble

    def _step(self, done: int, total: int) -> None:
        if self.stopped.is_set():
            raise Stopped("the worker was told to stop")


@dataclass
class Worker:
    """One of any number of workers on one store; the lease "group" lets one of them group at a time."""

    lens: Lens
    name: str = field(default_factory=holder_name)
    lease_seconds: float = SECONDS
    stopped: threading.Event = field(default_factory=threading.Event)
    pulls: Pulls = field(init=False)
    _troubles: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    PAUSE_SECONDS: ClassVar[float] = 2.0
    STOP_SECONDS: ClassVar[float] = 5.0

    def __post_init__(self) -> None:
        self.pulls = Pulls(self.lens, self.stopped)
        self.lens = self.pulls.lens

    def turn(self) -> bool:
        """Whether there was something to do. Pulls go on after it; `pulls.wait` waits for them."""
        begun = self._tried("pull", self.pulls.start_due)
        return self._tried("group", self._group) or begun

    def once(self) -> None:
        """All that there is to do now, to its end."""
        self._tried("pull", self.pulls.start_due)
        self.pulls.wait()
        self._tried("group", self._group)

    def stop(self) -> None:
        self.pulls.stop(self.STOP_SECONDS)

    def _tried(self, work: str, do: Callable[[], bool]) -> bool:
        """An error is logged in one line, once, and the work stays to be done."""
        before = self._troubles.get(work, "")
        try:
            done = do()
        except TicketLensError as error:
            if str(error) != before:
                LOG.warning("%s; tried again every %.0f s", error, self.PAUSE_SECONDS)
            self._troubles[work] = str(error)
            return False
        if before:
            LOG.warning("it works again")
        self._troubles[work] = ""
        return done

    def _group(self) -> bool:
        if not self.lens.has_to_cluster():
            return False
        lease = self.lens.grouping(self.name, self.lease_seconds)
        with lease.held() as ours:
            if ours:
                self.lens.cluster(step=lambda name: lambda done, total: lease.check())
        return ours
