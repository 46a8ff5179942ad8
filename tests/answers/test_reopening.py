"""A rate of reopenings of 0 is told only where some ticket of these sources ever came back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ticketlens.answers.reopening import UNTOLD
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING

NOW = datetime(2026, 3, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def row(source: str, number: int, *, back: bool = False) -> dict[str, object]:
    created = MONDAY + timedelta(hours=number)
    solved = created + timedelta(days=1)
    told = {"source": source, "id": str(number), "subject": "a", "created_at": created.isoformat(), "status": "solved"}
    if not back:
        return {**told, "solved_at": solved.isoformat()}
    moves = [(solved, "open", "solved"), (solved + timedelta(days=9), "solved", "open")]
    moves.append((solved + timedelta(days=10), "open", "solved"))
    return {**told, "history": [{"at": at.isoformat(), "field": "status", "from": was, "to": to}
                                for at, was, to in moves]}  # fmt: skip


@pytest.fixture
def desk(make_lens: Callable[..., Lens]) -> Lens:
    """One source whose tickets never came back, and one of which a single ticket did, later than counts."""
    lens = make_lens(now=NOW, zone="UTC")
    rows = [row("silent", number) for number in range(50)]
    rows += [row("telling", number, back=number == 49) for number in range(50)]
    assert lens.push([*rows, {**row("silent", 50), "created_at": NOW.isoformat(), "solved_at": None}]).stored == 101
    return lens


@pytest.mark.parametrize(("source", "rate"), [("silent", None), ("telling", 0.0)])
def test_a_zero_is_told_only_where_some_ticket_ever_came_back(desk: Lens, source: str, rate: float | None) -> None:
    where = EVERYTHING.having("source", source)
    told = desk.trend(metric="reopen_rate", where=where)
    assert {point.value for point in told.points if point.n >= 20} == {rate}
    assert (UNTOLD in told.notes) is (rate is None)
    overview = desk.overview(where, weeks=8)
    assert overview is not None
    card = next(card for card in overview.cards if card.id == "reopen_rate")
    assert (card.n >= 20, card.value, card.missing == UNTOLD) == (True, rate, rate is None)


def test_a_source_that_tells_keeps_its_zeros_beside_one_that_does_not(desk: Lens) -> None:
    told = desk.trend(metric="reopen_rate", group_by="source")
    assert told.groups is not None
    rates = {key: {point.value for point in line if point.n >= 20} for key, line in told.groups.items()}
    assert rates == {"silent": {None}, "telling": {0.0}}
    assert UNTOLD in told.notes
