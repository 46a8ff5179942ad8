"""Where figures begin: periods before any ticket have none, and the one in which a source begins may not be whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from ticketlens.answers.desk import Desk
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.flag import Flag
from ticketlens.model.trend import Point, Trend

NEAR = timedelta(days=7)
Points = tuple[Point, ...]


def first_ticket(desk: Desk, where: Filter, first: date, last: date) -> date | None:
    """The day of the first ticket of the sources of `where`, the day after `last` if there is none by then.

    None where that is before `first`.
    """
    start, sources = desk.day(desk.span.first), where.where.get("source")
    if not sources:
        return start if start >= first else None
    own = EVERYTHING.having("source", sources)
    if start < first:
        for back in (NEAR, None):
            earlier = own.between(None if back is None else first - back, first - timedelta(days=1))
            if desk.store.count_tickets(earlier):
                return None
    return halved(first, last + timedelta(days=1), lambda day: bool(desk.store.count_tickets(own.between(first, day))))


def halved(low: date, high: date, reached: Callable[[date], bool]) -> date:
    """The first day from `low` on that `reached` holds for, where it holds for all later ones; `high` if for none."""
    while low < high:
        middle = low + (high - low) // 2
        low, high = (low, middle) if reached(middle) else (middle + timedelta(days=1), high)
    return low


def nothing_yet(desk: Desk, where: Filter, points: Points) -> Points:
    """Without a figure where there was no ticket yet: a count of 0 would be one."""
    if not points:
        return points
    first = first_ticket(desk, where, points[0].start, points[-1].end - timedelta(days=1))
    return (
        points if first is None else tuple(_without(point, first) if point.end <= first else point for point in points)
    )


def _without(point: Point, first: date) -> Point:
    if point.flags:
        return point
    return replace(point, value=None, low=None, high=None, too_few=False).flagged(
        Flag("empty", f"{point.label} has no ticket yet: the first came on {first}")
    )


def by_source(told: Trend, where: Filter, group_by: str | None, own: Callable[[Filter, Points], Points]) -> Trend:
    """Each line of a trend by the sources that it is of."""
    if told.groups is None:
        return replace(told, points=own(where, told.points))
    wheres = {key: where.having("source", key) if group_by == "source" and key else where for key in told.groups}
    groups = {key: own(wheres[key], points) for key, points in told.groups.items()}
    return replace(told, points=own(where, told.points), groups=groups)
