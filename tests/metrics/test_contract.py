import pytest

from ticketlens.errors import ConfigError
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.contract import ANSWERED, BY_ID, LEFT_OUT, METRICS, metric
from ticketlens.metrics.durations import measure
from ticketlens.model.ticket import Ticket

IDS = [
    *("ttr.full", "ttr.first", "reply.first", "reply.next", "wait.requester", "wait.agent", "wait.hold"),
    *("handling.first", "handling.last", "handling.sum", "reopen_rate", "one_touch_rate", "breach_rate", "csat"),
    *("nps", "ces", "arrived", "solved", "backlog", "backlog.age", "waited_hours", "cost"),
]


def test_the_table_has_each_id_once() -> None:
    assert [each.id for each in METRICS] == IDS
    assert len(BY_ID) == len(METRICS)


def test_every_metric_says_what_it_means_and_whom_it_leaves_out() -> None:
    for each in METRICS:
        assert each.definition.endswith(".")
        assert each.exclusions.startswith(LEFT_OUT)
        assert each.cohorts


def test_every_duration_that_is_answered_is_one_that_is_measured() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 11, 2, tzinfo=UTC)
    timing = measure(Ticket(source="s", id="1", subject="", created_at=now, updated_at=now), Clocks())
    assert set(timing.durations) == {id_ for id_ in ANSWERED if BY_ID[id_].kind == "duration"}


@pytest.mark.parametrize("id_", ["ttr", "happiness"])
def test_a_metric_that_is_not_answered_is_refused_with_those_that_are(id_: str) -> None:
    with pytest.raises(ConfigError, match=r"ttr\.full"):
        metric(id_)
