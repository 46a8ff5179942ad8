"""What estimates of time to resolution cost and how true they are, beside lifelines and beside the naive figures.

python -m benchmarks.statistics [--runs 1000] [--replays 200]
"""

import argparse
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import t as student

from tests.metrics.processes import LIVES, STEADY_WEEKS, Process, process, steady_desk
from ticketlens.metrics.bins import BINS, bins_of
from ticketlens.metrics.period_survival import period_kaplan_meier
from ticketlens.metrics.survival import Z95, Counts, KaplanMeier, from_durations, kaplan_meier

Floats = NDArray[np.float64]
HOUR = 3_600
TAU = 14 * 24
NOW = STEADY_WEEKS * 168
TICKETS, WEEKS = 100_000, 52


def counted(hours: Floats) -> NDArray[np.int64]:
    return np.bincount(bins_of((hours * HOUR).astype(int)), minlength=BINS)


# -- agreement


def agreement(sets: int = 200) -> None:
    """Random sets with ties, half of them with late entry, on raw durations."""
    random, worst = np.random.default_rng(11), [0.0, 0.0]
    for number in range(sets):
        n = int(random.integers(5, 120))
        exits = random.integers(1, 40, n).astype(float)
        ended = random.random(n) < random.uniform(0.2, 1)
        entry = np.floor(exits * random.uniform(0, 0.9, n)) * (random.random(n) < 0.5) if number % 2 else None
        ours, theirs = from_durations(exits, ended, entry), fitted(exits, ended, entry)
        points = theirs.survival_function_at_times(ours.times).to_numpy()
        tau = float(exits.max())
        mean = (ours.rmst(tau) or (np.nan, 0))[0]
        worst[0] = max(worst[0], float(np.abs(points - ours.survival).max(initial=0)))
        worst[1] = max(worst[1], abs(mean - restricted_mean_survival_time(theirs, t=tau)))
    print(f"{sets} random sets, greatest difference from lifelines: S {worst[0]:.1e}, RMST {worst[1]:.1e}")


def fitted(exits: Floats, ended: NDArray[np.bool_], entry: Floats | None = None) -> KaplanMeierFitter:
    return KaplanMeierFitter().fit(exits, ended, entry=entry)


# -- speed


def speed() -> None:
    """Every week's curve, median with interval, p90 and restricted mean, from the tickets."""
    random = np.random.default_rng(2)
    weeks, lives = random.integers(0, WEEKS, TICKETS), LIVES["mixture"](random, TICKETS)
    ages = (WEEKS - weeks) * 168 - random.uniform(0, 168, TICKETS)
    exits, ended = np.minimum(lives, ages), lives <= ages

    def ours() -> object:
        place = weeks * BINS + bins_of((exits * HOUR).astype(int))
        over, still = (np.bincount(place[part], minlength=WEEKS * BINS) for part in (ended, ~ended))
        curve = kaplan_meier(Counts(over.reshape(WEEKS, BINS), still.reshape(WEEKS, BINS)))
        figures = [curve.quantiles(share) for share in (0.5, 0.75, 0.9)]
        return figures, curve.quantile_intervals(), curve.mean_intervals(TAU * HOUR)

    def theirs() -> object:
        fits = [fitted(exits[weeks == week], ended[weeks == week]) for week in range(WEEKS)]
        shares = [[fit.percentile(1 - share) for share in (0.5, 0.75, 0.9)] for fit in fits]
        return shares, [restricted_mean_survival_time(fit, t=TAU) for fit in fits]

    spent = {name: min(seconds(run) for _ in range(3)) for name, run in (("ours", ours), ("lifelines", theirs))}
    print(f"{TICKETS:,} tickets, {WEEKS} weeks of curves: ours {spent['ours']:.3f} s, "
          f"lifelines {spent['lifelines']:.3f} s, ratio {spent['lifelines'] / spent['ours']:.0f}")  # fmt: skip


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds: what else runs on these cores is not counted."""
    start = time.process_time()
    run()
    return time.process_time() - start


# -- a steady desk


def steady(replays: int) -> None:
    """26 weeks of 200 tickets of one process that never changes: what each figure says of it."""
    random, made = np.random.default_rng(7), process("mixture", 0)
    lives = made.draw(np.random.default_rng(1), 2_000_000)
    p90, mean = float(np.quantile(lives, 0.9)), float(np.minimum(lives, TAU).mean())
    print(f"a steady desk, {replays} replays; true p50 {made.median:.1f} h, p90 {p90:.0f} h, "
          f"mean {lives.mean():.0f} h, mean over the first 14 days {mean:.1f} h")  # fmt: skip
    desks = [steady_desk(random) for _ in range(replays)]
    naive(desks, float(lives.mean()))
    newest_week(desks, made.median)
    for days in (7, 28):
        last_days(desks, days, mean)


Desks = list[tuple[Floats, Floats]]


def young(created: Floats, lives: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """(length, age, whether it is over) of those that came in the newest week."""
    newest = created >= NOW - 168
    return lives[newest], NOW - created[newest], lives[newest] <= NOW - created[newest]


def naive(desks: Desks, true_mean: float) -> None:
    """The solved tickets of the newest week alone, as most helpdesks count."""
    solved = [lives[over] for lives, _, over in (young(*desk) for desk in desks)]
    p50, p90, mean = (np.mean([figure(own) for own in solved]) for figure in (np.median, _p90, np.mean))
    print(f"  naive, newest week    p50 {p50:6.1f} h   p90 {p90:6.1f} h   mean {mean:6.1f} h "
          f"({mean / true_mean * 100 - 100:+.0f} %)")  # fmt: skip


def _p90(lives: Floats) -> float:
    return float(np.quantile(lives, 0.9))


def newest_week(desks: Desks, median: float) -> None:
    medians, held, reached = [], 0, 0
    for desk in desks:
        lives, ages, over = young(*desk)
        curve = kaplan_meier(Counts(counted(lives[over]), counted(ages[~over])))
        low, high = curve.quantile_interval()
        medians.append((curve.quantile(0.5) or np.inf) / HOUR)
        held += (low or 0) <= median * HOUR <= (high or np.inf)
        reached += curve.quantile(0.9) is not None
    print(f"  ours, newest week     p50 {np.median(medians):6.1f} h   p90 not reached in {len(desks) - reached}   "
          f"interval of p50 holds the truth in {held / len(desks):.1%}")  # fmt: skip


def last_days(desks: Desks, days: int, true_mean: float) -> None:
    start, told = NOW - 24 * days, []
    for created, lives in desks:
        there = created + lives > start
        own, ages, entry = lives[there], NOW - created[there], start - created[there]
        over = own <= ages
        counts = Counts(counted(own[over]), counted(ages[~over]))
        curve = period_kaplan_meier(counts, counted(entry[entry > 0]))
        told.append([curve.restricted_means(TAU * HOUR)[0], *curve.mean_intervals(TAU * HOUR)])
    mean, low, high = np.array(told).T / HOUR
    held = ((low <= true_mean) & (true_mean <= high)).mean()
    print(f"  ours, last {days:2} days     mean over the first 14 days {mean.mean():.1f} h "
          f"({mean.mean() / true_mean * 100 - 100:+.2f} %), interval holds the truth in {held:.1%}")  # fmt: skip


# -- intervals


def coverage(runs: int) -> None:
    """How many of 100 intervals hold the truth, by the way that they are made."""
    print(f"of 100 intervals hold the truth, {runs} simulations each, known to {22 / runs**0.5:.1f} points")
    print(f"{'':26}RMST: plain  m/(m-1)  t      logit  bias     p50: log-log  arcsine  likelihood ratio  reached")
    for name in LIVES:
        for censored in (0, 0.4, 0.8):
            for n in (100, 200):
                _coverage_row(process(name, censored), f"{name} {censored:.0%} open, n {n}", n, runs)


def _coverage_row(made: Process, name: str, n: int, runs: int) -> None:
    random, means, medians, told = np.random.default_rng(17), [], [], []
    for _ in range(runs):
        curve = from_durations(*made.sample(random, n))
        interval, mean = curve.rmst_interval(made.tau), curve.rmst(made.tau)
        if interval is not None and mean is not None:
            told.append(mean[0])
            means.append([*_by_error(curve, made, *mean), interval[0] <= made.mean <= interval[1]])
        if curve.quantile(0.5) is not None:
            medians.append(_by_band(curve, made.median))
    hits, bias = np.mean(means, axis=0) * 100, np.mean(told) / made.mean * 100 - 100
    row = "".join(f"{hit:8.1f}" for hit in hits)
    medians_row = "".join(f"{hit:11.1f}" for hit in np.mean(medians, axis=0) * 100)
    print(f"{name:26}{row} {bias:+6.2f} %{medians_row}{len(medians) / runs:14.0%}")


def _by_error(curve: KaplanMeier, made: Process, mean: float, error: float) -> tuple[bool, bool, bool]:
    """Mean ± z error; widened by m / (m - 1); and that with Student's t."""
    ends = int(curve.ended[curve.times <= made.tau].sum())
    wide, off = error * (ends / (ends - 1)) ** 0.5, abs(mean - made.mean)
    return off <= Z95 * error, off <= Z95 * wide, off <= student.ppf(0.975, ends - 1) * wide


def _by_band(curve: KaplanMeier, median: float) -> tuple[bool, bool, bool]:
    """Log-log as shown, arcsine, and the likelihood ratio of Thomas and Grunkemeier."""
    low, high = curve.quantile_interval()
    held = (low or 0) <= median <= (high or np.inf)
    steps = int(np.searchsorted(curve.times, median, side="right"))
    left = curve.survival[steps - 1] if steps else 1.0
    if not 0 < left < 1:
        return held, held, held
    d, n = curve.ended[:steps], curve.at_risk[:steps]
    spread = (d / (n * (n - d))).sum() ** 0.5
    arcsine = abs(np.arcsin(left**0.5) - np.pi / 4) <= Z95 * spread / 2 * (left / (1 - left)) ** 0.5
    return held, bool(arcsine), _ratio(d, n) <= Z95**2


def _ratio(d: Floats, n: Floats) -> float:
    """-2 log of the likelihood ratio for S = 1/2 (Thomas and Grunkemeier 1975)."""
    shift = brentq(lambda at: np.log1p(-d / (n + at)).sum() - np.log(0.5), (d - n).max() + 1e-9, 1e7)
    alive = n > d
    kept = ((n - d)[alive] * np.log1p(shift / (n - d)[alive])).sum()
    return float(-2 * (kept - (n * np.log1p(shift / n)).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--replays", type=int, default=200)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # lifelines tells at each percentile that its curve is a step function
    agreement()
    speed()
    steady(chosen.replays)
    coverage(chosen.runs)
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "lifelines")))


if __name__ == "__main__":
    main()
