"""The six figures at the top of the overview: the window against the one before, and 26 weeks as a line."""

from dataclasses import replace
from datetime import timedelta

from ticketlens.answers.desk import Desk
from ticketlens.answers.trend import Asked, trend
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.periods import Period, complete
from ticketlens.metrics.shares import share
from ticketlens.model.filter import Filter
from ticketlens.model.overview import Card
from ticketlens.model.trend import Point, Trend
from ticketlens.store.base import Question


def cards(
    desk: Desk, where: Filter, before: Period, window: Period, weeks: tuple[Period, ...], shown: Trend
) -> tuple[Card, ...]:
    """The first is the median time to resolution, on the clock and of the cohort of `shown`."""
    inside = where.between(window.start, window.end - timedelta(days=1))
    both = (before, window)

    def scalar(metric: str, periods: tuple[Period, ...]) -> tuple[Point, ...]:
        return trend(desk, Asked(metric, "calendar", "arrived", "week", periods, where)).points

    old, new = trend(desk, Asked("ttr.full", shown.clock, shown.cohort, "week", both, where)).points
    solved = replace(inside, dated="first_solved", states=(*inside.states, "settled"))
    rated = replace(inside, dated="rated", states=(*inside.states, "rated"))
    told = [
        Card(
            "ttr.full", f"{BY_ID['ttr.full'].name}, median", new.p50, "minutes", new.n, _difference(old.p50, new.p50),
            False, 1, _line(shown.points, "p50"), replace(inside, dated=shown.cohort),
        )
    ]  # fmt: skip
    for metric, relative, worse, listed in (
        (BY_ID["arrived"], True, 0, inside),
        (BY_ID["waited_hours"], True, 1, inside),
        (BY_ID["csat"], False, -1, rated),
    ):
        first, last = scalar(metric.id, both)
        change = _ratio(first.value, last.value) if relative else _difference(first.value, last.value)
        told.append(
            Card(
                metric.id,
                metric.name,
                last.value,
                metric.unit,
                last.n,
                change,
                relative,
                worse,
                _line(scalar(metric.id, weeks), "value"),
                listed,
            )
        )
    told.insert(1, _open_now(desk, where, window, weeks))
    told.insert(3, _reopened(desk, where, both, solved, _line(scalar("reopen_rate", weeks), "value")))
    return tuple(told)


def _reopened(
    desk: Desk, where: Filter, both: tuple[Period, ...], listed: Filter, line: tuple[float | None, ...]
) -> Card:
    """Of those first solved at least 7 days ago: the others may still come back."""
    rows = {row.period: row for row in desk.tally(Question(both, desk.as_of, "first_solved", where))}
    shares = [share(row.returned, row.settled) if (row := rows.get(number)) else None for number in (0, 1)]
    old, new = (score.value if score else None for score in shares)
    n = rows[1].settled if 1 in rows else 0
    metric = BY_ID["reopen_rate"]
    return Card(metric.id, metric.name, new, metric.unit, n, _difference(old, new), False, 1, line, listed)


def _open_now(desk: Desk, where: Filter, window: Period, weeks: tuple[Period, ...]) -> Card:
    ends = [min(week.end_at - timedelta(seconds=1), desk.as_of) for week in weeks]
    now, then, *each = desk.store.backlog((desk.as_of, window.start_at, *ends), where)
    line = tuple(float(n) for n, week in zip(each, weeks, strict=True) if complete(week, desk.as_of))
    listed = replace(where, open_at=desk.as_of)
    metric = BY_ID["backlog"]
    return Card(metric.id, metric.name, float(now), metric.unit, now, float(now - then), False, 1, line, listed)


def _line(points: tuple[Point, ...], figure: str) -> tuple[float | None, ...]:
    """Complete weeks only: a running one would read as a fall."""
    return tuple(getattr(point, figure) for point in points if point.complete)


def _difference(old: float | None, new: float | None) -> float | None:
    return None if old is None or new is None else new - old


def _ratio(old: float | None, new: float | None) -> float | None:
    return None if not old or new is None else new / old - 1
