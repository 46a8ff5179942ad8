"""How often one source's helpdesk is asked: so many requests a minute, spread evenly."""

import threading
from dataclasses import dataclass, field

from ticketlens.outside.waiting import Waiting

MINUTE = 60.0


@dataclass
class Budget:
    """Lets a request begin each `60 / per_minute` seconds; one that was late may be made up for, more may not.

    The generic cell rate algorithm (ITU-T I.371) with a tolerance of one interval. None: no limit.
    """

    per_minute: float | None
    waiting: Waiting
    _next: float = field(default=0.0, init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def take(self) -> None:
        """Returns when a request may begin."""
        if self.per_minute is None:
            return
        interval = MINUTE / self.per_minute
        with self._guard:
            now = self.waiting.monotonic()
            begins = max(self._next, now - interval)
            self._next = begins + interval
        if begins > now:
            self.waiting.sleep(begins - now)
