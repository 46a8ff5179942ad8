import warnings

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from ticketlens.metrics.bins import BINS, bins_of, representative
from ticketlens.metrics.survival import Counts, KaplanMeier, from_durations, kaplan_meier, percentiles

HOUR = 3_600


def _steps(curve: KaplanMeier) -> list[float]:
    return [round(float(value), 6) for value in curve.survival]


def _histogram(seconds: np.ndarray) -> np.ndarray:
    return np.bincount(bins_of(seconds), minlength=BINS)


def test_ten_tickets_worked_by_hand() -> None:
    curve = from_durations([1, 2, 2, 3, 5, 8, 8, 10, 12, 15], [1, 1, 0, 1, 0, 1, 1, 0, 1, 0])
    assert curve.times.tolist() == [1, 2, 3, 8, 12]
    assert _steps(curve) == [0.9, 0.8, 0.685714, 0.411429, 0.205714]
    assert curve.quantile(0.5) == 8
    assert curve.quantile(0.9) is None
    assert curve.rmst(10) == pytest.approx((6.951429, 1.126312), abs=1e-6)
    assert (int(curve.n), int(curve.events)) == (10, 6)


def test_late_entry_worked_by_hand() -> None:
    rows = np.array([(0, 1, 1), (0, 2, 1), (0, 4, 0), (1.5, 3, 1), (2, 6, 1), (0, 6, 0), (5, 9, 1), (3, 9, 0)])
    curve = from_durations(rows[:, 1], rows[:, 2], entry=rows[:, 0])
    assert curve.times.tolist() == [1, 2, 3, 6, 9]
    assert curve.at_risk.tolist() == [4, 4, 4, 4, 2]
    assert _steps(curve) == [0.75, 0.5625, 0.421875, 0.316406, 0.158203]
    assert curve.rmst(8) == pytest.approx((4.210938, 1.302909), abs=1e-6)


@pytest.mark.parametrize("late", [False, True])
def test_curves_equal_lifelines_on_random_sets_with_ties(late: bool) -> None:
    random = np.random.default_rng(11)
    for _ in range(200):
        n = int(random.integers(5, 120))
        exits = random.integers(1, 40, n).astype(float)
        ended = random.random(n) < random.uniform(0.2, 1)
        entry = np.floor(exits * random.uniform(0, 0.9, n)) * (random.random(n) < 0.5) if late else np.zeros(n)
        _equal_to_lifelines(exits, ended, entry if late else None)


def _equal_to_lifelines(exits: np.ndarray, ended: np.ndarray, entry: np.ndarray | None) -> None:
    curve = from_durations(exits, ended, entry)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = KaplanMeierFitter().fit(exits, ended, entry=entry)
    expected = theirs.survival_function_at_times(curve.times).to_numpy()
    np.testing.assert_allclose(curve.survival, expected, atol=1e-9)
    tau = float(exits.max())
    mean = curve.rmst(tau)
    assert mean is not None
    assert mean[0] == pytest.approx(restricted_mean_survival_time(theirs, t=tau), abs=1e-9)
    if not np.isclose(curve.survival, 0.5, atol=1e-9).any():  # at exactly one half the other side's rounding decides
        median = float(theirs.median_survival_time_)
        assert curve.quantile(0.5) == (None if np.isinf(median) else median)


def test_bins_give_the_exact_answer_to_one_bin_s_width() -> None:
    random = np.random.default_rng(4)
    durations = random.lognormal(np.log(20 * HOUR), 1.2, 4_000)
    censoring = random.uniform(0, 200 * HOUR, 4_000)
    ended, age = durations <= censoring, np.minimum(durations, censoring)
    exact = from_durations(age, ended)
    binned = kaplan_meier(Counts(_histogram(age[ended]), _histogram(age[~ended])))
    for share in (0.25, 0.5, 0.75):
        assert binned.quantile(share) == pytest.approx(exact.quantile(share), rel=0.021)
    assert binned.rmst(72 * HOUR) == pytest.approx(exact.rmst(72 * HOUR), rel=0.01)


def test_tickets_censored_in_a_bin_are_still_at_risk_in_it() -> None:
    ended, censored = np.zeros(BINS, dtype=int), np.zeros(BINS, dtype=int)
    ended[100], censored[100] = 1, 3
    curve = kaplan_meier(Counts(ended, censored))
    assert curve.at_risk[100] == 4
    assert curve.survival[-1] == 0.75


def test_percentiles_of_ended_tickets_are_the_plain_ones() -> None:
    ended = np.zeros(BINS, dtype=int)
    ended[[50, 100, 150, 200]] = (50, 25, 15, 10)
    assert percentiles(ended) == (representative(50), representative(100), representative(150))


def test_a_restricted_mean_beyond_what_was_observed_is_not_given() -> None:
    curve = from_durations([1, 2, 5], [1, 0, 0])
    assert curve.rmst(5) is not None
    assert curve.rmst(6) is None
    assert from_durations([1, 2, 5], [1, 0, 1]).rmst(50) is not None


def test_an_empty_cohort_reaches_nothing() -> None:
    for curve in (from_durations([], []), kaplan_meier(Counts(np.zeros(BINS, dtype=int), np.zeros(BINS, dtype=int)))):
        assert (int(curve.n), int(curve.events)) == (0, 0)
        assert curve.quantile(0.5) is None
        assert curve.quantile_interval() == (None, None)
        assert curve.rmst(10) is None


def test_solved_at_once_counts_from_the_first_moment() -> None:
    curve = from_durations([0, 0, 5], [1, 1, 1], entry=[0, 0, 0])
    assert curve.quantile(0.5) == 0


def test_an_interval_whose_upper_end_is_not_reached_says_so() -> None:
    curve = from_durations(list(range(1, 41)), [1] * 21 + [0] * 19)
    low, high = curve.quantile_interval()
    assert curve.quantile(0.5) == 20
    assert low is not None
    assert low < 20
    assert high is None


def test_all_in_one_bin_leaves_no_doubt_but_two_at_the_end_of_many_do() -> None:
    ended, censored = np.zeros(BINS, dtype=int), np.zeros(BINS, dtype=int)
    ended[100] = 200
    assert kaplan_meier(Counts(ended, censored)).quantile_interval() == (representative(100), representative(100))
    curve = from_durations([100] * 18 + [150] * 180 + [200] * 2, [1] * 18 + [0] * 180 + [1] * 2)
    assert curve.quantile(0.5) == 200
    assert curve.quantile_interval()[1] is None


def test_a_curve_from_bins_ends_before_it_stands_on_the_last_few_of_many() -> None:
    """The last two of 200 end where 91 % are thought to be left: nobody knows how long those take."""
    ended, censored = np.zeros(BINS, dtype=int), np.zeros(BINS, dtype=int)
    ended[100], ended[200], censored[150] = 18, 2, 180
    curve = kaplan_meier(Counts(ended, censored))
    assert curve.quantile(0.5) is None
    assert curve.rmst(representative(300)) is None
    assert curve.rmst(representative(140)) is not None
    assert int(curve.events) == 18


def test_the_last_few_of_few_are_told() -> None:
    ended, censored = np.zeros(BINS, dtype=int), np.zeros(BINS, dtype=int)
    ended[100:120], censored[110] = 1, 2
    curve = kaplan_meier(Counts(ended, censored))
    assert curve.quantile(0.9) == representative(118)
    assert curve.rmst(representative(300)) is not None


def test_many_cohorts_at_once_equal_one_at_a_time() -> None:
    random = np.random.default_rng(8)
    ended, censored = random.poisson(0.3, (6, BINS)), random.poisson(0.2, (6, BINS))
    together = kaplan_meier(Counts(ended, censored))
    means, errors = together.restricted_means(14 * 86_400)
    for row in range(6):
        alone = kaplan_meier(Counts(ended[row], censored[row]))
        assert alone.quantile(0.5) == together.quantiles(0.5)[row]
        assert alone.rmst(14 * 86_400) == (means[row], errors[row])
        assert alone.quantile_interval() == tuple(end[row] for end in together.quantile_intervals())


def test_a_quantile_of_many_cohorts_is_not_one_number() -> None:
    curve = kaplan_meier(Counts(np.ones((2, BINS), dtype=int), np.zeros((2, BINS), dtype=int)))
    with pytest.raises(ValueError, match="size 1"):
        curve.quantile(0.5)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """300 cohorts of 150 exponential tickets, a third open: true median 10 ln 2, true RMST(15) 10 (1 - e^-1.5)."""
    random = np.random.default_rng(21)
    mean_hits = median_hits = 0
    for _ in range(300):
        durations, ages = random.exponential(10, 150), random.uniform(5, 30, 150)
        curve = from_durations(np.minimum(durations, ages), durations <= ages)
        mean, error = curve.rmst(15) or (0, 0)
        mean_hits += abs(mean - 10 * (1 - np.exp(-1.5))) <= 1.96 * error
        low, high = curve.quantile_interval()
        median_hits += (low or 0) <= 10 * np.log(2) <= (high or np.inf)
    assert 0.91 <= mean_hits / 300 <= 0.98
    assert 0.91 <= median_hits / 300 <= 0.98


def test_the_newest_week_of_a_steady_process_does_not_look_fast() -> None:
    """55 % quick (median 10 h), 45 % slow (260 h): the true median is 36 h, without the open ones it shows 11 h."""
    random = np.random.default_rng(7)
    naive, honest, reached = [], [], 0
    for _ in range(60):
        quick = random.random(200) < 0.55
        hours = np.where(quick, random.lognormal(np.log(10), 1, 200), random.lognormal(np.log(260), 1, 200))
        age = random.uniform(0, 168, 200)
        solved = hours <= age
        naive.append(np.median(hours[solved]))
        seconds = (np.minimum(hours, age) * HOUR).astype(int)
        curve = kaplan_meier(Counts(_histogram(seconds[solved]), _histogram(seconds[~solved])))
        honest.append(curve.quantile(0.5) or np.inf)
        reached += curve.quantile(0.9) is not None
    assert np.mean(naive) == pytest.approx(10.8, abs=1.5)
    assert np.median(honest) == pytest.approx(36.5 * HOUR, rel=0.1)
    assert reached == 0
