import numpy as np
import pytest

from ticketlens.metrics.bins import BINS, bin_of, representative
from ticketlens.metrics.figures import HORIZONS, Figures, figures
from ticketlens.metrics.survival import Counts

DAY = 86_400


def _figures(ended: dict[int, int], censored: dict[int, int]) -> Figures:
    rows = np.zeros((2, 1, BINS), dtype=np.int64)
    for row, counts in zip(rows[:, 0], (ended, censored), strict=True):
        for seconds, count in counts.items():
            row[bin_of(seconds)] = count
    (found,) = figures(Counts(rows[0], rows[1]), HORIZONS["calendar"])
    return found


def test_open_tickets_count_and_a_percentile_beyond_them_is_not_reached() -> None:
    found = _figures({DAY: 30, 3 * DAY: 30}, {20 * DAY: 40})
    assert (found.n, found.open, found.too_few) == (100, 40, False)
    assert found.percentiles == {"p50": representative(bin_of(3 * DAY)), "p75": None, "p90": None}
    assert found.reached == {"p50": True, "p75": False, "p90": False}
    assert found.mean == pytest.approx(0.3 * DAY + 0.3 * 3 * DAY + 0.4 * 14 * DAY, rel=0.02)


def test_under_twenty_ends_no_figure_is_shown_however_many_tickets_there_are() -> None:
    found = _figures({DAY: 19}, {DAY // 2: 500})
    assert (found.n, found.open, found.too_few) == (519, 500, True)
    assert set(found.percentiles.values()) == {None}
    assert (found.low, found.high, found.mean, found.mean_error) == (None,) * 4
    assert _figures({DAY: 20}, {}).percentiles["p50"] is not None


def test_a_young_week_has_no_mean_over_two_weeks() -> None:
    young = _figures({DAY: 30}, {6 * DAY: 70})
    assert young.mean is None
    assert young.percentiles["p50"] is None
    assert not young.too_few
