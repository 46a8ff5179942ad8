"""The truth behind the demo: which problem is active when, relative to the day it ends on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ticketlens.demo.catalog import Kind, Problem, catalog

ZONE = ZoneInfo("Europe/Stockholm")
WEEK = 7 * 86400
TRAIL_WEEKS = 4  # people update late: a fixed problem fades over four weeks

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """One problem's dates, aware UTC. Unset dates are None.

    `starts`: first possible ticket of a new problem, or the outage's first minute. `ends`: the release that fixed it
    (a trail of `TRAIL_WEEKS` follows), or the outage's last minute. `returns`: when a fixed problem came back.
    `slower_from`: when solving began to take longer. `months`: where a seasonal problem peaks.
    """

    problem: str
    name: str
    kind: Kind
    starts: datetime | None = None
    ends: datetime | None = None
    returns: datetime | None = None
    slower_from: datetime | None = None
    months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours to fill: middle of each in epoch seconds, with its local month; `until` is epoch seconds."""

    middle: Floats
    month: NDArray[np.int64]
    until: float

    def since(self, at: datetime | None) -> Floats:
        """Weeks since `at`, negative before it."""
        return (self.middle - (at.timestamp() if at else 0.0)) / WEEK


def truth(until: datetime) -> Mapping[str, Truth]:
    """Problem id -> what happened to it in demo tickets that end at `until`."""
    return {problem.id: _truth(problem, until) for problem in catalog().problems}


def _truth(problem: Problem, until: datetime) -> Truth:
    monday = _monday(until, problem.weeks_ago)
    dates: dict[str, datetime] = {}
    match problem.kind:
        case Kind.OUTAGE:
            # Wednesday, nine o'clock: a day on which everybody would have noticed.
            dates = {"starts": monday + timedelta(days=2, hours=1), "ends": monday + timedelta(days=3, hours=1)}
        case Kind.NEW:
            dates = {"starts": monday}
        case Kind.FIXED:
            dates = {"ends": monday}
        case Kind.BACK:
            dates = {"ends": _monday(until, problem.fixed_weeks_ago), "returns": monday}
    if problem.slower_weeks:
        dates["slower_from"] = _monday(until, problem.slower_weeks)
    return Truth(problem.id, problem.name, problem.kind, months=problem.months, **dates)


def _monday(until: datetime, weeks_ago: int) -> datetime:
    """Eight o'clock local time on the Monday of the week that lies `weeks_ago` before `until`."""
    day = until.astimezone(ZONE).date() - timedelta(weeks=weeks_ago)
    return datetime.combine(day - timedelta(days=day.weekday()), time(8), ZONE).astimezone(UTC)


def shape(problem: Problem, facts: Truth, hours: Hours) -> Floats:
    """Multiplier of a problem's rate in each of `hours`: 1 is its normal rate."""
    return _SHAPES[problem.kind](problem, facts, hours)


def _steady(_problem: Problem, _facts: Truth, hours: Hours) -> Floats:
    return np.ones_like(hours.middle)


def _seasonal(problem: Problem, _facts: Truth, hours: Hours) -> Floats:
    return np.where(np.isin(hours.month, problem.months), problem.factor, 1.0)


def _fixed(_problem: Problem, facts: Truth, hours: Hours) -> Floats:
    weeks = hours.since(facts.ends)
    return np.where(weeks < 0, 1.0, np.where(weeks < TRAIL_WEEKS, np.exp(-1.6 * weeks), 0.0))


def _back(problem: Problem, facts: Truth, hours: Hours) -> Floats:
    return _fixed(problem, facts, hours) + np.where(hours.since(facts.returns) >= 0, 1.1, 0.0)


def _new(_problem: Problem, facts: Truth, hours: Hours) -> Floats:
    weeks = hours.since(facts.starts)
    return np.where(weeks < 0, 0.0, 0.25 + 0.2 * np.maximum(weeks, 0.0))


def _growing(_problem: Problem, _facts: Truth, hours: Hours) -> Floats:
    weeks_left = (hours.until - hours.middle) / WEEK
    return 1.0 + 2.2 * np.clip(1.25 - weeks_left / 4, 0.0, 1.0)


_SHAPES: Mapping[Kind, Callable[[Problem, Truth, Hours], Floats]] = {
    Kind.STEADY: _steady,
    Kind.OUTAGE: _steady,  # its everyday background; the burst itself is a share of all tickets, see arrivals
    Kind.SEASONAL: _seasonal,
    Kind.FIXED: _fixed,
    Kind.BACK: _back,
    Kind.NEW: _new,
    Kind.GROWING: _growing,
}
