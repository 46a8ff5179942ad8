"""The first page: cards that open the lists they count, a change that its parts add up to, a sentence that is true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import fsum

import pytest

from ticketlens.answers.sentence import headline
from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model import Ticket
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.overview import NOT_REACHED, Card, Overview, Part, TopicTable, Why
from ticketlens.model.topic import Coverage, Topic

FILTERS = [
    EVERYTHING,
    Filter(where={"group": ("tier1",)}),
    Filter(date(2026, 2, 3), date(2026, 3, 9)),
    Filter(q="login"),
]


def seen(lens: Lens, where: Filter, **asked: str) -> Overview:
    found = lens.overview(where, **asked)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize("where", FILTERS)
@pytest.mark.parametrize("cohort", ["arrived", "solved"])
def test_every_card_opens_the_list_that_it_counts(lens: Lens, where: Filter, cohort: str) -> None:
    cards = seen(lens, where, cohort=cohort).cards
    assert [card.id for card in cards] == ["ttr.full", "backlog", "arrived", "reopen_rate", "waited_hours", "csat"]
    for card in cards:
        assert card.n == lens.count(card.where), card.id


@pytest.mark.parametrize("where", FILTERS)
def test_the_parts_of_the_change_add_up_to_it(lens: Lens, where: Filter) -> None:
    why = seen(lens, where).why
    assert why is not None
    assert fsum(part.total for part in why.parts) == pytest.approx(why.change, abs=1e-6)
    assert sum(part.n for part in why.parts) <= lens.count(EVERYTHING)


def test_the_sentence_names_the_topic_that_made_customers_wait(lens: Lens) -> None:
    found = seen(lens, Filter(where={"topic": ("1", "2", "3", "4")}))
    assert found.headline_topic is not None
    assert found.headline_topic.name in found.sentence
    assert found.headline_topic.name in {"login", "outage"}


def test_the_overview_agrees_with_the_table_of_topics(lens: Lens) -> None:
    found, table = seen(lens, EVERYTHING), lens.topics(EVERYTHING)
    rows = tuple(replace(row, examples=()) for row in table.rows)
    assert (found.topics, found.coverage, found.window) == (rows[:7], table.coverage, table.window)
    assert all(row.examples for row in table.rows)
    assert found.topic_count == len(table.rows)
    assert {mover.state for mover in found.movers} == {"rising", "fading"}
    assert found.trend.points[-1].end > found.last
    assert 0 < found.top_share_tickets <= 1.000001


def test_a_change_is_split_of_the_newest_weeks_that_were_followed_for_long_enough(lens: Lens) -> None:
    """As the page Trends takes them; days that somebody names are never exchanged for older ones."""
    found = seen(lens, EVERYTHING)
    assert found.why is not None
    assert found.last - found.why.last == timedelta(days=14)
    explained = lens.comparing.why(Pairing(period=f"{found.why.first}..{found.why.last}"))
    assert (explained.before.mean, explained.after.mean) == pytest.approx((found.why.before, found.why.after))
    assert seen(lens, EVERYTHING.between(found.first, found.last)).why is None
    named = seen(lens, EVERYTHING.between(found.why.first, found.why.last)).why
    assert named is not None
    assert (named.change, named.parts) == (found.why.change, found.why.parts)


def test_too_few_tickets_are_said_to_be_too_few(make_lens: Callable[..., Lens]) -> None:
    lens, at = make_lens(), datetime(2026, 4, 1, tzinfo=UTC)
    told = Ticket(source="s", id="1", subject="x", created_at=at, updated_at=at + timedelta(days=12))
    lens.store.put_tickets([lens.preparer.prepare(told)])
    found = seen(lens, EVERYTHING)
    assert "too few" in found.sentence
    assert (found.why, found.cards[0].value, found.cards[0].n) == (None, None, 1)


def card(value: float | None, change: float | None = None) -> Card:
    return Card("ttr.full", "", value, "minutes", 50, change, False, 1, (), EVERYTHING)


def why(*parts: Part, before: float = 600, error: float = 1) -> Why:
    days = date(2026, 3, 2), date(2026, 3, 29)
    return Why(20160, before, before + fsum(part.total for part in parts), error, parts, *days)


def test_the_mean_is_of_the_clock_and_the_cohort_that_everything_else_is_of(lens: Lens) -> None:
    for clock in ("calendar", "business"):
        for cohort in ("arrived", "solved"):
            found = seen(lens, EVERYTHING, clock=clock, cohort=cohort)
            assert found.why is not None
            assert (found.why.clock, found.why.cohort) == (clock, cohort)
            wanted = Pairing(period=f"{found.why.first}..{found.why.last}", clock=clock, cohort=cohort)
            assert lens.comparing.why(wanted).after.mean == pytest.approx(found.why.after)


def table(days: int = 28) -> TopicTable:
    first = date(2026, 3, 2)
    window = (first, first + timedelta(days=days - 1))
    return TopicTable((), window, 50, 0.0, Coverage(), datetime(2026, 4, 1, tzinfo=UTC), 0)


LOGIN, REFUND = Topic(id=1, name="Login"), Topic(id=2, name="Refund")


@pytest.mark.parametrize(
    ("told", "sentence", "subject"),
    [
        (headline(card(None), None, table()), "50 tickets arrived; too few of them are solved", None),
        (headline(replace(card(None), missing=NOT_REACHED), None, table()), "half of them are not solved", None),
        (headline(card(300, 60), None, table()), "Half of the tickets are solved within 5.0 h (4.0 h in "
         "the four weeks before); whether that is a change cannot be told yet.", None),
        (headline(card(300, 60), None, table(10)), "in the 10 days before", None),
        (headline(card(300), why(Part(LOGIN, "Login", 60, 0, 9), error=100), table()), "No clear change", None),
        (headline(card(300), why(Part(LOGIN, "Login", 60, 0, 9), Part(REFUND, "Refund", 40, 0, 9)), table()),
         "Customers waited longer: the mean wait over the first 14 days rose from 10 h to 12 h", LOGIN),
        (headline(card(300), why(Part(LOGIN, "Login", 60, 0, 9), Part(REFUND, "Refund", 40, 0, 9)), table()),
         "More than half of the rise is “Login”: slower.", LOGIN),
        (headline(card(300), why(Part(LOGIN, "Login", 0, 90, 9, 0.1), Part(REFUND, "Refund", -10, 0, 9)), table()),
         "“Login” alone makes more than the whole rise: more of it.", LOGIN),
        (headline(card(300), why(Part(LOGIN, "Login", -90, -60, 9)), table()), "fell from 10 h to 7.5 h", LOGIN),
        (headline(card(300), why(*(Part(LOGIN, f"T{n}", 10, 0, 9) for n in range(10))), table()),
         "No single topic", None),
        (headline(card(300), why(Part(None, "in no topic", 60, 0, 9), Part(None, "all others", 9, 0, 9)), table()),
         "Each topic is too small", None),
        (headline(card(300), why(Part(LOGIN, "Login", 60, 0, 9)), table(10)),
         "to 11 h for tickets of 2 – 29 March, and half", LOGIN),
    ],
)  # fmt: skip
def test_the_sentence_says_what_changed(told: tuple[str, Topic | None], sentence: str, subject: Topic | None) -> None:
    assert sentence in told[0]
    assert told[1] == subject
