"""Questions that a store may leave unanswered for long: one of a kind at a time, and nobody waits too long for it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__ = ["Asking", "TooLate"]

Answer = TypeVar("Answer")


@dataclass
class Asking:
    """Each question in a thread of its own, so that a store that stands still never holds those who serve."""

    _under_way: dict[str, tuple[float, "Future[Any]"]] = field(default_factory=dict, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def ask(self, name: str, question: Callable[[], Answer], patience: float) -> Answer:
        """What `question` gives or raises; TooLate once one of that name has been under way for so many seconds."""
        with self._guard:
            begun, answer = self._under_way.get(name) or self._begin(name, question)
        told: Answer = answer.result(max(begun + patience - time.monotonic(), 0.0))
        return told

    def _begin(self, name: str, question: Callable[[], object]) -> tuple[float, "Future[Any]"]:
        begun = self._under_way[name] = time.monotonic(), Future()
        threading.Thread(target=self._answer, args=(name, question, begun[1]), name=f"ask {name}", daemon=True).start()
        return begun

    def _answer(self, name: str, question: Callable[[], object], answer: "Future[Any]") -> None:
        """Who asks once this one has an answer asks anew."""
        try:
            told, failed = question(), None
        except BaseException as error:
            told, failed = None, error
        with self._guard:
            del self._under_way[name]
        if failed is not None:
            answer.set_exception(failed)
        else:
            answer.set_result(told)
