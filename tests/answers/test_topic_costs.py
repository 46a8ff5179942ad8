"""What the topics cost: the same as the metric tells, each with the list of its tickets."""

from dataclasses import replace

import pytest

from ticketlens.answers.listed import counted_in
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING


def with_rates(lens: Lens, **rates: object) -> Lens:
    return replace(lens, settings=replace(lens.settings, **rates))


@pytest.mark.parametrize("assumed", [0.0, 12.0])
def test_a_topic_costs_what_the_metric_says_of_its_tickets(lens: Lens, assumed: float) -> None:
    paid = with_rates(lens, cost_per_hour=60.0, currency="EUR", minutes_per_ticket=assumed)
    table = paid.topics(EVERYTHING)
    assert table.currency == "EUR"
    first, last = table.window
    for row in table.rows:
        own = EVERYTHING.having("topic", str(row.topic.id))
        points = paid.trend(metric="cost", by="week", first=first, last=last, where=own).points
        assert row.cost == (pytest.approx(sum(point.value or 0.0 for point in points)) if row.cost_n else None)
        assert row.cost_n == sum(point.n for point in points)
        listed = counted_in("cost", "solved", own, first, last, assumed=bool(row.cost_assumed))
        assert listed is not None
        assert row.cost_n == paid.count(listed)
    assert any(row.cost for row in table.rows)


def test_without_a_rate_no_topic_has_a_cost(lens: Lens) -> None:
    table = lens.topics(EVERYTHING)
    assert table.currency is None
    assert {row.cost for row in table.rows} == {None}
