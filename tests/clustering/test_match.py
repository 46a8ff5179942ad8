import numpy as np

from clustering.match import match


def test_a_topic_keeps_its_id_when_most_tickets_stay() -> None:
    old = np.array([7, 7, 7, 7, 9, 9, 9, -1])
    new = np.array([1, 1, 1, -1, 0, 0, 0, 0])
    assert match(old, new, 2) == [9, 7]


def test_exactly_half_is_a_new_topic() -> None:
    assert match(np.array([7, 7]), np.array([0, -1]), 1) == [None]


def test_after_a_split_only_a_clear_majority_keeps_the_id() -> None:
    old = np.full(10, 4)
    assert match(old, np.array([0] * 7 + [1] * 3), 2) == [4, None]
    assert match(old, np.array([0] * 5 + [1] * 5), 2) == [None, None]


def test_after_a_merge_one_id_goes_on() -> None:
    old = np.array([1] * 8 + [2] * 3)
    assert match(old, np.zeros(11, np.int64), 1) == [1]


def test_without_a_past_every_topic_is_new() -> None:
    assert match(np.full(3, -1), np.array([0, 0, 1]), 2) == [None, None]
    assert match(np.empty(0, np.int64), np.empty(0, np.int64), 0) == []
