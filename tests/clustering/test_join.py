import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from clustering.arrays import Ints
from clustering.join import Between, edges_between, joined, topics_before

SHARED = 0.15
ONCE = np.ones(6, np.int64)


def pieces_of_one(graph: csr_matrix, labels: Ints, counts: Ints, shared: float, before: Ints | None = None) -> Ints:
    between = edges_between(graph, labels, counts)
    return joined(between if before is None else between.as_before(topics_before(labels, counts, before)), shared)


def pairs(between: float, copies: float = 0) -> csr_matrix:
    """Three groups of two tickets; `between` weighs the one edge from the first group to the second."""
    graph = np.zeros((6, 6))
    for one, other, weight in ((0, 1, 1), (2, 3, 1), (4, 5, 1), (1, 2, between)):
        graph[one, other] = graph[other, one] = weight
    graph[1, 1] = graph[2, 2] = copies
    return csr_matrix(graph)


def test_groups_with_a_sixth_of_their_edges_in_common_are_one_topic() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert pieces_of_one(pairs(0.4), labels, ONCE, SHARED).tolist() == [0, 0, 1]
    assert pieces_of_one(pairs(0.1), labels, ONCE, SHARED).tolist() == [0, 1, 2]


def test_noise_joins_nothing() -> None:
    assert pieces_of_one(pairs(0.4), np.array([0, 0, -1, -1, 1, 1]), ONCE, SHARED).tolist() == [0, 1]


def test_equal_tickets_hold_together_by_the_edges_of_each_copy() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert pieces_of_one(pairs(0.4, copies=1), labels, np.array([1, 9, 9, 1, 1, 1]), SHARED).tolist() == [0, 1, 2]


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_groups_without_edges_stay_apart(groups: int) -> None:
    labels = np.arange(6) % groups
    assert pieces_of_one(csr_matrix((6, 6)), labels, ONCE, SHARED).tolist() == list(range(groups))


@pytest.mark.parametrize(
    ("between", "before", "topics"),
    [
        (0.4, [0, 0, 1, 1, 2, 2], [0, 1, 2]),
        (1.0, [0, 0, 1, 1, 2, 2], [0, 0, 1]),
        (0.2, [0, 0, 0, 0, 2, 2], [0, 0, 1]),
        (0.05, [0, 0, 0, 0, 2, 2], [0, 1, 2]),
        (0.4, [0, 0, -1, -1, 2, 2], [0, 0, 1]),
    ],
)
def test_what_was_two_is_joined_and_what_was_one_is_parted_only_where_that_is_clear(
    between: float, before: list[int], topics: list[int]
) -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert pieces_of_one(pairs(between), labels, ONCE, SHARED, np.array(before)).tolist() == topics


def test_joins_are_those_of_trying_every_pair() -> None:
    chance = np.random.default_rng(0)
    for _ in range(20):
        found = chance.integers(0, 5, (12, 12)) * (chance.random((12, 12)) < 0.3)
        edges = np.triu(found, 1) + np.triu(found, 1).T.astype(float)
        whole = edges.sum(axis=1) + chance.integers(1, 9, 12)
        assert joined(Between(edges, whole), SHARED).tolist() == by_every_pair(edges, whole)


def by_every_pair(edges: NDArray[np.float64], whole: NDArray[np.float64]) -> list[int]:
    """Sets of groups, the closest two put together until none are close enough."""
    sets = [[number] for number in range(len(whole))]
    while True:
        pairs = [
            (-sum(edges[a, b] for a in one for b in other) / min(whole[one].sum(), whole[other].sum()), at, to)
            for at, one in enumerate(sets)
            for to, other in enumerate(sets)
            if at < to
        ]
        if not pairs or -(best := min(pairs))[0] < SHARED:
            owner = {number: at for at, one in enumerate(sets) for number in one}
            return [owner[number] for number in range(len(whole))]
        sets[best[1]] += sets.pop(best[2])
