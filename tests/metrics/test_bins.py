from itertools import pairwise

import numpy as np
import pytest

from ticketlens.metrics.bins import BINS, EDGES, TEN_YEARS, bin_of, bins_of, representative, representatives


def test_edges_rise_strictly_from_one_minute_to_ten_years() -> None:
    assert EDGES[0] == 60
    assert EDGES[-1] == TEN_YEARS
    assert all(low < high for low, high in pairwise(EDGES))


def test_no_bin_is_wider_than_its_ratio_and_a_rounding() -> None:
    assert all(high <= low * 1.02 + 1 for low, high in pairwise(EDGES))


@pytest.mark.parametrize(("seconds", "bin_"), [(0, 0), (59, 0), (60, 1), (61, 1), (62, 2), (TEN_YEARS, BINS - 1)])
def test_a_duration_falls_into_the_bin_whose_lower_edge_it_reaches(seconds: int, bin_: int) -> None:
    assert bin_of(seconds) == bin_


def test_the_last_bin_is_open_ended() -> None:
    assert bin_of(TEN_YEARS - 1) == BINS - 2
    assert bin_of(50 * TEN_YEARS) == BINS - 1


def test_bins_never_fall_as_durations_rise_and_arrays_agree_with_scalars() -> None:
    durations = np.unique(np.random.default_rng(1).integers(0, TEN_YEARS, 5_000))
    found = bins_of(durations)
    assert (np.diff(found) >= 0).all()
    assert found.tolist() == [bin_of(int(each)) for each in durations]


def test_every_bin_holds_its_own_representative() -> None:
    assert len(representatives()) == BINS
    for bin_ in range(BINS):
        value = representative(bin_)
        assert value == representatives()[bin_]
        assert bin_of(int(value)) == bin_


def test_a_representative_is_within_two_percent_of_what_it_stands_for() -> None:
    for seconds in (3_600, 86_400, 604_800, 31_557_600):
        assert representative(bin_of(seconds)) == pytest.approx(seconds, rel=0.02)
