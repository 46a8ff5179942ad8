"""When tickets arrive, and about what: drawn at once for all of them, before any text is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ticketlens.demo.catalog import Problem
from ticketlens.demo.plan import ZONE, Floats, Hours, Truth, shape

NOISE = -1
NOISE_SHARE = 0.09
SKEW = 1.6  # a few problems make most of the work
GROWTH_A_YEAR = 1.4
DAYS_A_MONTH = 365.25 / 12

# Monday first; people write on Monday what they noticed at the weekend.
WEEKDAY = np.array([1.35, 1.15, 1.08, 1.05, 0.95, 0.5, 0.48])
MONTH = np.array([1.12, 0.95, 0.94, 0.96, 1.0, 0.9, 0.68, 0.88, 1.0, 1.06, 1.36, 1.42])
HOUR = np.array([2, 1, 1, 1, 1, 2, 6, 14, 34, 52, 60, 55, 44, 50, 52, 48, 42, 34, 28, 28, 30, 26, 16, 7]) / 60.0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One entry a ticket, in order of time: epoch seconds, and index of the problem or `NOISE`."""

    at: NDArray[np.int64]
    problem: NDArray[np.int64]


def draw(
    count: int,
    rng: np.random.Generator,
    *,
    until: datetime,
    months: int,
    problems: Sequence[Problem],
    facts: Mapping[str, Truth],
) -> Arrivals:
    """`count` arrivals in the `months` before `until`, none after it."""
    local, hours = _hours(until, months)
    rates = _rates(local, hours, problems, facts)
    chosen = np.searchsorted(np.cumsum(rates), np.sort(rng.random(count)) * rates.sum(), side="right")
    hour, problem = np.divmod(chosen.clip(max=rates.size - 1), len(problems) + 1)
    at = (hours.middle[hour] - 1800 + rng.random(count) * 3600).astype(np.int64)
    order = np.argsort(at, kind="stable")
    return Arrivals(at[order], np.where(problem == len(problems), NOISE, problem)[order])


def _hours(until: datetime, months: int) -> tuple[Sequence[datetime], Hours]:
    end = until.timestamp()
    span = round(months * DAYS_A_MONTH * 24)
    middle: Floats = end - 3600 * (np.arange(span, 0, -1, dtype=np.float64) - 0.5)
    local = [datetime.fromtimestamp(second, UTC).astimezone(ZONE) for second in middle.tolist()]
    return local, Hours(middle, np.array([moment.month for moment in local]), end)


def _rates(local: Sequence[datetime], hours: Hours, problems: Sequence[Problem], facts: Mapping[str, Truth]) -> Floats:
    """Relative rate by hour (rows) and problem (columns, noise last)."""
    base = _base(local, hours)
    pace = [problem.weight**SKEW for problem in problems]
    shapes = np.column_stack(
        [rate * shape(problem, facts[problem.id], hours) for rate, problem in zip(pace, problems, strict=True)]
    )
    noise = np.full((len(base), 1), sum(pace) * NOISE_SHARE / (1 - NOISE_SHARE))
    rates: Floats = base[:, None] * np.hstack([shapes, noise])
    rates = rates / rates.sum()
    for column, problem in enumerate(problems):
        if problem.share:
            rates[:, column] += _burst(base, hours, facts[problem.id]) * problem.share
    return np.asarray(rates, np.float64)


def _base(local: Sequence[datetime], hours: Hours) -> Floats:
    weekday = WEEKDAY[[moment.weekday() for moment in local]]
    hour = HOUR[[moment.hour for moment in local]]
    years = (hours.middle - hours.until) / (365.25 * 86400)
    grown: Floats = weekday * hour * MONTH[hours.month - 1] * GROWTH_A_YEAR**years
    return grown


def _burst(base: Floats, hours: Hours, facts: Truth) -> Floats:
    weeks, over = hours.since(facts.starts), hours.since(facts.ends)
    inside: Floats = base * ((weeks >= 0) & (over < 0)) * np.exp(-weeks.clip(min=0) * 14)
    return np.asarray(inside / max(float(inside.sum()), 1e-12), np.float64)
