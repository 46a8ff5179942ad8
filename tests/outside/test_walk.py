"""A list that moves while it is read is read whole all the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ticketlens.errors import Unavailable
from ticketlens.intake.payload import Payload
from ticketlens.intake.times import TimeRule
from ticketlens.outside.walk import Batch, walk

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
PER_PAGE = 3


class Desk:
    """Rows by (changed, id), read by offset; `meanwhile` is called before each page."""

    def __init__(self, count: int, meanwhile: Callable[["Desk", int], None] = lambda desk, call: None) -> None:
        self.rows = dict.fromkeys(range(count), AT)
        self.calls = 0
        self.meanwhile = meanwhile

    def ask(self, since: datetime, page: int) -> Batch:
        self.calls += 1
        self.meanwhile(self, self.calls)
        there = sorted((at, number) for number, at in self.rows.items() if at >= since)
        start = (page - 1) * PER_PAGE
        shown = [Payload({"id": number, "at": at.isoformat()}) for at, number in there[start : start + PER_PAGE]]
        return Batch(shown, more=start + PER_PAGE < len(there), total=len(there))


def read(desk: Desk, since: datetime = AT) -> tuple[list[tuple[str, str]], datetime]:
    told = list(walk(desk.ask, since, lambda row: datetime.fromisoformat(row.text("at")), most_pages=99))
    return [(row.id(), row.text("at")) for rows, _, _ in told for row in rows], told[-1][1]


def test_a_row_that_leaves_a_moment_of_several_pages_hides_no_other() -> None:
    def move(desk: Desk, call: int) -> None:
        if call == 2:  # between the first and the second page: what stood behind moves up by one
            desk.rows[0] = AT + timedelta(hours=1)

    desk = Desk(8, move)
    found, reached = read(desk)
    assert {id_ for id_, _ in found} == {str(number) for number in range(8)}
    assert ("0", (AT + timedelta(hours=1)).isoformat()) in found
    assert reached == AT + timedelta(hours=1)


def test_the_place_to_go_on_from_is_not_past_a_moment_that_is_not_done() -> None:
    desk = Desk(8)
    desk.rows[9] = AT + timedelta(hours=1)
    given: set[str] = set()
    for rows, reached, _ in walk(desk.ask, AT, lambda row: datetime.fromisoformat(row.text("at")), most_pages=99):
        given |= {row.id() for row in rows}
        assert reached == AT or len(given) == 9


def test_each_row_is_given_once_where_nothing_moves() -> None:
    desk = Desk(7)
    desk.rows |= {number: AT + timedelta(minutes=number) for number in range(10, 20)}
    found, reached = read(desk)
    assert len(found) == len(set(found)) == 17
    assert reached == AT + timedelta(minutes=19)


def test_a_moment_with_more_rows_than_pages_may_hold_is_said_to_be_one() -> None:
    with pytest.raises(Unavailable, match="pull --since"):
        list(walk(Desk(50).ask, AT, lambda row: datetime.fromisoformat(row.text("at")), most_pages=3))


def test_a_row_that_does_not_say_when_it_changed_is_given_all_the_same() -> None:
    batch = Batch([Payload({"id": 1, "at": "never"}), Payload({"id": 2, "at": AT.isoformat()})], more=False)
    told = list(walk(lambda since, page: batch, AT, _moment, most_pages=9))
    assert [row.id() for rows, _, _ in told for row in rows] == ["1", "2"]


def _moment(row: Payload) -> datetime:
    return row.time("at", TimeRule.at(AT))
