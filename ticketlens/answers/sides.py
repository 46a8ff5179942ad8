"""Which two sides are compared: their periods, filters, and the moments from which they are seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from ticketlens.answers.desk import Desk
from ticketlens.answers.maturing import MATURING
from ticketlens.answers.trend import Asked, checked, cohort_of, horizon_of, trend
from ticketlens.errors import ConfigError
from ticketlens.metrics.contract import Metric
from ticketlens.metrics.periods import By, Period, complete, parse_period, periods, year_before
from ticketlens.metrics.shares import REOPEN_DAYS
from ticketlens.model.answer import Survey
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.query import check_year, parse_filter

YEAR_DAYS = 364
"""A year ago on the same weekdays, for days that are no named period."""

AGAINST = ("previous", "year", "same")
BACK = 60
"""How many complete periods are looked at for one that is old enough."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """What is to be compared with what.

    The later side is `period` (2026-W46, 2026-11, 2026-Q4, or 2026-11-02..2026-11-29), else the days of `where`, else
    the last period by `by` that is complete and old enough for the figure. `against` is "previous", "year" (before),
    "same" (time) or a period of its own; None is "same" with another filter `versus`, else "previous". `horizon`, in
    minutes, is that of restricted means: 14 days, or 80 business hours, where it is not named. Metrics of answers are
    of `survey`, else of the one that the later side has most of.
    """

    metric: str = "ttr.full"
    clock: str = "calendar"
    cohort: str = "arrived"
    by: By = "week"
    period: str | None = None
    against: str | None = None
    where: Filter = EVERYTHING
    versus: Filter | None = None
    horizon: float | None = None
    survey: Survey | str | None = None


@dataclass(frozen=True)
class Look:
    """One side: its tickets, and a desk of the moment from which they are seen."""

    desk: Desk
    period: Period
    where: Filter
    parts: int = 1

    @property
    def as_of(self) -> datetime:
        return self.desk.as_of

    @property
    def last(self) -> date:
        return self.period.end - timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """Both sides, and what is asked of them; `asked` is the later one's question, `against` in a word."""

    metric: Metric
    asked: Asked
    horizon: float
    against: str
    before: Look
    after: Look


def pair(desk: Desk, wanted: Pairing) -> Pair:
    """Raises ConfigError where the metric, clock, cohort, period or horizon does not exist or does not go together."""
    if wanted.where.dated != "arrived":
        raise ConfigError(f"dated: {wanted.where.dated!r} is for lists of tickets; name a cohort instead")
    where, survey = wanted.where.between(None, None), wanted.survey
    asked = Asked(wanted.metric, wanted.clock, wanted.cohort, wanted.by, (), where, survey=survey)
    metric = checked(asked)
    asked = replace(asked, cohort=cohort_of(metric, wanted.cohort))
    horizon = _horizon(wanted)
    after = _later(desk, wanted, lambda period: _settled(desk, period, metric, asked, horizon))
    against = wanted.against or ("same" if wanted.versus is not None else "previous")
    earlier = _earlier(desk, after, against, wanted.by)
    other = asked.where if wanted.versus is None else wanted.versus.between(None, None)
    before = whole(earlier)
    if (before.start, before.end, other) == (after.start, after.end, asked.where):
        raise ConfigError("against: both sides are the same; name another period, or a filter after `versus.`")
    aged = metric.kind == "duration" and asked.cohort == "arrived"
    looks = _looks(desk, (before, after), (other, asked.where), aged=aged)
    first = replace(looks[0], parts=len(earlier))
    return Pair(metric, replace(asked, periods=(after,)), horizon, against, first, looks[1])


def versus(where: Filter, given: Mapping[str, Sequence[str]]) -> Filter | None:
    """The other side's filter: `where` with these fields in place of its own; None where none is given."""
    if not given:
        return None
    other = parse_filter(given)
    if (other.first, other.last, other.as_of, other.open_at, other.excluded, other.dated) != (*(None,) * 5, "arrived"):
        raise ConfigError("versus: the other side takes fields, words and states; name its days after against")
    return replace(
        where, where={**where.where, **other.where}, q=other.q or where.q, states=other.states or where.states
    )


def ripe(desk: Desk, period: Period, metric: Metric, asked: Asked, horizon: float) -> bool:
    """Whether the youngest tickets of a period are as old as the figure needs."""
    if metric.id == "reopen_rate":
        return period.end_at + timedelta(days=REOPEN_DAYS) <= desk.as_of
    if metric.kind != "duration" or asked.cohort != "arrived":
        return True
    return _age(desk, period.end_at, asked.clock) >= horizon * 60


def _settled(desk: Desk, period: Period, metric: Metric, asked: Asked, horizon: float) -> bool:
    """Whether it is ripe, and its own tickets do not move the figure any more."""
    if metric.id in MATURING:
        return not trend(desk, replace(asked, periods=(period,))).points[0].flags
    return ripe(desk, period, metric, asked, horizon)


def _age(desk: Desk, since: datetime, clock: str) -> float:
    """Seconds from then to `as_of`; of business time the least of any opening hours."""
    if clock == "calendar" or not desk.clocks.schedules:
        return (desk.as_of - since).total_seconds()
    moments = np.array([int(since.timestamp()), int(desk.as_of.timestamp())], dtype=np.int64)
    return float(min(np.diff(desk.positions(one.name, moments))[0] for one in desk.clocks.schedules))


def _horizon(wanted: Pairing) -> float:
    most = horizon_of(wanted.clock)
    if wanted.horizon is not None and not 60 <= wanted.horizon <= most:
        raise ConfigError(f"horizon: a number of hours from 1 to {most / 60:.0f} is needed on the {wanted.clock} clock")
    return most if wanted.horizon is None else float(wanted.horizon)


def _later(desk: Desk, wanted: Pairing, old_enough: Callable[[Period], bool]) -> Period:
    if wanted.period is not None:
        return named(desk, wanted.period)
    if wanted.where.first or wanted.where.last:
        return desk.window(wanted.where)
    found = [period for period in desk.newest(wanted.by, BACK) if complete(period, desk.as_of)]
    return next((period for period in reversed(found) if old_enough(period)), found[-1])


def named(desk: Desk, text: str) -> Period:
    """2026-W46, 2026-11, …, or days as 2026-11-02..2026-11-29."""
    first, dots, last = text.partition("..")
    if not dots:
        return parse_period(text, desk.zone)
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise ConfigError(f"{text[:40]!r} is no stretch of days such as 2026-11-02..2026-11-29") from None
    for day in days:
        check_year("period", day)
    return desk.days(*days)


def _earlier(desk: Desk, after: Period, against: str, by: By) -> tuple[Period, ...]:
    """One period, or the two neighbours of a week 53 that has no partner."""
    if against == "same":
        return (after,)
    if against not in AGAINST:
        return (named(desk, against),)
    if ".." in after.label:
        days = YEAR_DAYS if against == "year" else (after.end - after.start).days
        return (desk.shifted(after, -days),)
    return year_before(after, desk.zone) if against == "year" else (back(after, 1, desk.zone),)


def back(period: Period, steps: int, zone: str) -> Period:
    """The period of the same kind so many steps before."""
    for _ in range(steps):
        day = period.start - timedelta(days=1)
        (period,) = periods(_by(period), day, day, zone)
    return period


def _by(period: Period) -> By:
    days = (period.end - period.start).days
    return "day" if days == 1 else "week" if days == 7 else "month" if days < 32 else "quarter"


def whole(parts: tuple[Period, ...]) -> Period:
    """Neighbouring periods as one."""
    first, last = parts[0], parts[-1]
    label = " and ".join(part.label for part in parts)
    return Period(label, first.start, last.end, first.start_at, last.end_at)


def _looks(desk: Desk, spans: tuple[Period, Period], wheres: tuple[Filter, Filter], *, aged: bool) -> tuple[Look, Look]:
    """An arrival cohort is seen at the age that the later one has reached; all else as it is known at `as_of`."""
    latest = max(span.end_at for span in spans)
    moments = [desk.as_of - (latest - span.end_at) if aged else desk.as_of for span in spans]
    before, after = (
        Look(replace(desk, asked=moment), span, where)
        for moment, span, where in zip(moments, spans, wheres, strict=True)
    )
    return before, after
