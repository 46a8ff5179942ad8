"""Small dense pieces become topics of whatever size they have, and the same ones again."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from clustering import pieces
from clustering.arrays import Floats, Ints, unit_rows
from clustering.pieces import RESOLUTION, agreement, modularity
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


@pytest.mark.parametrize("size", [40, 98, 180])
def test_a_store_of_one_problem_is_one_topic(size: int) -> None:
    topics = found(crowd(5, size, 1.0))
    assert (len(topics.centroids), len(set(topics.nearest.tolist()))) == (1, 1)


def test_modularity_is_the_edges_within_less_what_chance_would_leave_there() -> None:
    graph = csr_matrix([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], dtype=float)
    assert modularity(graph, np.array([0, 0, 1, 1])) == pytest.approx(4 / 6 - RESOLUTION / 2)
    assert modularity(graph, np.zeros(4, np.int64)) == pytest.approx(1 - RESOLUTION)


def test_agreement_is_least_where_groups_are_split_or_joined() -> None:
    before = np.array([0, 0, 0, 1, 1, 1, -1])
    same, split, mixed = ([5, 5, 5, 2, 2, 2, 2], [0, 0, 1, 2, 2, 3, 3], [0, 1, 0, 1, 0, 1, 0])
    assert [agreement(np.array(one), before) for one in (same, split, mixed)] == [12, 10, 8]
    assert agreement(np.array(same), np.full(7, -1)) == 0


def test_a_store_stays_with_topics_as_coarse_as_before_while_others_are_no_better(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twelve problems of 25, in four kinds: over few neighbours twelve topics, over many four."""
    kinds = np.repeat(np.concatenate([crowd(number, 3, 0.9) for number in range(4)]), 25, axis=0)
    aside = np.random.default_rng(3).standard_normal(kinds.shape).astype(np.float32) / np.float32(DIMENSIONS**0.5)
    rows = unit_rows(kinds + 0.5 * aside)
    fine, coarse = np.repeat(np.arange(12), 25), np.repeat(np.arange(4), 75)
    monkeypatch.setattr(pieces, "NEARLY", 1.0)
    monkeypatch.setattr(pieces, "STILL_ALIKE", 2.0)
    monkeypatch.setattr(pieces, "ALIKE", 2.0)
    assert [len(found(rows, before).centroids) for before in (fine, coarse)] == [12, 4]
