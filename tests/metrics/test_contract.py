from datetime import UTC, datetime

import pytest

from ticketlens.errors import ConfigError
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.contract import BY_ID, METRICS, metric
from ticketlens.metrics.definition import COHORTS, UNITS, Metric
from ticketlens.metrics.durations import measure
from ticketlens.model.ticket import Ticket

IDS = [
    *("ttr.full", "ttr.first", "reply.first", "reply.next", "wait.requester", "wait.agent", "wait.hold"),
    *("handling.first", "handling.last", "handling.sum", "reopen_rate", "one_touch_rate", "breach_rate", "csat"),
    *("nps", "ces", "arrived", "solved", "backlog", "backlog.age", "waited_hours", "cost"),
]
KINDS_LEFT_OUT = ("spam", "deleted", "merged", "test tickets", "customer's message", "bots alone", "`exclusions`")


def test_the_table_has_each_id_once() -> None:
    assert [each.id for each in METRICS] == IDS
    assert len(BY_ID) == len(METRICS)


def test_no_two_metrics_have_one_name() -> None:
    assert len({each.name for each in METRICS}) == len(METRICS)
    assert len({each.heading for each in METRICS}) == len(METRICS)


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.id)
def test_no_row_lacks_a_part(row: Metric) -> None:
    for name, part in row.to_json().items():
        assert part not in ("", [], None), name
    assert row.unit in UNITS
    assert set(row.cohorts) <= set(COHORTS)
    for sentence in (row.definition, row.exclusions, row.instead, row.differs):
        assert sentence.endswith(".")


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.id)
def test_a_row_names_all_that_it_leaves_out_and_what_switches_it(row: Metric) -> None:
    assert [kind for kind in KINDS_LEFT_OUT if kind not in row.exclusions.casefold()] == []


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.id)
def test_a_figure_that_can_be_too_few_or_not_reached_says_so(row: Metric) -> None:
    assert ("too few" in row.instead) == (row.kind != "amount" or row.id == "backlog.age")
    assert ("not reached" in row.instead) == (row.kind == "duration")
    assert ("schedule" in row.differs or "business clock" in row.instead) >= (row.kind == "duration")


def test_every_duration_that_is_answered_is_one_that_is_measured() -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    timing = measure(Ticket(source="s", id="1", subject="", created_at=now, updated_at=now), Clocks())
    assert set(timing.durations) == {id_ for id_ in IDS if BY_ID[id_].kind == "duration"}


@pytest.mark.parametrize("id_", ["ttr", "happiness"])
def test_a_metric_that_is_not_answered_is_refused_with_those_that_are(id_: str) -> None:
    with pytest.raises(ConfigError, match=r"ttr\.full"):
        metric(id_)
