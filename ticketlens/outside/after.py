"""Whether a helpdesk is asked once more, and how long it asks us to wait before that."""

import random

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from ticketlens.outside.answer import Answer
from ticketlens.outside.waiting import Waiting

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
AGAIN = frozenset({408, 409, 423, 425, 429, 500, 502, 503, 504, 507, 509, *range(520, 531)})
"""Statuses that pass by; 409 and 520 to 530 are what gateways of some helpdesks say under load."""


class Again(Retry):
    """Reads Retry-After, in seconds or as a date; its back-off has full jitter."""

    def parse_retry_after(self, retry_after: str) -> float:
        """Freshdesk also writes whole numbers as 30.0."""
        return super().parse_retry_after(retry_after.strip().removesuffix(".0"))

    def jittered(self, number: int) -> float:
        return random.uniform(0, min(self.backoff_max, self.backoff_factor * 2**number))  # noqa: S311


def wait_of(answer: Answer, retry: Again, number: int, waiting: Waiting) -> float | None:
    """Seconds to wait before it is asked again; None for an answer that stands."""
    if answer.status not in AGAIN and not is_throttled(answer):
        return None
    after = answer.headers.get("retry-after") or answer.headers.get("x-ratelimit-retry-after")
    if after:
        try:
            return max(retry.parse_retry_after(after), 0.0)
        except InvalidHeader:
            pass
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(float(reset) - waiting.now().timestamp(), 1.0)
    return LONGEST_WAIT if answer.status == 403 else retry.jittered(number)


def is_throttled(answer: Answer) -> bool:
    """GitHub says 403 where others say 429, at times with nothing but words to tell it from a refusal."""
    told = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status == 403 and (told or b"rate limit" in answer.body[:1000].lower())
