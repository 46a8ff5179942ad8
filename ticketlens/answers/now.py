"""How long a ticket takes now: the last days by a period Kaplan-Meier, beside the days before and a year ago."""

from dataclasses import replace
from datetime import timedelta
from math import hypot
from typing import Literal

import numpy as np

from ticketlens.answers.curves import Histogram, known
from ticketlens.answers.desk import BUSINESS_HORIZON, CALENDAR_HORIZON, Desk
from ticketlens.answers.words import length
from ticketlens.errors import ConfigError
from ticketlens.metrics.period_survival import period_kaplan_meier
from ticketlens.metrics.periods import Period
from ticketlens.metrics.survival import TOO_FEW, Z95, Counts, KaplanMeier
from ticketlens.model.filter import ENDING, Ended, Filter
from ticketlens.model.now import Missing, Now, Recent
from ticketlens.store.base import Question

LENGTHS = (7, 28)
YEAR = 364
"""A year ago is 52 weeks ago: the same days of the week."""

SHARES = {"p50": 0.5, "p75": 0.75, "p90": 0.9}
NAMES: tuple[Literal["now", "before", "year"], ...] = ("now", "before", "year")
ENDS = {"ttr.full": "resolved", "ttr.first": "first resolved", "reply.first": "first replied to"}


def now(desk: Desk, metric: str, clock: str, days: int, where: Filter) -> Now:
    """Raises ConfigError for what cannot be asked. The days of the filter play no part: the windows have their own."""
    if metric not in ENDING:
        raise ConfigError(f"metric: {metric!r} is not told as it is now; known are {', '.join(ENDING)}")
    if clock not in ("calendar", "business"):
        raise ConfigError(f"clock: {clock!r} is neither calendar nor business")
    if days not in LENGTHS:
        raise ConfigError(f"days: {days} is neither 7 nor 28")
    horizon = float(CALENDAR_HORIZON if clock == "calendar" else BUSINESS_HORIZON)
    where = where.between(None, None)
    periods = _windows(desk, days)
    recent, before, year = _told(desk, metric, clock, periods, where, horizon)
    sentence = _sentence(metric, clock, days, recent, before, horizon)
    return Now(metric, clock, desk.zone, desk.as_of, days, horizon, (recent, before, year), sentence)


def _windows(desk: Desk, days: int) -> tuple[Period, Period, Period]:
    """The last complete days at `as_of`, those before them, and those a year ago."""
    last = desk.day(desk.as_of) - timedelta(days=1)
    period = desk.days(last - timedelta(days=days - 1), last)
    return period, desk.shifted(period, -days), desk.shifted(period, -YEAR)


def _told(
    desk: Desk, metric: str, clock: str, periods: tuple[Period, ...], where: Filter, horizon: float
) -> list[Recent]:
    in_order = tuple(reversed(periods))
    told = desk.store.exposure(Question(in_order, desk.as_of, where=where), metric, clock, desk.positions)
    leaving, late = (Histogram.of(cells, len(periods), (None,)) for cells in told)
    ended, censored, entering = (part[0, ::-1] for part in (leaving.ended, leaving.censored, late.censored))
    curves = period_kaplan_meier(Counts(ended, censored), entering)
    sizes = zip(ended.sum(axis=-1).tolist(), entering.sum(axis=-1).tolist(), strict=True)
    found = []
    for index, (period, name, (events, there)) in enumerate(zip(periods, NAMES, sizes, strict=True)):
        then = where.as_of and period.end_at - timedelta(seconds=1)
        listed = replace(where, ended=Ended(metric, clock, period.start_at, period.end_at), as_of=then)
        last = period.end - timedelta(days=1)
        recent = Recent(name, period.start, last, int(curves.n[index]), there, events, listed)
        found.append(_with_figures(recent, curves, index, horizon))
    return found


def _with_figures(recent: Recent, curves: KaplanMeier, index: int, horizon: float) -> Recent:
    """A figure that stands beyond the ages at which enough were at risk is not told."""
    if curves.events[index] < TOO_FEW:
        return replace(recent, missing=tuple((name, "too few") for name in (*SHARES, "mean")))
    low, high = (known(end[index] / 60) for end in curves.quantile_intervals(0.5))
    mean, error = (known(part[index] / 60) for part in curves.restricted_means(horizon * 60))
    mean_low, mean_high = (known(end[index] / 60) for end in curves.mean_intervals(horizon * 60))
    p50, p75, p90 = (known(curves.quantiles(share)[index] / 60) for share in SHARES.values())
    why: Missing = "too few" if _thin(curves, index) else "not reached"
    told = zip((*SHARES, "mean"), (p50, p75, p90, mean), strict=True)
    missing = tuple((name, why) for name, value in told if value is None)
    return replace(
        recent, p50=p50, p75=p75, p90=p90, low=low, high=high, mean=mean, mean_low=mean_low, mean_high=mean_high,
        mean_error=error, missing=missing,
    )  # fmt: skip


def _thin(curves: KaplanMeier, index: int) -> bool:
    """Whether tickets of greater age than the curve reaches were there, but under 5 on the way to them."""
    beyond = curves.times >= curves.followed[index]
    return bool(np.any(curves.at_risk[index][beyond] > 0))


def _sentence(metric: str, clock: str, days: int, recent: Recent, before: Recent, horizon: float) -> str:
    hours = "" if clock == "calendar" else " of opening hours"
    start = f"In the last {days} days half of the tickets were {ENDS[metric]} within"
    if recent.p50 is None:
        why = dict(recent.missing)["p50"]
        if why == "too few":
            return f"Too few tickets were {ENDS[metric]} in the last {days} days to say how long it takes now."
        return f"In the last {days} days tickets were {ENDS[metric]} so slowly that half of them are not there yet."
    half = f"{start} {length(recent.p50)}{hours}{_between(recent)}"
    if recent.mean is None or before.mean is None or recent.mean_error is None or before.mean_error is None:
        return f"{half}."
    change = recent.mean - before.mean
    told = f"the mean over the first {_horizon(horizon, clock)} was {length(recent.mean)}"
    if abs(change) <= Z95 * hypot(recent.mean_error, before.mean_error):
        return f"{half}; {told}, no clear change from {length(before.mean)} in the {days} days before."
    rose = "up" if change > 0 else "down"
    return f"{half}; {told}, {rose} from {length(before.mean)} in the {days} days before."


def _between(recent: Recent) -> str:
    if recent.low is None or recent.high is None:
        return ""
    return f" ({length(recent.low)} to {length(recent.high)})"


def _horizon(horizon: float, clock: str) -> str:
    return f"{horizon / 1440:.0f} days" if clock == "calendar" else f"{horizon / 60:.0f} opening hours"
