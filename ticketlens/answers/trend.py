"""A trend: one metric over periods, by group where asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ticketlens.answers.begun import by_source, nothing_yet
from ticketlens.answers.broken import broken
from ticketlens.answers.curves import Curves, Histogram, curves, known
from ticketlens.answers.desk import BUSINESS_HORIZON, CALENDAR_HORIZON, Desk
from ticketlens.answers.listed import LISTED, SURVEYS, listable
from ticketlens.answers.maturing import growing, undecided
from ticketlens.answers.reopening import honest
from ticketlens.answers.survey_trend import survey_trend
from ticketlens.errors import ConfigError
from ticketlens.metrics import contract
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import REOPEN_DAYS, Score, share
from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.portion import Portion
from ticketlens.model.trend import Point, Trend
from ticketlens.store.base import Question, Tally
from ticketlens.store.sizes import among

GROUPS, MOST_GROUPS = 20, 1_000
"""At most so many groups, those with most tickets."""

COHORTS = ("arrived", "solved", "answered", "moment")

MOMENTS = ("backlog", "backlog.age")

Rows = Mapping[tuple[str | None, int], Tally]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trend is asked for; `first` and `last` periods are in `periods`."""

    metric: str
    clock: str
    cohort: str
    by: str
    periods: tuple[Period, ...]
    where: Filter = EVERYTHING
    group_by: str | None = None
    survey: Survey | str | None = None


def trend(desk: Desk, asked: Asked) -> Trend:
    """Raises ConfigError for a metric, clock or cohort that does not go together, saying what does."""
    metric = checked(asked)
    asked = replace(asked, cohort=cohort_of(metric, asked.cohort))
    if asked.survey is not None and metric.id not in SURVEYS:
        raise ConfigError(f"survey: {metric.id} is not of a survey; it goes with {', '.join(SURVEYS)}")
    if metric.id in SURVEYS:
        return _of_survey(desk, asked, metric)
    points = _durations(desk, asked) if metric.kind == "duration" else SCALARS[metric.id](desk, asked)
    horizon = horizon_of(asked.clock) if metric.kind == "duration" else None
    grouped = None if asked.group_by is None else {key or "": points[key] for key in points}
    told = Trend(
        metric=metric.id, kind=metric.kind, cohort=asked.cohort, clock=asked.clock, zone=desk.zone,
        unit=(desk.rates.currency or metric.unit) if metric.unit == "money" else metric.unit,
        by=asked.by, as_of=desk.as_of, horizon=horizon, groups=grouped, groups_left_out=_left_out(desk, asked),
        notes=broken(desk, metric, asked.clock, asked.by, asked.periods),
        listed=listable(desk, metric.id, asked.cohort, asked.where),
        points=points[None] if asked.group_by is None else trend(desk, replace(asked, group_by=None)).points,
    )  # fmt: skip
    if metric.id == "reopen_rate":
        told = honest(desk, asked.where, told, asked.group_by)
    return by_source(told, asked.where, asked.group_by, lambda of, points: nothing_yet(desk, of, points))


def _of_survey(desk: Desk, asked: Asked, metric: contract.Metric) -> Trend:
    as_of = desk.asked or desk.now()
    told = survey_trend(desk.store, SurveyKind(metric.id), asked.periods, asked.where, as_of,
                        group_by=asked.group_by, survey=asked.survey)  # fmt: skip
    return Trend(
        metric=metric.id, kind=metric.kind, cohort=asked.cohort, clock=asked.clock, zone=desk.zone, unit=metric.unit,
        by=asked.by, as_of=as_of, horizon=None, points=told.points, groups=told.groups,
        groups_left_out=told.groups_left_out, survey=told.survey,
    )  # fmt: skip


def checked(asked: Asked) -> contract.Metric:
    """The metric that is asked for. Raises ConfigError where it does not go with its clock or cohort."""
    metric = contract.metric(asked.metric)
    if asked.clock not in ("calendar", "business"):
        raise ConfigError(f"clock: {asked.clock!r} is neither calendar nor business")
    if asked.clock == "business" and not metric.business:
        raise ConfigError(f"clock: {asked.metric} has no business time; ask for calendar")
    if asked.cohort not in COHORTS:
        raise ConfigError(f"cohort: {asked.cohort!r} is none of {', '.join(COHORTS)}")
    if len(metric.cohorts) > 1 and asked.cohort not in metric.cohorts:
        raise ConfigError(f"cohort: {asked.metric} knows {' and '.join(metric.cohorts)} tickets, not {asked.cohort!r}")
    return metric


def cohort_of(metric: contract.Metric, asked: str) -> str:
    """The one asked for where there is a choice."""
    return asked if len(metric.cohorts) > 1 else metric.cohorts[0]


def horizon_of(clock: str) -> float:
    """The horizon of restricted means, in minutes of the clock."""
    return float(CALENDAR_HORIZON if clock == "calendar" else BUSINESS_HORIZON)


def _durations(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
    question = _question(desk, asked, asked.cohort)
    sizes, counted = desk.sized_histogram(question, asked.metric, asked.clock, GROUPS)
    found = curves(counted)
    columns = _columns(found, asked.clock)
    return {key: _curve_points(desk, asked, columns, index, sizes.n[index]) for index, key in enumerate(sizes.groups)}


def _question(desk: Desk, asked: Asked, cohort: str) -> Question:
    return Question(asked.periods, desk.as_of, cohort, asked.where, asked.group_by)


def _columns(found: Curves, clock: str) -> dict[str, list[list[Any]]]:
    """Figures of a point, by group and period; computed once for all groups."""
    low, high = found.interval(0.5)
    mean, _ = found.mean(horizon_of(clock))
    figures = {f"p{round(q * 100)}": found.quantile(q) for q in (0.5, 0.75, 0.9)}
    figures |= {"mean": mean, "low": low, "high": high}
    columns = {name: [list(map(known, group)) for group in values] for name, values in figures.items()}
    columns["n"] = found.estimate.n.tolist()
    columns["open"] = (found.estimate.n - found.estimate.over).tolist()
    columns["too_few"] = found.too_few.tolist()
    return columns


def _curve_points(
    desk: Desk, asked: Asked, columns: dict[str, list[list[Any]]], index: int, n: Sequence[int]
) -> tuple[Point, ...]:
    told = []
    for i, period in enumerate(asked.periods):
        point = _point(desk, period, **{name: values[index][i] for name, values in columns.items()})
        told.append(replace(point, left_out=n[i] - point.n))
    return tuple(told)


def _rows(desk: Desk, question: Question) -> dict[tuple[str | None, int], Tally]:
    return {(row.group, row.period): row for row in desk.tally(question)}


def _left_out(desk: Desk, asked: Asked) -> int:
    """How many groups are not told."""
    if asked.group_by is None:
        return 0
    if asked.metric in MOMENTS:
        return max(0, len(_open_values(desk, asked)) - GROUPS)
    question = _question(desk, asked, LISTED.get(asked.metric, asked.cohort))
    return desk.sizes(question, GROUPS).left_out


def _largest(desk: Desk, question: Question) -> tuple[tuple[str | None, ...], Question]:
    """The groups that are told, and the question of these alone."""
    if question.group_by is None:
        return (None,), question
    sizes = desk.sizes(question, GROUPS)
    return sizes.groups, among(question, sizes)


def _point(desk: Desk, period: Period, n: int, **figures: object) -> Point:
    whole = desk.over(period)
    return Point(label=period.label, start=period.start, end=period.end, complete=whole, n=n, **figures)  # type: ignore[arg-type]


Scalar = Callable[[Desk, Asked], dict[str | None, tuple[Point, ...]]]


def _from_tally(cohort: str, figure: Callable[[Desk, Period, Tally], dict[str, object]]) -> Scalar:
    """A trend whose every point is a function of one row of the tally."""

    def points(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
        groups, question = _largest(desk, _question(desk, asked, cohort))
        rows = _rows(desk, question)
        return {
            key: tuple(one(desk, p, rows.get((key, i)), key, i) for i, p in enumerate(asked.periods)) for key in groups
        }

    def one(desk: Desk, period: Period, row: Tally | None, key: str | None, index: int) -> Point:
        there = row or Tally(index, key, 0, 0, 0, 0, 0, 0, 0)
        figures = figure(desk, period, there) if period.start_at <= desk.as_of else {"value": None}
        return replace(_point(desk, period, there.n), **figures)

    return points


def _count(_: Desk, __: Period, row: Tally) -> dict[str, object]:
    return {"value": float(row.n), "open": row.open}


def _waits(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
    told = _from_tally("arrived", _waited)(desk, asked)
    return {key: tuple(map(growing, points)) for key, points in told.items()}


def _waited(_: Desk, __: Period, row: Tally) -> dict[str, object]:
    return {"value": row.waited_seconds / 3600, "open": row.open}


def _reopened(desk: Desk, period: Period, row: Tally) -> dict[str, object]:
    """Shown once 7 days have passed since the period's end."""
    ripe = period.end_at + timedelta(days=REOPEN_DAYS) <= desk.as_of
    return _score(share(row.returned, row.settled) if ripe else None, row.settled, ripe=ripe)


def _score(score: Score | None, n: int, *, ripe: bool = True) -> dict[str, object]:
    if score is None:
        return {"value": None, "n": n, "too_few": ripe}
    return {"value": score.value, "low": score.low, "high": score.high, "n": n}


def _backlog(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
    moments = _moments(desk, asked)
    if asked.group_by is None:
        return {None: _open_points(desk, asked.periods, desk.store.backlog(moments, asked.where))}
    values = _open_values(desk, asked)[:GROUPS]
    found = desk.store.backlogs(moments, asked.where, asked.group_by, values)
    return {value or None: _open_points(desk, asked.periods, found[value]) for value in values}


def _open_values(desk: Desk, asked: Asked) -> list[str]:
    """The groups of what is open at the last moment, the largest first; behind them, where they are few, all others."""
    assert asked.group_by
    last = replace(asked.where, open_at=_moments(desk, asked)[-1])
    found = [value for value, _ in desk.facet(asked.group_by, last, MOST_GROUPS)]
    if len(found) < GROUPS:
        found += [value for value, _ in desk.facet(asked.group_by, asked.where, MOST_GROUPS)]
    return list(dict.fromkeys(found))


def _moments(desk: Desk, asked: Asked) -> list[datetime]:
    """The end of each period."""
    return [min(period.end_at - timedelta(seconds=1), desk.as_of) for period in asked.periods]


def _wheres(desk: Desk, asked: Asked) -> dict[str | None, Filter]:
    """A filter for each group."""
    if not asked.group_by:
        return {None: asked.where}
    values = _open_values(desk, asked)[:GROUPS]
    return {value or None: asked.where.having(asked.group_by, value) for value in values}


def _backlog_age(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
    """The median age of who was open at each period's end, with its interval."""
    moments = _moments(desk, asked)
    wheres = _wheres(desk, asked)
    cells = [
        cell._replace(group=key, ended=True)
        for key, where in wheres.items()
        for cell in desk.store.backlog_ages(moments, where)
    ]
    found = curves(Histogram.of(cells, len(asked.periods), tuple(wheres)))
    return {key: _age_points(desk, asked.periods, found, index) for index, key in enumerate(wheres)}


def _age_points(desk: Desk, periods: Sequence[Period], found: Curves, index: int) -> tuple[Point, ...]:
    middle, n, few = found.quantile(0.5)[index], found.estimate.n[index], found.too_few[index]
    low, high = (end[index] for end in found.interval(0.5))
    points = []
    for i, period in enumerate(periods):
        begun = period.start_at <= desk.as_of
        told = {"value": known(middle[i]), "low": known(low[i]), "high": known(high[i])} if begun else {}
        point = _point(desk, period, 0, too_few=bool(few[i]) and begun, **told)
        points.append(replace(point, n=int(n[i]), open=int(n[i])))
    return tuple(points)


def _open_points(desk: Desk, periods: Sequence[Period], counts: Sequence[int]) -> tuple[Point, ...]:
    return tuple(
        replace(_point(desk, period, 0), n=n, open=n, value=float(n) if period.start_at <= desk.as_of else None)
        for period, n in zip(periods, counts, strict=True)
    )


def _from_portions(figure: str, value: Callable[[Desk, Portion, Tally], dict[str, object]]) -> Scalar:
    """A trend of a figure that is known of some tickets of the cohort asked for; groups are those of the cohort."""

    def points(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
        groups, question = _largest(desk, _question(desk, asked, asked.cohort))
        rows = _rows(desk, question)
        parts = {(part.group, part.period): part for part in desk.portions(question, figure)}
        return {
            key: tuple(
                one(desk, period, rows.get((key, i)), parts.get((key, i))) for i, period in enumerate(asked.periods)
            )
            for key in groups
        }

    def one(desk: Desk, period: Period, row: Tally | None, part: Portion | None) -> Point:
        there = row or Tally(0, None, 0, 0, 0, 0, 0, 0, 0)
        figures = (
            value(desk, part or Portion(0, None, 0, 0), there) if period.start_at <= desk.as_of else {"value": None}
        )
        return replace(_point(desk, period, there.n), **figures)

    return points


def _share(_: Desk, part: Portion, row: Tally) -> dict[str, object]:
    return {**_score(share(part.sum, part.n), part.n), "open": row.open}


def _breaches(desk: Desk, asked: Asked) -> dict[str | None, tuple[Point, ...]]:
    """Of what arrived a part may still pass its target; what was solved has passed it, or never will."""
    told = _from_portions("breach", _share)(desk, asked)
    if asked.cohort != "arrived":
        return told
    question = Question(asked.periods, desk.as_of, asked.cohort, asked.where, asked.group_by)
    due = {(part.group, part.period): part.sum for part in desk.portions(question, "due")}
    return {
        key: tuple(undecided(point, due.get((key, i), 0)) for i, point in enumerate(points))
        for key, points in told.items()
    }


def cost_of(desk: Desk, part: Portion, row: Tally) -> dict[str, object]:
    """Told minutes and, where that is set, assumed ones of the other tickets; null where nothing is known."""
    rates = desk.rates
    assumed = row.n - part.n if rates.minutes_per_ticket else 0
    n = part.n + assumed
    return {"value": rates.of(part.sum, assumed, part.n), "n": n, "assumed": assumed, "left_out": row.n - n}


SCALARS: Mapping[str, Scalar] = {
    "arrived": _from_tally("arrived", _count),
    "solved": _from_tally("solved", _count),
    "waited_hours": _waits,
    "reopen_rate": _from_tally("first_solved", _reopened),
    "backlog": _backlog,
    "backlog.age": _backlog_age,
    "one_touch_rate": _from_portions("one_touch", _share),
    "breach_rate": _breaches,
    "cost": _from_portions("effort", cost_of),
}
