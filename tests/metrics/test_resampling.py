"""Intervals of a split come from the tickets' own cells, are the same each time, and cover the truth."""

import numpy as np
import pytest

from ticketlens.metrics.bins import BINS, bins_of, representatives
from ticketlens.metrics.mix import Part, split
from ticketlens.metrics.resampling import draw, effects, spread

TAU = 14 * 86_400.0
Side = tuple[np.ndarray, np.ndarray]


def side(
    random: np.random.Generator, sizes: tuple[int, ...], hours: tuple[float, ...], open_share: float = 0.0
) -> Side:
    """(ended, censored), each (groups, BINS)."""
    counts = np.zeros((2, len(sizes), BINS), dtype=np.int64)
    for group, (n, mean) in enumerate(zip(sizes, hours, strict=True)):
        bins = bins_of(random.exponential(mean * 3600, n).astype(int))
        ended = random.random(n) >= open_share
        np.add.at(counts, (np.where(ended, 0, 1), group, bins), 1)
    return counts[0], counts[1]


def test_the_first_row_is_the_split_itself() -> None:
    random = np.random.default_rng(1)
    sides = side(random, (80, 60), (10, 40)), side(random, (40, 90), (12, 30))
    old, new = (draw(one, TAU, random, 1) for one in sides)
    speed, mix = effects(old, new)
    times = np.minimum(representatives(), TAU)
    parts = [
        {str(g): Part(float(ended[g].sum() / ended.sum()), float(ended[g] @ times / ended[g].sum())) for g in (0, 1)}
        for ended, _ in sides
    ]
    told = split(*parts)
    assert [told.effects[g].speed for g in "01"] == pytest.approx(speed[0].tolist())
    assert [told.effects[g].mix for g in "01"] == pytest.approx(mix[0].tolist())


def test_open_tickets_enter_as_kaplan_meier_has_it() -> None:
    from ticketlens.metrics.survival import Counts, kaplan_meier

    random = np.random.default_rng(2)
    ended, censored = side(random, (200,), (100,), 0.4)
    (mean,), _ = kaplan_meier(Counts(ended, censored)).restricted_means(TAU)
    assert draw((ended, censored), TAU, random, 5).means[0, 0] == pytest.approx(mean)


def test_the_same_tickets_give_the_same_intervals() -> None:
    sides = side(np.random.default_rng(3), (80, 60), (10, 40)), side(np.random.default_rng(4), (40, 90), (12, 30))
    one, two = spread(*sides, TAU, 200), spread(*sides, TAU, 200)
    assert one.change == two.change
    assert np.array_equal(one.speed, two.speed)


def test_many_cells_are_joined_and_the_intervals_stay_about_as_wide() -> None:
    random = np.random.default_rng(5)
    many = tuple(side(random, (900,) * 20, (10,) * 20) for _ in (0, 1))
    few = tuple(tuple(part.sum(axis=0, keepdims=True) for part in one) for one in many)
    joined, whole = spread(*many, TAU, 300), spread(*few, TAU, 300)
    assert joined.change == pytest.approx(whole.change, rel=0.2)


def test_a_group_that_is_on_one_side_only_has_no_speed() -> None:
    random = np.random.default_rng(6)
    old, new = side(random, (80, 0), (10, 40)), side(random, (80, 60), (10, 40))
    told = spread(old, new, TAU, 100)
    assert (told.speed[0][1], told.speed[1][1]) == (0, 0)
    assert told.mix[0][1] < 0 < told.mix[1][1]


def test_an_interval_covers_the_true_change_about_19_times_of_20() -> None:
    """Truth by arithmetic: shares and means of exponential waits, cut at the horizon."""
    random = np.random.default_rng(8)

    def mean(hours: float) -> float:
        return float(hours * 3600 * (1 - np.exp(-TAU / (hours * 3600))))

    truth = split(
        {"0": Part(0.6, mean(10)), "1": Part(0.4, mean(40))}, {"0": Part(0.4, mean(14)), "1": Part(0.6, mean(40))}
    )
    hits = np.zeros(3)
    for _ in range(400):
        first, second = int(random.binomial(200, 0.6)), int(random.binomial(200, 0.4))
        old = side(random, (first, 200 - first), (10, 40))
        new = side(random, (second, 200 - second), (14, 40))
        speed, mix = effects(draw(old, TAU, random, 1), draw(new, TAU, random, 1))
        told = spread(old, new, TAU, 300)
        found = (float(speed[0].sum() + mix[0].sum()), float(speed[0].sum()), float(mix[0].sum()))
        for i, (true, ends) in enumerate(
            ((truth.after - truth.before, told.change), (truth.speed, told.all_speed), (truth.mix, told.all_mix))
        ):
            hits[i] += found[i] + ends[0] <= true <= found[i] + ends[1]
    assert all(0.92 <= share <= 0.98 for share in hits / 400), hits / 400
