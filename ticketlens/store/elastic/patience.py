"""A cluster that loses a node says for some seconds that it cannot answer now: it is asked again until it can."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from elasticsearch import ApiError

from ticketlens.errors import Unavailable

PATIENCE = 30.0
"""Seconds; a master is elected and a copy of a shard takes over in fewer than ten."""

FIRST_WAIT = 0.1
LONGEST_WAIT = 2.0
Answer = TypeVar("Answer")


class NotNow(Unavailable):
    """The cluster answers, and some of what was asked for has no copy that is ready."""


def patiently(
    call: Callable[[], Answer],
    seconds: float,
    *,
    unanswered: int = 0,
    hosts: int = 1,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """What `call` gives, once the cluster can answer. Raises Unavailable after so many seconds, half a minute at most.

    Where there is no answer at all, `call` is tried `unanswered` times more, and Unavailable raised soon: whoever
    asked may be a page that can say so. However long one of several `hosts` is silent, the others are still asked.
    """
    silent = 0
    wait, until = FIRST_WAIT, time.monotonic() + min(seconds, PATIENCE)
    while True:
        try:
            return call()
        except Unavailable as error:
            silent += not answered(error)
            late = time.monotonic() > until and (answered(error) or silent >= hosts)
            if silent > unanswered or late:
                raise
        sleep(random.uniform(0, wait))  # noqa: S311  (full jitter, no secret)
        wait = min(2 * wait, LONGEST_WAIT)


def answered(error: Unavailable) -> bool:
    """Whether a server said it; the other case is that there was no answer."""
    return isinstance(error, NotNow) or isinstance(error.__cause__, ApiError)
