"""The trend that an address asks for: its figure, and the earlier stretch that is drawn under it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from ticketlens.answers.listed import SURVEYS
from ticketlens.metrics.contract import metric
from ticketlens.metrics.definition import Metric
from ticketlens.metrics.periods import By
from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.model.filter import Filter
from ticketlens.model.flag import Flag
from ticketlens.model.trend import Point, Trend
from ticketlens.model.within import Arrivals, Within
from web.charts.statistics import Statistic, statistic
from web.charts.trend import Over
from web.pages import asked, controls, surveys

YOUNG = Flag("maturing", "not all of its tickets are so old yet")
WORDS: Mapping[str, str] = {"year": "a year before", "previous": "the time before"}


@dataclass(frozen=True, slots=True)
class Shown:
    """`where` is the filter without its window, which the periods of the trend are."""

    trend: Trend
    where: Filter
    one: Statistic
    over: Over | None = None

    @property
    def link(self) -> asked.PointLink:
        return asked.PointLink(self.where, self.trend)


def asked_trend() -> Shown:
    now = asked.asked()
    where = now.where.between(None, None)
    chosen = metric(now["metric"])
    cohort = controls.cohort_of(chosen)
    one = statistic(chosen, cohort, now["show"])
    if one.hours:
        shares = _within(chosen, one)
        return Shown(shares if now.where.first else begun(shares), where, one)
    found = asked.lens().trend(
        metric=chosen.id, clock=_clock(chosen), cohort=cohort, by=now["by"], first=now.where.first,
        last=now.where.last, as_of=now.as_of, where=where, group_by=now["group_by"] or None,
        survey=_survey(chosen),
    )  # fmt: skip
    found = found if now.where.first else begun(found)
    return Shown(found, where, one, _over(found, where) if now["over"] else None)


def _survey(chosen: Metric) -> Survey | None:
    """The one of the address; None is the one with most answers in the time that is shown."""
    return surveys.of_kind(SurveyKind(chosen.id), asked.asked()["survey"]) if chosen.id in SURVEYS else None


def _clock(chosen: Metric) -> str:
    wanted = asked.asked()["clock"]
    return wanted if wanted in chosen.clocks else chosen.clocks[0]


def _over(found: Trend, where: Filter) -> Over | None:
    """None where there was no ticket then."""
    now = asked.asked()
    back = len(found.points) if now["over"] == "previous" else None
    told = asked.lens().comparing.overlay(
        metric=found.metric, clock=found.clock, cohort=found.cohort, by=cast(By, found.by),
        first=found.points[0].start, last=found.points[-1].end - asked.ONE_DAY, back=back, where=where,
        as_of=now.as_of, survey=found.survey,
    )  # fmt: skip
    there = any(point.n or point.left_out or point.value for point in told.before.points)
    return Over(told.before, WORDS[now["over"]]) if there else None


def _within(chosen: Metric, one: Statistic) -> Trend:
    now = asked.asked()
    told = asked.lens().estimates.within(
        now.where, metric=chosen.id, clock=_clock(chosen), by=now["by"], hours=(one.hours,), as_of=now.as_of,
        group_by=now["group_by"] or None,
    )  # fmt: skip
    return _as_trend(told)


def _as_trend(told: Within) -> Trend:
    """Shares as a trend; a period that is not old enough counts as not complete, and so is hatched."""
    groups = None if told.groups is None else {key: _points(own) for key, own in told.groups.items()}
    return Trend(
        metric=told.metric, kind="share", cohort="arrived", clock=told.clock, zone=told.zone, unit="share", by=told.by,
        as_of=told.as_of, horizon=None, points=_points(told.periods), groups=groups,
        groups_left_out=told.groups_left_out,
    )  # fmt: skip


def _points(periods: tuple[Arrivals, ...]) -> tuple[Point, ...]:
    return tuple(
        Point(
            label=one.label, start=one.start, end=one.end, complete=one.complete and not one.within[0].unripe, n=one.n,
            open=one.open, value=one.within[0].share, low=one.within[0].low, high=one.within[0].high,
            too_few=one.too_few, flags=(YOUNG,) if one.complete and one.within[0].unripe else (),
        )
        for one in periods
    )  # fmt: skip


def begun(trend: Trend) -> Trend:
    """Without the periods before the first ticket, where no beginning was asked for; two are kept at least."""
    there = (index for index, point in enumerate(trend.points) if point.n or point.left_out or point.value)
    start = min(next(there, 0), max(len(trend.points) - 2, 0))
    groups = None if trend.groups is None else {key: points[start:] for key, points in trend.groups.items()}
    return replace(trend, points=trend.points[start:], groups=groups)
