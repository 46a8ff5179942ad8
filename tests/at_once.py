"""Many threads that begin the same thing at the same moment."""

import threading
from collections.abc import Callable
from typing import Any


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What `work` gave to each of `count` threads that begin together."""
    gate, told = threading.Barrier(count), [None] * count

    def one(number: int) -> None:
        gate.wait()
        told[number] = work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
