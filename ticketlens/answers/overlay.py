"""Two stretches of a trend over each other: each period beside the one a year, or so many periods, before."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from ticketlens.answers.desk import Desk
from ticketlens.answers.flags import with_beginnings
from ticketlens.answers.sides import back, whole
from ticketlens.answers.trend import Asked, trend
from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period, year_before
from ticketlens.model.comparison import Overlay
from ticketlens.model.trend import Point, Trend

MOST_BACK = 520


def overlay(desk: Desk, asked: Asked, periods_back: int | None = None) -> Overlay:
    """Beside a year before, or `periods_back` periods before. An arrival cohort is seen at the age of its partner."""
    if periods_back is not None and not 1 <= periods_back <= MOST_BACK:
        raise ConfigError(f"back: a number of periods from 1 to {MOST_BACK} is needed")
    after = with_beginnings(desk, trend(desk, replace(asked, group_by=None)), asked.where)
    partners = [_partner(desk, period, periods_back) for period in asked.periods]
    points = _points(desk, replace(asked, cohort=after.cohort, group_by=None, survey=after.survey), after, partners)
    labels = tuple((period.label, partner.label) for period, (partner, _) in zip(asked.periods, partners, strict=True))
    return Overlay(after, with_beginnings(desk, replace(after, points=points), asked.where), labels)


def _partner(desk: Desk, period: Period, periods_back: int | None) -> tuple[Period, int]:
    """(the period before, how many it is made of)."""
    if periods_back is not None:
        return back(period, periods_back, desk.zone), 1
    found = year_before(period, desk.zone)
    return whole(found), len(found)


def _points(desk: Desk, asked: Asked, after: Trend, partners: list[tuple[Period, int]]) -> tuple[Point, ...]:
    """Those that are seen as many days later are asked for at once, whatever the clocks did meanwhile."""
    aged = after.kind == "duration" and asked.cohort == "arrived"
    together: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, (partner, parts) in enumerate(partners):
        older = (asked.periods[i].end - partner.end).days if aged else 0
        together[older, -1 if parts == 1 else i].append(i)
    points: dict[int, Point] = {}
    for (older, _), places in together.items():
        there = replace(asked, periods=tuple(partners[i][0] for i in places))
        then = desk.as_of - timedelta(days=older)
        told = trend(replace(desk, asked=then) if older else desk, there).points
        points |= {i: replace(point, as_of=then if older else None) for i, point in zip(places, told, strict=True)}
    return tuple(_mean(points[i], after, partners[i][1]) for i in range(len(partners)))


def _mean(point: Point, after: Trend, parts: int) -> Point:
    """Of two weeks that stand for one, the mean of a sum; a number of open tickets is not known of both."""
    if parts == 1 or after.kind != "amount" or point.value is None:
        return point
    return replace(point, value=None if after.cohort == "moment" else point.value / parts)
