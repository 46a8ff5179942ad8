"""What is read of an answer's headers."""

from datetime import UTC, datetime

import pytest

from ticketlens.outside.answer import Answer


@pytest.mark.parametrize(
    "told",
    [
        "Mon, 05 Jan 2026 08:04:00 GMT",
        "Mon, 05 Jan 2026 08:04:00 -0000",
        "Mon, 05 Jan 2026 08:04:00 GMT, Sun, 22 Nov 2026 06:00:00 GMT",
    ],
)
def test_the_date_of_an_answer_always_has_a_zone(told: str) -> None:
    assert Answer(200, {"date": told}, b"", "").date == datetime(2026, 1, 5, 8, 4, tzinfo=UTC)


def test_a_date_that_is_none_is_none() -> None:
    assert Answer(200, {}, b"", "").date is None
    assert Answer(200, {"date": "soon"}, b"", "").date is None
