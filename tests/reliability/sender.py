"""Whoever pushes for a helpdesk: each delivery is sent until it is answered by 2xx, always under the same id."""

import heapq
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Self

TIMEOUT_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
THREADS = 8


@dataclass(order=True)
class Letter:
    """One delivery, to be sent when it is `due` by the monotonic clock."""

    due: float
    name: str
    body: bytes = field(compare=False)
    headers: Mapping[str, str] = field(compare=False)
    tries: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    repeated: bool = False
    retry_after: str | None = None


@dataclass
class Sender:
    """`acknowledged` are the ids that were answered by 2xx: what must never be lost.

    A vendor waits 5 s, 30 s, minutes between its tries; here it is 0.1 s to 2 s, so that a test ends. `answers` counts
    statuses, `cut` tries that ended without an answer after they were sent.
    """

    port: int
    path: str = "/hooks/desk"
    threads: int = THREADS
    acknowledged: dict[str, Answer] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    slowest: float = 0.0
    cut: int = 0
    on_the_way: threading.Event = field(default_factory=threading.Event)
    """Set whenever one was sent and is not answered yet."""

    _letters: list[Letter] = field(default_factory=list)
    _all: int = 0
    _more: threading.Condition = field(default_factory=threading.Condition)
    _ended: bool = False

    def push(self, name: str, body: bytes, headers: Mapping[str, str]) -> None:
        with self._more:
            self._all += 1
            heapq.heappush(self._letters, Letter(time.monotonic(), name, body, headers))
            self._more.notify()

    @property
    def left(self) -> int:
        """How many nobody acknowledged yet."""
        with self._more:
            return self._all - len(self.acknowledged)

    def __enter__(self) -> Self:
        for _ in range(self.threads):
            threading.Thread(target=self._send, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        with self._more:
            self._ended = True
            self._more.notify_all()

    def _send(self) -> None:
        while (letter := self._next()) is not None:
            answer = self._try(letter)
            with self._more:
                self._note(letter, answer)

    def _next(self) -> Letter | None:
        with self._more:
            while not self._ended:
                wait = self._letters[0].due - time.monotonic() if self._letters else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._letters)
                self._more.wait(wait)
        return None

    def _try(self, letter: Letter) -> Answer | None:
        began, sent = time.monotonic(), False
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", self.path, letter.body, {"Content-Type": "application/json", **letter.headers})
            sent = True
            self.on_the_way.set()
            told = connection.getresponse()
            body = told.read()
            seconds = time.monotonic() - began
            return Answer(told.status, seconds, b'"repeated":true' in body, told.headers.get("Retry-After"))
        except (OSError, HTTPException) as error:
            if sent:
                with self._more:
                    self.cut += 1
                    self.slowest = max(self.slowest, time.monotonic() - began if isinstance(error, TimeoutError) else 0)
            return None
        finally:
            with suppress(OSError):
                connection.close()

    def _note(self, letter: Letter, answer: Answer | None) -> None:
        if answer is not None:
            self.answers[answer.status] += 1
            self.slowest = max(self.slowest, answer.seconds)
            self.without_retry_after += answer.status == 503 and answer.retry_after is None
            if 200 <= answer.status < 300:
                self.acknowledged[letter.name] = answer
                return
        pause = min(FIRST_PAUSE * 2**letter.tries, LONGEST_PAUSE)
        letter.tries, letter.due = letter.tries + 1, time.monotonic() + pause
        heapq.heappush(self._letters, letter)
        self._more.notify()

    def told(self) -> dict[str, Any]:
        return {"acknowledged": len(self.acknowledged), "answers": dict(self.answers), "cut": self.cut,
                "known_when_they_came_again": sum(one.repeated for one in self.acknowledged.values())}  # fmt: skip
