"""Time as the way out sees it; tests have one of their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event

from ticketlens.errors import Stopped


@dataclass(frozen=True, slots=True)
class Waiting:
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def until(self, stopped: Event) -> "Waiting":
        """The same, but that waiting raises Stopped once that is set, in the midst of it too."""

        def sleep(seconds: float) -> None:
            if self.sleep is time.sleep:
                stopped.wait(seconds)
            else:
                self.sleep(seconds)
            if stopped.is_set():
                raise Stopped("it was told to stop while it waited")

        return replace(self, sleep=sleep)
