"""How long a busy helpdesk asks us to wait, however oddly it says it."""

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from ticketlens.outside.after import LONGEST_WAIT, wait_of
from ticketlens.outside.answer import Answer, http_date
from ticketlens.outside.waiting import Waiting

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NO_TIME = [
    "9" * 5_000, "nan", "inf", "-inf", "-1", "1e999", "²", "٣", "+5", "1_0", "0x10", "", " ", "soon", "30.00.0",
    "Sun, 01 Mar 99999 12:00:00 GMT", "Sun, 01 Mar 10000 12:00:00 GMT", "Sun, 99 Mar 2026 12:00:00 GMT",
    "Sun, 01 Mar 2026 12:00:00 +" + "9" * 400, "Sun, " + "1" * 5_000 + " Mar 2026 12:00:00 GMT", "," * 50, "\xff\x00",
]  # fmt: skip


def wait(status: int = 429, **headers: str) -> float | None:
    told = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return wait_of(Answer(status, told, b"", "https://a.example.com"), 0, Waiting(now=lambda: NOW))


@pytest.mark.parametrize("text", NO_TIME)
def test_what_tells_no_time_is_as_if_nothing_was_told(text: str) -> None:
    for headers in (
        {"retry_after": text},
        {"x_ratelimit_retry_after": text},
        {"x_ratelimit_remaining": "0", "x_ratelimit_reset": text},
    ):
        told = wait(**headers)
        assert told is not None
        assert 0 <= told <= 1
    assert wait(403, x_ratelimit_remaining="0", x_ratelimit_reset=text) == LONGEST_WAIT


@pytest.mark.parametrize("text", NO_TIME)
def test_what_is_no_date_is_none(text: str) -> None:
    assert http_date(text) is None


def test_a_reset_counts_where_the_time_to_wait_cannot_be_read() -> None:
    reset = str(int(NOW.timestamp()) + 40)
    assert wait(retry_after="nan", x_ratelimit_remaining="0", x_ratelimit_reset=reset) == 40


def test_a_date_is_read_on_our_own_clock() -> None:
    assert wait(retry_after="Sun, 01 Mar 2026 12:01:30 GMT") == 90
    assert wait(retry_after="Sun, 01 Mar 2026 11:00:00 GMT") == 0
    assert wait(retry_after="Fri, 31 Dec 9999 23:59:59 -1200") is not None


def test_an_answer_that_stands_is_not_waited_for() -> None:
    assert wait(200, retry_after="10") is None
    assert wait(403) is None
