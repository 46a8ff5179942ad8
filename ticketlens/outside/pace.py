"""What one answer may take in time and bytes, however they drip: a socket's time-out begins anew with each."""

import io
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPResponse
from math import inf
from time import monotonic
from typing import Any

from ticketlens.errors import Unavailable


class TooLarge(Unavailable):
    """An answer larger than is read; a smaller page may do."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`seconds()` is what an answer may take from now on, head and body; `size` how many bytes, as they are sent."""

    seconds: Callable[[], float] = lambda: inf
    size: float = inf
    monotonic: Callable[[], float] = monotonic

    def response_class(self, host: str) -> type[HTTPResponse]:
        """Of the answer that is asked for now. Its reading raises Unavailable, TooLarge."""
        clock = _Clock(host, self.monotonic, self.monotonic(), self.seconds())
        size = self.size

        class Response(HTTPResponse):
            def __init__(self, sock: socket.socket, *how: Any, **more: Any) -> None:
                super().__init__(sock, *how, **more)
                self.fp = io.BufferedReader(_Reader(self.fp.detach(), sock, clock, size))

        return Response


@dataclass(frozen=True, slots=True)
class _Clock:
    host: str
    monotonic: Callable[[], float]
    begun: float
    seconds: float

    def left(self) -> float:
        """Seconds; raises Unavailable where none are."""
        left = self.begun + self.seconds - self.monotonic()
        if left <= 0:
            raise Unavailable(f"{self.host}: an answer took longer than {self.seconds:.0f} s")
        return left


class _Reader(io.RawIOBase):
    """Reads on while there is time and room left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, clock: _Clock, size: float) -> None:
        self._raw, self._sock, self._clock, self._room = raw, sock, clock, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        silence, left = self._sock.gettimeout(), self._clock.left()
        if silence is None or left < silence:
            self._sock.settimeout(None if left == inf else left)
        try:
            count: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            self._clock.left()
            raise
        finally:
            self._sock.settimeout(silence)
        self._room -= count or 0
        if self._room < 0:
            raise TooLarge(f"{self._clock.host}: an answer too large was not read")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
