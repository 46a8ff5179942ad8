import numpy as np

from clustering.arrays import Floats, unit_rows
from clustering.junk import sense


def spread(count: int, axis: int, seed: int) -> Floats:
    noise = np.random.default_rng(seed).standard_normal((count, 12)).astype(np.float32)
    noise[:, axis] += 3
    return unit_rows(noise)


def test_salad_is_told_from_tickets_that_lie_elsewhere() -> None:
    found = sense(spread(1_000, 0, 1), np.full(1_000, 0.5, np.float32), spread(80, 1, 2), np.full(80, 0.5, np.float32))
    assert np.quantile(found.rows, 0.1) > np.quantile(found.salad, 0.9)


def test_what_differs_by_chance_alone_is_not_told_from_salad() -> None:
    found = sense(spread(1_000, 0, 1), np.full(1_000, 0.5, np.float32), spread(80, 0, 2), np.full(80, 0.5, np.float32))
    assert abs(float(np.mean(found.rows[:, None] > found.salad[None, :])) - 0.5) < 0.2


def test_in_a_small_store_density_alone_tells() -> None:
    density = np.linspace(0, 1, 30, dtype=np.float32)
    assert sense(spread(30, 0, 1), density, spread(80, 1, 2), np.zeros(80, np.float32)).rows is density
