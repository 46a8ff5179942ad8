"""A real store whose n-th call goes wrong, before it did anything or after it did all."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ticketlens.store.base import Store


class Died(BaseException):
    """The process ends here: nothing that handles errors may go on."""


@dataclass
class Faulty:
    """Call number `nth`, from 1, raises `error`; `late`: after the store did what it was asked to."""

    store: Store
    nth: int
    error: Callable[[], BaseException]
    late: bool = False
    calls: int = 0
    hit: str = ""
    """The name of the call that went wrong."""

    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.store, name)
        if not callable(real):
            return real

        def call(*given: Any, **named: Any) -> Any:
            with self._guard:
                self.calls += 1
                wrong = self.calls == self.nth
            if not wrong:
                return real(*given, **named)
            self.hit = name
            if self.late:
                real(*given, **named)
            raise self.error()

        return call
