"""How long it takes now: the curve of a window by hand, against exact entries, and where it says nothing."""

import numpy as np
import pytest

from ticketlens.metrics.bins import BINS, bin_of, bins_of, representative
from ticketlens.metrics.period_survival import period_kaplan_meier
from ticketlens.metrics.survival import Counts, KaplanMeier, from_durations

HOUR = 3_600


def _histogram(seconds: np.ndarray) -> np.ndarray:
    return np.bincount(bins_of(seconds.astype(int)), minlength=BINS)


def _curve(rows: list[tuple[float, float, int]]) -> KaplanMeier:
    """Of (entry, exit, ended) in hours."""
    entry, exit_, ended = np.array(rows, dtype=float).T
    over, seconds = ended > 0, exit_ * HOUR
    counts = Counts(_histogram(seconds[over]), _histogram(seconds[~over]))
    return period_kaplan_meier(counts, _histogram(entry[entry > 0] * HOUR))


def test_who_comes_or_goes_inside_a_bin_is_half_at_risk_in_it() -> None:
    rows = [(0, 10, 1)] * 2 + [(0, 10, 0)] * 2 + [(10, 90, 1)] * 4 + [(0, 90, 0)] * 6
    curve = _curve(rows)
    at = bin_of(10 * HOUR)
    assert curve.at_risk[at] == 2 + 2 / 2 + 4 / 2 + 6
    assert curve.survival[at] == pytest.approx(1 - 2 / 11)
    assert curve.at_risk[at + 1] == 10
    assert int(curve.n) == 14


def test_windows_of_random_lives_give_the_exact_curve_to_one_bin() -> None:
    random = np.random.default_rng(31)
    created, lengths = random.uniform(-2_000, 168, 9_000), random.lognormal(np.log(60), 1.1, 9_000)
    watched = created + lengths > 0
    created, lengths = created[watched], lengths[watched]
    entry, exit_ = np.maximum(0, -created), np.minimum(lengths, 168 - created)
    ended = lengths <= exit_
    exact = from_durations(exit_, ended, entry)
    binned = _curve(list(zip(entry, exit_, ended, strict=True)))
    for share in (0.25, 0.5, 0.75, 0.9):
        assert binned.quantile(share) == pytest.approx((exact.quantile(share) or 0) * HOUR, rel=0.03)
    mean, error = exact.rmst(336) or (0, 0)
    assert binned.rmst(336 * HOUR) == pytest.approx((mean * HOUR, error * HOUR), rel=0.01)


def test_one_early_end_among_few_at_risk_does_not_end_the_curve() -> None:
    """Nobody came in the window: the youngest is 3 h old when it begins, and alone when it ends at 4 h."""
    curve = _curve([(3, 4, 1), *[(50, 60 + number / 10, 1) for number in range(40)]])
    assert curve.followed == 0
    assert curve.quantile(0.5) is None
    assert curve.rmst(100 * HOUR) is None
    assert int(curve.events) == 0


def test_beyond_the_age_at_which_five_are_at_risk_nothing_is_told() -> None:
    young = [(0.0, 10 + number / 10, 1) for number in range(20)] + [(0.0, 20.0, 0)] * 30
    curve = _curve([*young, (100, 200, 1), (90, 210, 0)])
    assert curve.quantile(0.3) == pytest.approx(11.4 * HOUR, rel=0.03)
    assert curve.quantile(0.5) is None
    assert 19 * HOUR < float(curve.followed) < 21.5 * HOUR
    assert curve.rmst(15 * HOUR) is not None
    assert curve.rmst(30 * HOUR) is None


def test_a_desk_that_is_done_within_a_day_has_a_mean_over_two_weeks() -> None:
    rows = [(0.0, 1 + number / 10, 1) for number in range(200)] + [(5.0, 21.5, 1), (0, 21.6, 0)]
    curve = _curve(rows)
    assert curve.survival[-1] == 0
    assert curve.rmst(336 * HOUR) is not None
    assert int(curve.events) == 201
    assert curve.quantile(0.9) == pytest.approx(19 * HOUR, rel=0.03)


def test_who_enters_after_leaving_leaves_no_more_ends_than_are_at_risk() -> None:
    """Opening hours that changed on the way make an age in the past greater than the age at the end."""
    counts = Counts(np.bincount([100], minlength=BINS), np.zeros(BINS, dtype=int))
    curve = period_kaplan_meier(counts, np.bincount([200], minlength=BINS))
    assert (curve.at_risk >= curve.ended).all()
    assert (curve.survival >= 0).all()


def test_many_windows_at_once_equal_one_at_a_time_and_an_empty_one_tells_nothing() -> None:
    random = np.random.default_rng(8)
    ended, censored = random.poisson(0.3, (4, BINS)), random.poisson(0.2, (4, BINS))
    late = np.minimum(random.poisson(0.2, (4, BINS)), ended + censored)
    ended[3], censored[3], late[3] = 0, 0, 0
    together = period_kaplan_meier(Counts(ended, censored), late)
    for row in range(4):
        alone = period_kaplan_meier(Counts(ended[row], censored[row]), late[row])
        np.testing.assert_array_equal(alone.survival, together.survival[row])
        assert alone.followed == together.followed[row]
    assert together.followed[3] == 0
    assert np.isnan(together.quantiles(0.5)[3])
    assert np.isnan(together.restricted_means(HOUR)[0][3])


def test_bins_stand_for_their_middles() -> None:
    curve = _curve([(0, 10, 1)] * 30)
    assert curve.quantile(0.5) == representative(bin_of(10 * HOUR))
