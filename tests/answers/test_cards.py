"""The cards of the first page tell a change where a comparison of the same days tells it, and its reason where not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from ticketlens.answers.judged import UNCLEAR
from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model import Satisfaction, Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.overview import Card

NOW = datetime(2027, 2, 17, 9, tzinfo=UTC)
FIRST = datetime(2026, 8, 3, tzinfo=UTC)
OFFICE = {"name": "office", "zone": "UTC", "hours": {"mon-fri": "09:00-17:00"}, "closed": ["2026-12-25", "2027-01-01"]}
NEWEST = EVERYTHING
CHRISTMAS = Filter(date(2026, 12, 14), date(2027, 1, 10))
SLOWER = Filter(date(2026, 11, 2), date(2026, 11, 29))
FLOWS = ("arrived", "waited_hours")


def made() -> list[Ticket]:
    """40 tickets a week, twice as many and four times as slow from November on."""
    dice, found = Random(3), []
    for week in range(29):
        late = week >= 13
        for number in range(80 if late else 40):
            created = FIRST + timedelta(weeks=week, seconds=dice.randint(0, 7 * 86_400 - 1))
            solved = created + timedelta(hours=(4 if late else 1) * dice.lognormvariate(3, 0.8))
            done = solved <= NOW
            back = number % 5 == 0 and done and solved + timedelta(hours=30) <= NOW
            answer = Satisfaction(float(dice.randint(1, 5)), 5, at=solved) if done and number % 4 == 0 else None
            found.append(
                Ticket(
                    source="desk", id=f"{week}-{number}", subject=f"Where is it {number % 3}", created_at=created,
                    updated_at=min(solved, NOW), satisfaction=answer, reopens=int(back), language="en",
                    status=Status.SOLVED if done else Status.OPEN, solved_at=solved if done else None,
                    first_solved_at=solved if done else None,
                )
            )  # fmt: skip
    return [ticket for ticket in found if ticket.created_at <= NOW]


@pytest.fixture(scope="module")
def lens(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    lens = lenses_in(tmp_path_factory.mktemp("cards"), now=NOW, zone="UTC", schedules=[OFFICE])
    for _ in lens.add([TicketBatch(tuple(made()))]):
        pass
    return lens


def shown(lens: Lens, where: Filter) -> tuple[dict[str, Card], str]:
    """The cards by metric, and their days as a comparison names them."""
    found = lens.overview(where)
    assert found is not None
    return {card.id: card for card in found.cards}, f"{found.first}..{found.last}"


@pytest.mark.parametrize("metric", ["ttr.full", "backlog", "arrived", "waited_hours", "csat", "reopen_rate"])
@pytest.mark.parametrize("where", [NEWEST, CHRISTMAS, SLOWER])
def test_a_card_tells_no_change_that_a_comparison_refuses(lens: Lens, where: Filter, metric: str) -> None:
    cards, days = shown(lens, where)
    card, told = cards[metric], lens.comparing.compare(Pairing(metric=metric, period=days))
    if told.refused:
        assert card.change is None
        assert bool(card.note) == (card.value is not None)
    elif metric != "ttr.full":
        assert (card.note == UNCLEAR) == (told.change.verdict == UNCLEAR)
        assert card.change == pytest.approx(told.change.relative if metric in FLOWS else told.change.value)
    if metric in ("backlog", *FLOWS, "csat"):
        assert (card.value, card.n) == (told.after.value, told.after.n)


def test_of_the_newest_weeks_nothing_is_told_that_may_still_move(lens: Lens) -> None:
    cards, _ = shown(lens, NEWEST)
    young = {metric for metric, card in cards.items() if card.note == "too young to compare"}
    assert {"ttr.full", "waited_hours"} <= young
    assert cards["arrived"].change is not None


def test_a_clear_change_is_told_as_one(lens: Lens) -> None:
    cards, _ = shown(lens, SLOWER)
    assert (cards["ttr.full"].note, cards["waited_hours"].note) == ("", "")
    assert cards["ttr.full"].change is not None
    assert cards["ttr.full"].change > 0
    assert cards["csat"].note == UNCLEAR


def test_around_holidays_flows_are_told_by_the_working_day(lens: Lens) -> None:
    arrived = shown(lens, CHRISTMAS)[0]["arrived"]
    assert arrived.by_day
    assert arrived.change is not None
    assert not shown(lens, SLOWER)[0]["arrived"].by_day


def test_what_is_open_is_told_of_the_end_of_the_window(lens: Lens) -> None:
    card = shown(lens, SLOWER)[0]["backlog"]
    assert card.n == lens.count(card.where)
    assert card.where.open_at == datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)


def test_under_20_tickets_no_percentage_is_told(lens: Lens) -> None:
    one_day = Filter(date(2026, 10, 6), date(2026, 10, 6))
    card = shown(lens, one_day)[0]["arrived"]
    assert card.n < 20
    assert card.change is None
    assert card.note.endswith(" before")
