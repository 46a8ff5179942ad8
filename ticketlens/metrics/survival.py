"""How long things take when some are not over yet: Kaplan-Meier, restricted mean and their intervals.

Times are seconds of age. An arrival cohort has ended and censored (still open) tickets; a solved cohort has no censored
ones, and the same functions give its plain percentiles. Several cohorts are computed at once: the last axis is time.

Sources: Kaplan and Meier 1958 (the estimate, with delayed entry), Greenwood 1926 (its variance), Brookmeyer and Crowley
1982 with the log-log transform (interval of a quantile), Irwin 1949 (restricted mean), Clopper and Pearson 1934 (the
interval at a step that ends the curve).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ticketlens.metrics.bins import EDGES, representatives

Floats = NDArray[np.float64]
Z95 = 1.959963984540054
TOO_FEW = 20  # under this many ends a figure is not shown
LEAST_AT_RISK = 5
NEARLY_OVER = 0.05
_ROUNDING = 1e-12  # what a product of a few hundred factors may be off by


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Tickets by bin of their age (`bins.py`), shape (..., BINS): `ended` at that age, `censored` still open at it."""

    ended: NDArray[np.int64]
    censored: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A curve for each cohort. `times` (steps,) rise; `ended`, `at_risk` are (..., steps); `n` is (...), () for one.

    `followed` (...) is the greatest age that the observation of a cohort reaches; infinite where the curve ends at 0.
    `stepped` are the ends that the curve steps by, where it does not step by all of them.
    """

    times: Floats
    ended: Floats
    at_risk: Floats
    n: NDArray[np.int64]
    followed: Floats = field(repr=False)
    stepped: Floats | None = field(default=None, repr=False)

    @cached_property
    def events(self) -> NDArray[np.int64]:
        """Ends that the curve stands on, shape (...). Under `TOO_FEW` of them nothing below should be shown."""
        return np.asarray(self._steps.sum(axis=-1), dtype=np.int64)

    @cached_property
    def over(self) -> NDArray[np.int64]:
        """All ends seen, shape (...), those too that the curve does not step by."""
        return np.asarray(self.ended.sum(axis=-1), dtype=np.int64)

    @cached_property
    def survival(self) -> Floats:
        """S just after each time: the share not over yet."""
        steps = self._steps
        factors = 1 - np.divide(steps, self.at_risk, out=np.zeros_like(steps), where=steps > 0)
        return np.cumprod(factors, axis=-1)

    def quantiles(self, q: float) -> Floats:
        """The smallest time by which a share q is over, shape (...); NaN where the curve does not get there."""
        return self._first_at_or_below(self.survival, 1 - q)

    def quantile(self, q: float) -> float | None:
        """`quantiles` of a single curve; None is "not reached"."""
        return _single(self.quantiles(q))

    def quantile_intervals(self, q: float = 0.5) -> tuple[Floats, Floats]:
        """95 % interval of `quantiles`, shape (...) each end; NaN where an end is not reached."""
        lower, upper = self._band()
        return self._first_at_or_below(lower, 1 - q), self._first_at_or_below(upper, 1 - q)

    def quantile_interval(self, q: float = 0.5) -> tuple[float | None, float | None]:
        """`quantile_intervals` of a single curve."""
        low, high = self.quantile_intervals(q)
        return _single(low), _single(high)

    def shares_over(self, at: float) -> tuple[Floats, Floats, Floats]:
        """(share over by then, 95 % interval low, high), shape (...) each; NaN where not followed so far.

        Log-log like the interval of a quantile, and exact where none is over yet.
        """
        index = int(np.searchsorted(self.times, at, side="right")) - 1
        if index < 0:
            raise ValueError(f"{at} is before the first time that was counted")
        left = self.survival[..., index]
        lower, upper = (band[..., index] for band in self._band())
        lower = np.where(left < 1, lower, 0.025 ** (1 / np.maximum(self.at_risk[..., index], 1)))
        known = (self.followed >= at) & (self.n > 0)
        share, low, high = (np.where(known, 1 - part, np.nan) for part in (left, upper, lower))
        return share, low, high

    def restricted_means(self, tau: float) -> tuple[Floats, Floats]:
        """Mean of min(age at the end, tau) and its standard error, shape (...) each; NaN where not followed to tau."""
        edges = np.minimum(np.append(self.times, tau), tau)
        widths = np.diff(edges)
        strips = self.survival * widths
        beyond = np.cumsum(strips[..., ::-1], axis=-1)[..., ::-1]  # area from each time to tau
        variance = (beyond**2 * self._greenwood_terms).sum(axis=-1)
        known = self.followed >= tau
        return np.where(known, edges[0] + strips.sum(axis=-1), np.nan), np.where(known, np.sqrt(variance), np.nan)

    def mean_intervals(self, tau: float) -> tuple[Floats, Floats]:
        """95 % interval of the restricted means, shape (...) each end, inside 0 to tau; NaN where not followed to tau.

        On the logit scale of mean / tau, with the variance of m ends widened by m / (m - 1).
        """
        mean, error = self.restricted_means(tau)
        ends = np.where(self.times <= tau, self._steps, 0).sum(axis=-1)
        error = error * np.sqrt(np.divide(ends, ends - 1, out=np.ones_like(mean), where=ends > 1))
        inner = (mean > 0) & (mean < tau)
        share = np.divide(mean, tau, out=np.full_like(mean, 0.5), where=inner)
        middle, reach = np.log(share / (1 - share)), Z95 * error / (tau * share * (1 - share))
        low, high = (tau / (1 + np.exp(-(middle + sign * reach))) for sign in (-1, 1))
        return np.where(inner, low, mean), np.where(inner, high, mean)

    def rmst_interval(self, tau: float) -> tuple[float, float] | None:
        """`mean_intervals` of a single curve; None where not followed to tau."""
        low, high = (_single(end) for end in self.mean_intervals(tau))
        return None if low is None or high is None else (low, high)

    def rmst(self, tau: float) -> tuple[float, float] | None:
        """`restricted_means` of a single curve: (mean, standard error) in seconds; None where not followed to tau."""
        mean, error = (_single(part) for part in self.restricted_means(tau))
        return None if mean is None or error is None else (mean, error)

    @cached_property
    def _greenwood_terms(self) -> Floats:
        """d / (n (n - d)), and 0 where all at risk end: the curve is 0 from there on."""
        steps = self._steps
        left = self.at_risk * (self.at_risk - steps)
        return np.divide(steps, left, out=np.zeros_like(steps), where=left > 0)

    @property
    def _steps(self) -> Floats:
        return self.ended if self.stepped is None else self.stepped

    def _band(self) -> tuple[Floats, Floats]:
        survival = self.survival
        inner = (survival > 0) & (survival < 1)
        logs = np.log(survival, out=np.full_like(survival, -1.0), where=inner)
        spread = np.exp(Z95 * np.sqrt(np.cumsum(self._greenwood_terms, axis=-1)) / -logs)
        lower = np.where(inner, np.exp(logs * spread), survival)
        upper = np.where(inner, np.exp(logs / spread), np.where(survival < 1, self._upper_at_zero(), 1.0))
        return lower, upper

    def _upper_at_zero(self) -> Floats:
        """From where a step takes the curve to 0 on: S before it, times the exact upper limit for 0 left of n."""
        before = np.concatenate((np.ones_like(self.survival[..., :1]), self.survival[..., :-1]), axis=-1)
        limit = before * (1 - 0.025 ** (1 / np.maximum(self.at_risk, 1)))
        falls = (before > 0) & (self.survival == 0)
        return np.minimum.accumulate(np.where(falls, limit, 1.0), axis=-1)

    def _first_at_or_below(self, curve: Floats, level: float) -> Floats:
        if not self.times.size:
            return np.full(curve.shape[:-1], np.nan)
        there = curve <= level + _ROUNDING
        return np.where(there.any(axis=-1), self.times[there.argmax(axis=-1)], np.nan)


def _single(value: Floats) -> float | None:
    """A figure of one curve; raises ValueError when there are several."""
    number = float(value.item())
    return None if np.isnan(number) else number


def kaplan_meier(counts: Counts) -> KaplanMeier:
    """Curves from histograms: each bin's representative is its time; those censored in a bin are at risk in it.

    A curve ends before it stands on too few tickets (`firm`).
    """
    ended, leaving = counts.ended.astype(np.float64), (counts.ended + counts.censored).astype(np.float64)
    at_risk = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    n = leaving.sum(axis=-1)
    seen, firmly = leaving > 0, firm(ended, at_risk, n)
    last = ended.shape[-1] - 1 - seen[..., ::-1].argmax(axis=-1)
    closed = (at_risk == ended) & seen & firmly  # nobody is left after this bin
    upper_edges = np.array([*EDGES, np.inf])
    followed = np.where(closed.any(axis=-1), np.inf, np.minimum(upper_edges[last], reach(firmly)))
    steps, followed = np.where(firmly, ended, 0.0), np.where(n > 0, followed, 0.0)
    return KaplanMeier(representatives(), ended, at_risk, n.astype(np.int64), followed, steps)


def firm(ended: Floats, at_risk: Floats, n: NDArray[Any]) -> NDArray[np.bool_]:
    """Bins (..., BINS) of ages before the first at which a curve of `n` (...) tickets stands on too few of them.

    Too few are under 5 at risk, where that is also under half of those who the curve says are left: the others came
    too late, or are too young, to be seen at that age. Where the last of these ends, the curve would be 0 for ever.
    Once no more than one in twenty is left, few are at risk since few are left.
    """
    before = survival_before(ended, at_risk)
    thin = (at_risk < LEAST_AT_RISK) & (at_risk < before * n[..., None] / 2) & (before > NEARLY_OVER)
    return ~np.logical_or.accumulate(thin, axis=-1)


def reach(firmly: NDArray[np.bool_]) -> Floats:
    """The age (...) at which a curve stops being firm; infinite where it never does."""
    return np.where(firmly.all(axis=-1), np.inf, np.array([0.0, *EDGES])[firmly.argmin(axis=-1)])


def survival_before(ended: Floats, at_risk: Floats) -> Floats:
    """S just before each bin, shape (..., BINS)."""
    factors = 1 - np.divide(ended, at_risk, out=np.zeros_like(ended), where=ended > 0)
    after = np.cumprod(factors, axis=-1)
    return np.concatenate((np.ones_like(after[..., :1]), after[..., :-1]), axis=-1)


def from_durations(exit_: ArrayLike, ended: ArrayLike, entry: ArrayLike | None = None) -> KaplanMeier:
    """One exact curve from ages (n,), in any unit of time.

    `exit_`: age at the end or at censoring; `ended`: whether it ended; `entry`: age from which it is watched (late
    entry: at risk at t while entry < t <= exit). An entry of 0 or less is watched from the first moment on, its end at
    age 0 included; tickets with entry >= exit are never at risk and left out.
    """
    exits, events = np.asarray(exit_, dtype=np.float64), np.asarray(ended, dtype=bool)
    entries = np.full_like(exits, -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    entries = np.where(entries <= 0, -np.inf, entries)
    watched = entries < exits
    exits, events, entries = exits[watched], events[watched], np.sort(entries[watched])
    times, deaths = np.unique(exits[events], return_counts=True)
    entered = np.searchsorted(entries, times, side="left")
    at_risk = entered - np.searchsorted(np.sort(exits), times, side="left")
    last = exits.max(initial=0.0)
    closed = bool((at_risk == deaths).any())
    followed = np.array(np.inf if closed else last)
    return KaplanMeier(times, deaths.astype(np.float64), at_risk.astype(np.float64), np.array(exits.size), followed)


def percentiles(ended: NDArray[np.int64], shares: tuple[float, ...] = (0.5, 0.75, 0.9)) -> tuple[float | None, ...]:
    """Plain percentiles in seconds of durations that are all over, from their histogram (BINS,)."""
    curve = kaplan_meier(Counts(ended, np.zeros_like(ended)))
    return tuple(curve.quantile(share) for share in shares)
