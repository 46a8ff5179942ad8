"""The share resolved within so many hours, by period of arrival: 1 - S, with what is too young to tell marked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from ticketlens.answers.curves import Curves, curves, known
from ticketlens.answers.desk import Desk
from ticketlens.answers.trend import GROUPS
from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import ENDING, Filter
from ticketlens.model.within import Arrivals, Reached, Within
from ticketlens.store.base import Question

MOST_HOURS = 8_760
MOST_AT_ONCE = 6
USUAL = (24, 72, 168)


def read_hours(text: str) -> tuple[int, ...]:
    """`24,72,168` as rising whole numbers; raises ConfigError."""
    try:
        hours = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise ConfigError(f"hours: {text[:40]!r} is not like 24,72,168") from None
    if not hours or hours[0] < 1 or hours[-1] > MOST_HOURS or len(hours) > MOST_AT_ONCE:
        raise ConfigError(f"hours: give one to {MOST_AT_ONCE} whole numbers from 1 to {MOST_HOURS}")
    return hours


def within(
    desk: Desk, metric: str, clock: str, by: str, periods: tuple[Period, ...], where: Filter,
    hours: tuple[int, ...] = USUAL, group_by: str | None = None,
) -> Within:  # fmt: skip
    """Raises ConfigError for what cannot be asked."""
    if metric not in ENDING:
        raise ConfigError(f"metric: {metric!r} has no share within hours; known are {', '.join(ENDING)}")
    if clock not in ("calendar", "business"):
        raise ConfigError(f"clock: {clock!r} is neither calendar nor business")
    question = Question(periods, desk.as_of, "arrived", where, group_by)
    sizes, counted = desk.sized_histogram(question, metric, clock, GROUPS)
    groups = None if group_by is None else _arrivals(desk, curves(counted), clock, periods, hours)
    _, counted = desk.sized_histogram(replace(question, group_by=None), metric, clock, GROUPS)
    whole = _arrivals(desk, curves(counted), clock, periods, hours)[""]
    return Within(metric, clock, desk.zone, by, desk.as_of, hours, whole, groups, sizes.left_out)


def _arrivals(
    desk: Desk, found: Curves, clock: str, periods: tuple[Period, ...], hours: Sequence[int]
) -> dict[str, tuple[Arrivals, ...]]:
    """By group."""
    reached = [_reached(desk, found, clock, periods, each) for each in hours]
    return {
        key or "": tuple(
            _period(desk, found, (group, index), period, [each[group][index] for each in reached])
            for index, period in enumerate(periods)
        )
        for group, key in enumerate(found.groups)
    }


def _period(desk: Desk, found: Curves, place: tuple[int, int], period: Period, reached: Sequence[Reached]) -> Arrivals:
    n, over = int(found.estimate.n[place]), int(found.estimate.over[place])
    few = bool(found.too_few[place])
    return Arrivals(period.label, period.start, period.end, desk.over(period), n, n - over, few, tuple(reached))


def _reached(desk: Desk, found: Curves, clock: str, periods: Sequence[Period], hours: int) -> list[list[Reached]]:
    """By group and period."""
    parts = found.estimate.shares_over(hours * 3600)
    share, low, high = (np.where(found.too_few, np.nan, part) for part in parts)
    unripe = [age < hours * 3600 for age in (_least_age(desk, clock, period.end_at) for period in periods)]
    return [
        [
            Reached(hours, known(share[g, i]), known(low[g, i]), known(high[g, i]), young)
            for i, young in enumerate(unripe)
        ]
        for g in range(len(found.groups))
    ]


def _least_age(desk: Desk, clock: str, born: datetime) -> int:
    """Seconds by `as_of` on the clock since then; of several opening hours the fewest."""
    moments = np.array([born.timestamp(), max(born, desk.as_of).timestamp()], dtype=np.int64)
    if clock == "calendar":
        return int(moments[1] - moments[0])
    names = [schedule.name for schedule in desk.clocks.schedules]
    ages = [np.diff(desk.positions(name, moments)).item() for name in names]
    return int(min(ages, default=0))
