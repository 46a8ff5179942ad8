"""Topics over a window: sizes that open the same list, changes, waits and states."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.answers.listed import rated
from ticketlens.answers.topics import state_of
from ticketlens.lens import Lens
from ticketlens.model import Ticket
from ticketlens.model.filter import EVERYTHING, Filter

RECENT = date(2026, 3, 23)
LONG_AGO = date(2025, 1, 1)
ALL = [200] * 26


@pytest.mark.parametrize(
    ("weekly", "first_seen", "state"),
    [
        ([0] * 26, LONG_AGO, "retired"),
        ([0] * 24 + [3, 4], RECENT + timedelta(days=10), "new"),
        ([0] * 22 + [1] + [0] * 3, RECENT, "new"),
        ([10] * 8 + [0] * 15 + [5, 5, 5], LONG_AGO, "back"),
        ([0] * 20 + [0, 0, 5, 5, 5, 5], LONG_AGO, "back"),
        ([20] * 22 + [45] * 4, LONG_AGO, "rising"),
        ([20] * 22 + [4] * 4, LONG_AGO, "fading"),
        ([20] * 26, LONG_AGO, "steady"),
        ([20] * 22 + [24] * 4, LONG_AGO, "steady"),
        ([0] * 25 + [1], LONG_AGO, "steady"),
    ],
)
def test_the_first_state_that_fits_is_told(weekly: list[int], first_seen: date, state: str) -> None:
    assert state_of(weekly, ALL, first_seen, RECENT, retired=False) == state


def test_growth_of_the_whole_desk_makes_no_topic_rise() -> None:
    assert state_of([20] * 22 + [45] * 4, [200] * 22 + [450] * 4, LONG_AGO, RECENT, retired=False) == "steady"


def test_a_retired_topic_stays_retired() -> None:
    assert state_of([20] * 26, ALL, LONG_AGO, RECENT, retired=True) == "retired"


def test_states_of_the_desk_are_those_that_it_was_made_for(lens: Lens) -> None:
    told = {row.topic.name: row.state for row in lens.topics(EVERYTHING).rows}
    assert told == {"login": "steady", "refund": "steady", "outage": "rising", "fax": "fading"}


@pytest.mark.parametrize(
    "where",
    [EVERYTHING, Filter(date(2026, 2, 3), date(2026, 3, 9)), Filter(where={"group": ("tier1", "")}),
     Filter(last=date(2026, 1, 1))],
)  # fmt: skip
def test_every_size_is_that_of_the_list_it_opens(lens: Lens, where: Filter) -> None:
    table = lens.topics(where)
    inside = where.between(*table.window)
    assert table.rows
    for row in table.rows:
        assert row.size == lens.count(inside.having("topic", str(row.topic.id)))
        own = where.having("topic", str(row.topic.id))
        assert row.survey == table.survey
        assert row.csat_n == (lens.count(rated(own.between(*table.window), row.survey)) if row.survey else 0)
        assert row.reopen_n == lens.count(replace(own.between(*table.window, "first_solved"), states=("settled",)))
        assert row.events + row.open <= row.size
    assert table.total == lens.count(inside) == table.coverage.total
    assert sum(row.share for row in table.rows) <= 1.000001
    waited = [row.waited_hours for row in table.rows]
    assert waited == sorted(waited, reverse=True)


def test_changes_are_against_the_window_before_and_the_same_days_a_year_ago(lens: Lens) -> None:
    table = lens.topics(EVERYTHING)
    first, _ = table.window
    before = (first - timedelta(days=28), first - timedelta(days=1))
    for row in table.rows:
        old = lens.count(EVERYTHING.between(*before).having("topic", str(row.topic.id)))
        assert row.before == old
        assert row.change_month == (row.size / old - 1 if old else None)
        assert row.change_year is None


def test_the_window_is_the_last_four_complete_weeks(lens: Lens) -> None:
    assert lens.topics(EVERYTHING).window == (date(2026, 3, 23), date(2026, 4, 19))


def test_where_no_ticket_came_for_two_weeks_windows_end_where_the_tickets_end(make_lens: Callable[..., Lens]) -> None:
    lens = make_lens()
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    read_to = start + timedelta(days=90)
    batch = [
        Ticket(source="s", id=str(n), subject="x", created_at=start + timedelta(days=n), updated_at=read_to)
        for n in range(60)
    ]
    lens.store.put_tickets([lens.preparer.prepare(one) for one in batch])
    assert lens.as_of().date() == date(2026, 4, 5)
    assert lens.topics(EVERYTHING).window == (date(2026, 2, 2), date(2026, 3, 1))
    overview = lens.overview(EVERYTHING)
    assert overview is not None
    assert overview.first == date(2026, 2, 2)


def test_a_hidden_topic_is_left_out_of_the_rows_and_not_of_the_totals(lens: Lens) -> None:
    before = lens.topics(EVERYTHING)
    hidden = before.rows[0].topic
    lens.store.put_topic(replace(hidden, hidden=True))
    after, page = lens.topics(EVERYTHING), lens.topic(hidden.id, EVERYTHING)
    lens.store.put_topic(hidden)
    assert hidden.id not in {row.topic.id for row in after.rows}
    assert (after.total, after.waited_hours, after.coverage) == (before.total, before.waited_hours, before.coverage)
    assert page is not None
    assert page.figures.size == before.rows[0].size


def test_the_page_of_a_topic_agrees_with_the_table(lens: Lens) -> None:
    table = lens.topics(EVERYTHING)
    for rank, row in enumerate(table.rows, start=1):
        page = lens.topic(row.topic.id, EVERYTHING)
        assert page is not None
        assert (page.figures.size, page.rank_waited, page.window) == (row.size, rank, table.window)
        assert all(sum(n for _, n in values) == row.size for values in page.facets.values())
        weeks = [point for point in page.volume.points if point.complete]
        assert [point.n for point in weeks][-25:] == list(row.weekly)[-25:]
        assert all(found.topic == row.topic.id for found in (*page.typical, *page.edge))
    assert lens.topic(999, EVERYTHING) is None


def test_only_living_topics_are_close(lens: Lens) -> None:
    first = lens.topics(EVERYTHING).rows[0].topic
    page = lens.topic(first.id, EVERYTHING)
    assert page is not None
    nearest = page.near[0][0]
    lens.store.put_topic(replace(nearest, lost=True, retired=True))
    after = lens.topic(first.id, EVERYTHING)
    lens.store.put_topic(nearest)
    assert after is not None
    assert nearest.id not in {topic.id for topic, _, _ in after.near}


def test_no_change_is_told_against_days_in_which_the_tickets_only_began(make_lens: Callable[..., Lens]) -> None:
    lens, start = make_lens(), datetime(2026, 3, 2, 12, tzinfo=UTC)
    batch = [
        Ticket(source="s", id=str(n), subject="x", created_at=start + timedelta(days=n), updated_at=start)
        for n in range(50)
    ]
    lens.store.put_tickets([lens.preparer.prepare(one) for one in batch])
    whole, cut = (
        lens.topics(EVERYTHING.between(first, date(2026, 4, 20))) for first in (date(2026, 3, 27), date(2026, 3, 24))
    )
    assert (whole.began, whole.before) == (None, 25)
    assert (cut.began, cut.before) == (date(2026, 3, 2), 22)
