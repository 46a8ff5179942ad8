import numpy as np

from clustering.arrays import Floats, unit_rows
from clustering.smooth import less_of_the_mean


def around(middles: Floats, each: int) -> Floats:
    noise = np.random.default_rng(1).standard_normal((len(middles) * each, middles.shape[1]))
    return unit_rows((np.repeat(middles, each, axis=0) + 0.05 * noise).astype(np.float32))


def test_what_all_tickets_share_no_longer_makes_them_near() -> None:
    common = np.full(20, 0.06, np.float32)
    rows = around(np.eye(20, dtype=np.float32)[:10] + common, 20)
    apart = less_of_the_mean(rows)
    assert (apart @ apart.T).mean() < (rows @ rows.T).mean() / 2
    assert np.allclose(np.linalg.norm(apart, axis=1), 1, atol=1e-6)


def test_the_one_problem_of_a_store_is_not_taken_away() -> None:
    rows = around(np.eye(20, dtype=np.float32)[:1], 50)
    assert np.allclose(less_of_the_mean(rows), rows, atol=1e-6)
