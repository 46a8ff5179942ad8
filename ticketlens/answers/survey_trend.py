"""CSAT, NPS and CES over periods: of one survey, which the answer names; of several that fit, the one asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ticketlens.answers.surveys import Figures, figures, scores_of
from ticketlens.answers.voice import counted
from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period, complete
from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point
from ticketlens.store.answers import AnswerCount, AnswerFilter
from ticketlens.store.base import Store

GROUPS = 20


@dataclass(frozen=True, slots=True)
class SurveyTrend:
    survey: Survey | None
    points: tuple[Point, ...]
    groups: Mapping[str, tuple[Point, ...]] | None
    groups_left_out: int


def survey_trend(
    store: Store, kind: SurveyKind, periods: tuple[Period, ...], where: Filter, as_of: datetime,
    *, group_by: str | None = None, survey: Survey | str | None = None,
) -> SurveyTrend:  # fmt: skip
    """Of `survey`, else of the surveys of `kind` with answers in the periods the one of that name or id.

    The largest of several. Raises ConfigError, which names those there are, for a name that none has.
    """
    asked = _asked(kind, where, as_of)
    counts = counted(store, periods, asked, as_of)
    survey = survey if isinstance(survey, Survey) else _chosen(counts, kind, survey)
    points = _points(survey, counts, periods, as_of)
    if group_by is None or survey is None:
        return SurveyTrend(survey, points, None if group_by is None else {}, 0)
    by_group: dict[str, list[AnswerCount]] = defaultdict(list)
    for one in counted(store, periods, replace(asked, survey=survey), as_of, group_by):
        by_group[one.group or ""].append(one)
    largest = sorted(by_group, key=lambda key: (-sum(one.n for one in by_group[key]), key))
    groups = {key: _points(survey, by_group[key], periods, as_of) for key in largest[:GROUPS]}
    return SurveyTrend(survey, points, groups, max(0, len(largest) - GROUPS))


@dataclass(frozen=True, slots=True)
class Ratings:
    """One survey of a window by topic; `survey` is None where there was no answer at all."""

    survey: Survey | None
    by_topic: Mapping[int, Figures]


def ratings_by_topic(store: Store, window: Period, where: Filter, as_of: datetime) -> Ratings:
    """CSAT by topic, of the survey that `survey_trend` tells of the same window: scales are never added up."""
    counts = counted(store, (window,), _asked(SurveyKind.CSAT, where, as_of), as_of, "topic")
    survey = _chosen(counts, SurveyKind.CSAT, None)
    by_topic: dict[int, list[AnswerCount]] = defaultdict(list)
    for one in counts:
        if one.survey == survey and one.group is not None:
            by_topic[int(one.group)].append(one)
    if survey is None:
        return Ratings(None, {})
    return Ratings(survey, {topic: figures(survey, scores_of(told)) for topic, told in by_topic.items()})


def _asked(kind: SurveyKind, where: Filter, as_of: datetime) -> AnswerFilter:
    customers = where.where.get("requester", ())
    return AnswerFilter(kind=kind, until=as_of, customers=customers, where=where.without("requester"))


def _chosen(counts: Sequence[AnswerCount], kind: SurveyKind, name: str | None) -> Survey | None:
    sizes: dict[Survey, int] = defaultdict(int)
    for one in counts:
        sizes[one.survey] += one.n
    fitting = [one for one in sizes if name in (None, one.name, one.id)]
    if name is not None and not fitting:
        there = ", ".join(sorted({one.name for one in sizes})) or "none"
        raise ConfigError(
            f"survey: no {kind} of the name {name[:80]!r} has answers in these periods; there are: {there}"
        )
    return min(fitting, key=lambda one: (-sizes[one], one), default=None)


def _points(
    survey: Survey | None, counts: Sequence[AnswerCount], periods: Sequence[Period], as_of: datetime
) -> tuple[Point, ...]:
    by_period: dict[int, list[AnswerCount]] = defaultdict(list)
    for one in counts:
        if one.survey == survey:
            by_period[one.period].append(one)
    return tuple(_point(survey, by_period[number], period, as_of) for number, period in enumerate(periods))


def _point(survey: Survey | None, counts: Sequence[AnswerCount], period: Period, as_of: datetime) -> Point:
    empty = Point(label=period.label, start=period.start, end=period.end, complete=complete(period, as_of), n=0)
    if survey is None:
        return replace(empty, too_few=True)
    told = figures(survey, scores_of(counts))
    if told.score is None:
        return replace(empty, n=told.n, too_few=True)
    return replace(empty, n=told.n, value=told.score.value, low=told.score.low, high=told.score.high)
