"""Whether a helpdesk is asked once more, and how long it asks us to wait before that."""

import random
from datetime import datetime

from ticketlens.outside.answer import Answer, http_date
from ticketlens.outside.waiting import Waiting

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
MOST_DIGITS = 10
"""Of a number of seconds, since now or since 1970; what is longer tells no time."""

AGAIN = frozenset({408, 409, 423, 425, 429, 500, 502, 503, 504, 507, 509, *range(520, 531)})
"""Statuses that pass by; 409 and 520 to 530 are what gateways of some helpdesks say under load."""


def wait_of(answer: Answer, number: int, waiting: Waiting) -> float | None:
    """Seconds to wait before it is asked again; None for an answer that stands. What cannot be read is not told."""
    if answer.status not in AGAIN and not is_throttled(answer):
        return None
    now = waiting.now()
    after = answer.headers.get("retry-after") or answer.headers.get("x-ratelimit-retry-after")
    if after and (told := _seconds_until(after, now)) is not None:
        return told
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = _whole(answer.headers.get("x-ratelimit-reset", ""))
        if reset is not None:
            return max(reset - now.timestamp(), 1.0)
    return LONGEST_WAIT if answer.status == 403 else jittered(number)


def jittered(number: int) -> float:
    """Seconds of an exponential back-off with full jitter (Brooker, 2015)."""
    return random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**number))  # noqa: S311


def is_throttled(answer: Answer) -> bool:
    """GitHub says 403 where others say 429, at times with nothing but words to tell it from a refusal."""
    told = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == 403 and (told or b"rate limit" in answer.body[:1000].lower())


def _seconds_until(after: str, now: datetime) -> float | None:
    """`after` is a number of seconds or a date (RFC 9110, 10.2.3); Freshdesk also writes whole numbers as 30.0."""
    if (seconds := _whole(after.strip().removesuffix(".0"))) is not None:
        return seconds
    date = http_date(after)
    return None if date is None else max((date - now).total_seconds(), 0.0)


def _whole(digits: str) -> float | None:
    sound = digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS
    return float(digits) if sound else None
