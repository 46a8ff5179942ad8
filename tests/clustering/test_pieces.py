"""Small dense pieces become topics of whatever size they have, and the same ones again."""

import numpy as np
import pytest

from clustering.arrays import Floats, Ints, unit_rows
from clustering.topics import Found, find_topics

DIMENSIONS = 48
SALAD = unit_rows(np.random.default_rng(99).standard_normal((50, DIMENSIONS)).astype(np.float32))


def crowd(problem: int, size: int, noise: float = 0.6) -> Floats:
    """Tickets around a direction of their problem's own."""
    middle = np.random.default_rng(problem).standard_normal(DIMENSIONS)
    aside = np.random.default_rng((problem, size)).standard_normal((size, DIMENSIONS))
    return unit_rows((middle + noise * aside).astype(np.float32))


def found(rows: Floats, before: Ints | None = None) -> Found:
    return find_topics(rows, np.ones(len(rows), np.int64), lambda: SALAD, None, before)


@pytest.mark.parametrize("sizes", [(400, 400, 400), (30,) * 20, (300, 100, 60, 60)])
def test_topics_of_any_size_are_found_whole(sizes: tuple[int, ...]) -> None:
    topics = found(np.concatenate([crowd(number, size) for number, size in enumerate(sizes)]))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    assert len(topics.centroids) == len(sizes)
    assert all(len(set(topics.nearest[truth == number].tolist())) == 1 for number in range(len(sizes)))


def test_what_was_found_is_found_again_to_the_bit() -> None:
    rows = np.concatenate([crowd(number, 60, 1.1) for number in range(8)])
    first = found(rows)
    again = found(rows, first.labels)
    assert again.labels.tolist() == first.labels.tolist()
    assert again.centroids.tobytes() == first.centroids.tobytes()


def test_one_former_topic_that_is_clearly_two_is_parted() -> None:
    rows = np.concatenate([crowd(1, 80), crowd(2, 80), crowd(3, 80)])
    topics = found(rows, np.repeat([0, 0, 1], 80))
    assert len(topics.centroids) == 3


def test_two_former_topics_that_are_clearly_one_are_joined() -> None:
    rows = np.concatenate([crowd(1, 80), crowd(2, 80), crowd(3, 80)])
    mixed = np.where(np.arange(len(rows)) % 2, 0, 1)
    topics = found(rows, np.where(np.arange(len(rows)) < 80, mixed, 2))
    assert len(set(topics.nearest[:80].tolist())) == 1
