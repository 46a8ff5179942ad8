"""The log-rank test equals lifelines' and Mantel's by hand, and is right one time in twenty where nothing differs."""

import numpy as np
import pytest
from lifelines.statistics import logrank_test

from ticketlens.metrics.bins import BINS, bins_of, representatives
from ticketlens.metrics.logrank import LogRank, log_rank
from ticketlens.metrics.survival import Counts, kaplan_meier


def cohort(random: np.random.Generator, n: int, hours: float) -> tuple[np.ndarray, np.ndarray]:
    """(bins, whether it ended) of `n` tickets, some censored."""
    lengths = random.lognormal(np.log(hours * 3600), 1, n)
    followed = random.uniform(3600, 400 * 3600, n)
    return bins_of(np.minimum(lengths, followed).astype(int)), lengths <= followed


def compared(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> LogRank | None:
    curves = []
    for bins, ended in (one, other):
        counts = (np.bincount(bins[part], minlength=BINS) for part in (ended, ~ended))
        curves.append(kaplan_meier(Counts(*counts)))
    return log_rank(*curves)


def test_the_statistic_and_its_p_equal_lifelines_on_the_same_bins() -> None:
    random = np.random.default_rng(4)
    times = representatives()
    for _ in range(50):
        one, other = cohort(random, int(random.integers(60, 300)), 30), cohort(random, 150, random.uniform(15, 60))
        found = compared(one, other)
        known = logrank_test(times[one[0]], times[other[0]], one[1], other[1])
        assert found is not None
        assert (found.statistic, found.p) == pytest.approx((known.test_statistic, known.p_value), rel=1e-9, abs=1e-12)


def test_who_ends_later_than_expected_is_slower_and_the_other_way_round() -> None:
    random = np.random.default_rng(5)
    slow, fast = cohort(random, 300, 60), cohort(random, 300, 20)
    there, back = compared(slow, fast), compared(fast, slow)
    assert there is not None
    assert back is not None
    assert (there.first_is_slower, back.first_is_slower, there.clear) == (True, False, True)
    assert there.statistic == pytest.approx(back.statistic)


def test_nothing_is_said_of_fewer_than_20_ends_or_of_all_at_one_time() -> None:
    random = np.random.default_rng(6)
    assert compared(cohort(random, 12, 20), cohort(random, 300, 20)) is None
    at_once = np.zeros(40, dtype=np.int64), np.ones(40, dtype=bool)
    assert compared(at_once, at_once) is None


def test_where_nothing_differs_it_says_so_19_times_of_20() -> None:
    random = np.random.default_rng(7)
    found = [compared(cohort(random, 120, 30), cohort(random, 120, 30)) for _ in range(400)]
    assert sum(one is not None and one.clear for one in found) / 400 == pytest.approx(0.05, abs=0.03)
