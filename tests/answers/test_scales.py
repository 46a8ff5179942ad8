"""Ratings on two scales are two surveys: the page of topics, the overview and the trend tell the same one of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ticketlens.answers.listed import rated
from ticketlens.lens import Lens
from ticketlens.model import Satisfaction, Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING

NOW = datetime(2026, 4, 22, 9, tzinfo=UTC)
MONDAY = datetime(2026, 3, 23, 12, tzinfo=UTC)


def rated_ticket(number: int, answer: tuple[float, int]) -> Ticket:
    created = MONDAY + timedelta(hours=number * 4)
    solved = created + timedelta(hours=2)
    return Ticket(
        source="desk", id=str(number), subject=f"Cannot log in {number % 3}", created_at=created, updated_at=NOW,
        language="en", status=Status.SOLVED, solved_at=solved, first_solved_at=solved,
        satisfaction=Satisfaction(*answer, at=solved),
    )  # fmt: skip


def answer_of(number: int) -> tuple[float, int]:
    """Most on 5 points, half of them good; a quarter good or bad, all good; some broken, as averages are."""
    if number % 4 == 3:
        return 2.0, 2
    return (4.5, 5) if number % 12 == 1 else (5.0 if number % 2 else 3.0, 5)


@pytest.fixture
def lens(make_lens: Callable[..., Lens]) -> Lens:
    found = make_lens(now=NOW)
    for _ in found.add([TicketBatch(tuple(rated_ticket(number, answer_of(number)) for number in range(120)))]):
        pass
    found.cluster(step=lambda name: lambda done, total: None)
    return found


def test_one_scale_is_told_everywhere_and_its_list_has_as_many(lens: Lens) -> None:
    table, overview = lens.topics(EVERYTHING), lens.overview(EVERYTHING)
    assert table.survey is not None
    assert overview is not None
    assert (table.survey.name, table.survey.scale) == ("ticket rating", 5)
    card = next(card for card in overview.cards if card.id == "csat")
    listed = rated(EVERYTHING.between(*table.window), table.survey)
    assert listed is not None
    assert (card.survey, card.where, card.n) == (table.survey, listed, 80)
    assert card.n == lens.count(card.where) == sum(row.csat_n for row in table.rows)
    shown = lens.voice.report(first=table.window[0], last=table.window[1], by="week").surveys
    told = {one.survey: one.figures for one in shown}
    assert {one.scale: figures.n for one, figures in told.items()} == {5: 80, 2: 30}
    assert told[table.survey].score is not None
    assert card.value == pytest.approx(told[table.survey].score.value) == pytest.approx(20 / 80)


def test_the_trend_names_the_same_survey(lens: Lens) -> None:
    table = lens.topics(EVERYTHING)
    told = lens.trend(metric="csat", by="week", first=table.window[0], last=table.window[1])
    assert told.survey == table.survey
    assert sum(point.n for point in told.points) == 80
