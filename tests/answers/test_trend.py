"""A trend says the same as its tickets, for every metric, cohort and clock; what does not go together is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median_low

import pytest

from ticketlens.answers.listed import counted_in
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.metrics import contract
from ticketlens.model import Status, Ticket
from ticketlens.model.filter import EVERYTHING, Filter

SCALARS = [metric for metric in contract.METRICS if metric.kind != "duration"]
LATER = datetime(2026, 4, 22, 9, tzinfo=UTC)
DURATIONS = [metric for metric in contract.METRICS if metric.kind == "duration"]
LISTED = {
    "arrived": "arrived", "solved": "solved", "waited_hours": "arrived", "reopen_rate": "first_solved", "csat": "rated",
}  # fmt: skip


@pytest.mark.parametrize("metric", [metric.id for metric in DURATIONS])
@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("cohort", ["arrived", "solved"])
def test_the_tickets_of_a_period_are_those_of_its_list(lens: Lens, metric: str, clock: str, cohort: str) -> None:
    told = lens.trend(metric=metric, clock=clock, cohort=cohort)
    assert told.cohort == (cohort if cohort in contract.metric(metric).cohorts else "solved")
    assert len(told.points) == 26
    assert told.horizon == (14 * 24 * 60 if clock == "calendar" else 80 * 60)
    for point in told.points:
        last, every = point.end - timedelta(days=1), EVERYTHING.between(point.start, None, told.cohort)
        listed = counted_in(metric, told.cohort, EVERYTHING, point.start, last, timed=clock if point.left_out else None)
        assert listed is not None
        assert point.n == lens.count(listed)
        assert point.n + point.left_out == lens.count(replace(every, last=last))
        assert 0 <= point.open <= point.n
        if point.p50 is not None and point.low is not None:
            assert point.low <= point.p50 * 1.02
            assert point.p90 is None or point.p50 <= point.p90


@pytest.mark.parametrize("metric", [metric.id for metric in SCALARS if metric.id in LISTED])
def test_a_scalar_counts_the_tickets_of_its_list(lens: Lens, metric: str) -> None:
    states = {"csat": ("rated",), "reopen_rate": ("settled",)}.get(metric, ())
    for point in lens.trend(metric=metric).points:
        where = Filter(point.start, point.end - timedelta(days=1), LISTED[metric], states=states)
        assert point.n == lens.count(where)


def test_the_backlog_of_a_week_is_who_was_open_at_its_end(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = lens.trend(metric="backlog")
    assert told.points[-1].value == lens.count(Filter(open_at=lens.as_of()))
    for point in told.points[:-1]:
        at = lens._desk(None).days(point.start, point.end - timedelta(days=1)).end_at - timedelta(seconds=1)
        there = [t for t in tickets if t.created_at <= at and (t.solved_at is None or t.solved_at > at)]
        assert point.value == len(there)


def test_the_median_is_that_of_the_tickets_to_the_width_of_a_bin(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = lens.trend(cohort="solved")
    for point in (point for point in told.points if not point.too_few):
        days = lens.tickets(Filter(point.start, point.end - timedelta(days=1), "solved"), limit=200).items
        minutes = [row.durations["ttr.full", "calendar"] / 60 for row in days]  # type: ignore[operator]
        assert point.p50 == pytest.approx(median_low(minutes), rel=0.05)


@pytest.mark.parametrize("metric", [metric.id for metric in (*DURATIONS[:1], *SCALARS) if metric.id != "csat"])
@pytest.mark.parametrize("field", ["group", "topic", "status"])
def test_groups_add_up_to_the_whole(lens: Lens, metric: str, field: str) -> None:
    told = lens.trend(metric=metric, group_by=field)
    assert told.groups is not None
    for number, point in enumerate(told.points):
        assert sum(points[number].n for points in told.groups.values()) == point.n
        assert sum(points[number].open for points in told.groups.values()) == point.open


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"metric": "ttr"}, r"known are ttr\.full"), ({"metric": "nps", "clock": "business"}, "calendar"),
            ({"clock": "lunar"}, "calendar"),
        ({"cohort": "lost"}, "arrived"), ({"metric": "csat", "cohort": "lost"}, "arrived"),
        ({"by": "year"}, "day, week"),
        ({"metric": "csat", "clock": "business"}, "calendar"), ({"cohort": "moment"}, "arrived and solved"),
        ({"group_by": "colour"}, "group"), ({"metric": "backlog", "group_by": "colour"}, "group"),
        ({"first": date(2026, 2, 1), "last": date(2026, 1, 1)}, "after"), ({"first": date(1900, 1, 1)}, "1000 periods"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_with_what_does(lens: Lens, asked: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        lens.trend(**asked)  # type: ignore[arg-type]
    assert len(str(caught.value).splitlines()) == 1


def test_a_day_named_as_the_last_is_included(lens: Lens) -> None:
    first, last = date(2026, 3, 2), date(2026, 3, 8)
    told = lens.trend(by="day", where=Filter(first, last))
    assert [point.start for point in told.points] == [first + timedelta(days=n) for n in range(7)]
    assert sum(point.n for point in told.points) == lens.count(Filter(first, last))


def test_the_past_is_told_as_it_was_known(
    lens: Lens, make_lens: Callable[..., Lens], tickets: tuple[Ticket, ...]
) -> None:
    """Equal to a store that holds nothing of what came later."""
    then = lens.as_of() - timedelta(days=40)
    known = make_lens("then", now=then)
    before = [
        ticket if ticket.solved_at is None or ticket.solved_at <= then else _still_open(ticket)
        for ticket in tickets if ticket.created_at <= then
    ]  # fmt: skip
    known.store.put_tickets([known.preparer.prepare(ticket) for ticket in before])
    for cohort in ("arrived", "solved"):
        was, told = (one.trend(cohort=cohort, as_of=then, last=then.date()) for one in (known, lens))
        assert [(p.n, p.p50, p.p90) for p in was.points[:-1]] == [(p.n, p.p50, p.p90) for p in told.points[:-1]]
    for metric in ("arrived", "solved", "backlog"):
        asked = {"metric": metric, "as_of": then, "last": then.date()}
        assert known.trend(**asked).points == lens.trend(**asked).points  # type: ignore[arg-type]


def _still_open(ticket: Ticket) -> Ticket:
    unsolved = replace(ticket, status=Status.OPEN, solved_at=None, first_solved_at=None)
    return replace(unsolved, satisfaction=None, updated_at=ticket.created_at, messages=(), sla_met=None)


def test_json_has_the_keys_that_programs_rely_on(lens: Lens) -> None:
    told = lens.trend(group_by="group").to_json()
    assert {"metric", "cohort", "clock", "zone", "unit", "as_of", "periods", "horizon", "groups"} <= set(told)
    point = told["periods"][0]  # type: ignore[index]
    keys = {"start", "end", "complete", "n", "open", "p50", "p75", "p90", "mean", "reached", "interval", "low", "high"}
    assert keys <= set(point)
    assert set(point["reached"]) == {"p50", "p75", "p90"}
    assert set(point["interval"]) == {"of", "low", "high"}
    shares = lens.trend(metric="csat").to_json()["periods"][0]  # type: ignore[index]
    assert "value" in shares
    assert "p50" not in shares


@pytest.mark.parametrize("days", [3, 20, 60])
def test_a_figure_of_the_past_is_what_its_list_holds(lens: Lens, days: int) -> None:
    told = lens.trend(as_of=lens.as_of() - timedelta(days=days))
    assert any(point.n for point in told.points)
    for point in told.points:
        where = replace(EVERYTHING.between(point.start, point.end - timedelta(days=1)), as_of=told.as_of)
        assert lens.count(where) == point.n
        tallied = lens.trend(metric="arrived", as_of=told.as_of, first=point.start, last=point.start).points[0]
        assert lens.count(replace(where, states=("open",))) == tallied.open


def test_groups_that_are_not_told_are_counted(make_lens: Callable[..., Lens]) -> None:
    lens, at = make_lens(), datetime(2026, 4, 1, tzinfo=UTC)
    rows = [{"id": str(n), "subject": "a", "created_at": at.isoformat(), "group": f"g{n}"} for n in range(23)]
    assert lens.push(rows).stored == 23
    told = lens.trend(metric="arrived", group_by="group")
    assert told.groups is not None
    assert (len(told.groups), told.groups_left_out) == (20, 3)
    assert told.to_json()["groups_left_out"] == 3


@pytest.mark.parametrize("metric", ["backlog", "backlog.age"])
def test_groups_of_a_backlog_are_those_with_most_open_and_the_rest_is_counted(
    make_lens: Callable[..., Lens], metric: str
) -> None:
    """Thirty groups, the n-th with n open tickets; one of the smallest had most tickets ever, all of them solved."""
    lens = make_lens(now=LATER, zone="UTC")
    at = (LATER - timedelta(days=30)).isoformat()
    pairs = [(n, i) for n in range(1, 31) for i in range(n)]
    rows = [{"id": f"{n}-{i}", "group": f"g{n:02}", "subject": "a", "created_at": at} for n, i in pairs]
    done = {"status": "solved", "solved_at": (LATER - timedelta(days=29)).isoformat()}
    rows += [{"id": f"done-{i}", "group": "g01", "subject": "a", "created_at": at, **done} for i in range(99)]
    assert lens.push(rows).stored == 465 + 99
    told = lens.trend(metric=metric, group_by="group")
    assert told.groups is not None
    assert set(told.groups) == {f"g{n:02}" for n in range(11, 31)}
    assert told.groups_left_out == 10


@pytest.mark.parametrize("field", ["requester", "tag", "custom.plan"])
@pytest.mark.parametrize("metric", ["ttr.full", "waited_hours", "breach_rate", "backlog"])
def test_the_largest_groups_are_told_as_under_a_filter_of_their_own(many: Lens, field: str, metric: str) -> None:
    told = many.trend(metric=metric, group_by=field)
    assert told.groups is not None
    if metric != "backlog":
        assert list(told.groups) == [f"c{n:02}" for n in range(25, 5, -1)]
    assert (len(told.groups), told.groups_left_out) == (20, 5)
    for key, points in told.groups.items():
        assert points == many.trend(metric=metric, where=Filter(where={field: (key,)})).points
    assert told.points == many.trend(metric=metric).points


def test_the_largest_groups_have_their_own_shares_within_hours(many: Lens) -> None:
    told = many.estimates.within(group_by="requester")
    assert told.groups is not None
    assert list(told.groups) == [f"c{n:02}" for n in range(25, 5, -1)]
    assert told.groups_left_out == 5
    for key, arrivals in told.groups.items():
        assert arrivals == many.estimates.within(Filter(where={"requester": (key,)})).periods


@pytest.fixture(scope="module")
def many(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    """Twenty-five groups: the n-th has n tickets, every third of them open, and every other one a second tag."""
    found = lenses_in(tmp_path_factory.mktemp("many"), now=datetime(2026, 4, 22, 9, tzinfo=UTC))
    rows = [_of_group(n, number) for n in range(1, 26) for number in range(n)]
    assert found.push(rows).stored == len(rows)
    return found


def _of_group(n: int, number: int) -> dict[str, object]:
    at, name = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=7 * n + 5 * number), f"c{n:02}"
    done = {} if number % 3 == 0 else {"status": "solved", "solved_at": (at + timedelta(hours=n + number)).isoformat()}
    return {
        "id": f"{n}-{number}", "subject": "a", "created_at": at.isoformat(), "requester": name,
        "tags": [name, "c25"] if number % 2 else [name], "custom": {"plan": name, "seat": f"{number}"}, **done,
    }  # fmt: skip
