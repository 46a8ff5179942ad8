"""The six figures at the top of the overview: the window against the one before, and 26 weeks as a line."""

from dataclasses import replace
from datetime import timedelta

from ticketlens.answers.desk import Desk
from ticketlens.answers.judged import Judge, Verdict
from ticketlens.answers.listed import in_state, rated, timed_state
from ticketlens.answers.reopening import UNTOLD, ever
from ticketlens.answers.trend import Asked, trend
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import TOO_FEW, share
from ticketlens.model.answer import Survey
from ticketlens.model.filter import Filter
from ticketlens.model.overview import TOO_FEW_YET, Card
from ticketlens.model.trend import Point, Trend
from ticketlens.store.base import Question

Line = tuple[float | None, ...]


def cards(
    desk: Desk, where: Filter, before: Period, window: Period, weeks: tuple[Period, ...], shown: Trend,
    survey: Survey | None,
) -> tuple[Card, ...]:  # fmt: skip
    """The first is the median time to resolution, on the clock and of the cohort of `shown`; CSAT is of `survey`."""
    judge, inside = Judge(desk, before, window, where), where.between(window.start, window.end - timedelta(days=1))

    def asked(metric: str, periods: tuple[Period, ...]) -> Asked:
        return Asked(metric, "calendar", "arrived", "week", periods, where, survey=survey if metric == "csat" else None)

    def line(metric: str) -> Line:
        return _line(trend(desk, asked(metric, weeks)).points, "value")

    def flow(metric: str) -> Card:
        old, new = trend(desk, asked(metric, (before, window))).points
        return _card(metric, new.value, new.n, judge.flow(old, new), line(metric), inside, int(metric != "arrived"))

    return (
        _median(judge, where, inside, shown),
        _open_then(judge, weeks),
        flow("arrived"),
        _reopened(judge, inside, line("reopen_rate")),
        flow("waited_hours"),
        _satisfied(judge, asked("csat", (before, window)), inside, survey, line("csat")),
    )


def _card(metric: str, value: float | None, n: int, told: Verdict, line: Line, where: Filter, worse: int = 1) -> Card:
    row = BY_ID[metric]
    return Card(
        row.id, row.name, value, row.unit, n, told.change, told.relative, worse, line, where, note=told.note,
        by_day=told.by_day,
    )  # fmt: skip


def _median(judge: Judge, where: Filter, inside: Filter, shown: Trend) -> Card:
    both = Asked("ttr.full", shown.clock, shown.cohort, "week", (judge.before, judge.window), where)
    old, new = trend(judge.desk, both).points
    listed = replace(inside, dated=shown.cohort)
    if new.left_out:
        listed = in_state(listed, timed_state("ttr.full", shown.cohort, shown.clock))
    card = _card("ttr.full", new.p50, new.n, judge.median(old, new, both), _line(shown.points, "p50"), listed)
    return replace(card, name=f"{card.name}, median", listed=shown.listed)


def _reopened(judge: Judge, inside: Filter, line: Line) -> Card:
    """Of those first solved at least 7 days ago: the others may still come back."""
    where = inside.between(None, None)
    question = Question((judge.before, judge.window), judge.desk.as_of, "first_solved", where)
    rows = {row.period: row for row in judge.desk.tally(question)}
    old, new = (share(row.returned, row.settled) if (row := rows.get(number)) else None for number in (0, 1))
    n = rows[1].settled if 1 in rows else 0
    missing = TOO_FEW_YET
    if not (new and new.value) and not (old and old.value) and n >= TOO_FEW and not ever(judge.desk, where):
        new, old, missing = None, None, UNTOLD
    listed = in_state(replace(inside, dated="first_solved"), "settled")
    told = judge.share("reopen_rate", old, new)
    return replace(_card("reopen_rate", new.value if new else None, n, told, line, listed), missing=missing)


def _satisfied(judge: Judge, asked: Asked, inside: Filter, survey: Survey | None, line: Line) -> Card:
    old, new = trend(judge.desk, asked).points
    listed = (rated(inside, survey) if survey else None) or replace(inside, dated="rated")
    card = _card("csat", new.value, new.n, judge.share("csat", old, new), line, listed, -1)
    return replace(card, survey=survey)


def _open_then(judge: Judge, weeks: tuple[Period, ...]) -> Card:
    """At the end of the window, against the end of the one before."""
    desk = judge.desk
    ends = [min(period.end_at - timedelta(seconds=1), desk.as_of) for period in (judge.window, judge.before, *weeks)]
    new, old, *each = desk.store.backlog(ends, judge.where)
    line = tuple(float(n) for n, week in zip(each, weeks, strict=True) if desk.over(week))
    return _card("backlog", float(new), new, judge.moment(old, new), line, replace(judge.where, open_at=ends[0]))


def _line(points: tuple[Point, ...], figure: str) -> Line:
    """Complete weeks only: a running one would read as a fall."""
    return tuple(getattr(point, figure) for point in points if point.complete)
