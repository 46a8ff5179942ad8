"""Topics that people keep apart stay apart, whatever a run finds."""

import numpy as np

from ticketlens.runs.shaping import divide, groups, ids_of

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def test_chains_of_pairs_are_one_group() -> None:
    assert groups([(1, 2), (5, 6), (2, 3)]) == [[1, 2, 3], [5, 6]]


def test_one_topic_in_place_of_two_is_divided_at_the_nearer_middle() -> None:
    vectors = np.stack([EAST, EAST, NORTH, NORTH, NORTH])
    told = divide(np.zeros(5, np.int64), np.array([7, 7, 8, 8, -1]), vectors, {7: EAST, 8: NORTH}, [(7, 8)])
    ids = ids_of([7], told.kept, 2)
    assert [ids[label] for label in told.labels] == [7, 7, 8, 8, 8]


def test_topics_that_a_run_found_apart_are_left_as_they_are() -> None:
    vectors = np.stack([EAST, EAST, NORTH, NORTH])
    labels = np.array([0, 0, 1, 1])
    told = divide(labels, np.array([7, 7, 8, 8]), vectors, {7: EAST, 8: NORTH}, [(7, 8)])
    assert told.kept == {}
    assert (told.labels == labels).all()


def test_no_id_is_given_twice() -> None:
    assert ids_of([8, 9], {0: 7, 2: 8}, 3) == [7, 9, 8]
    assert ids_of([8, 8], {0: 8}, 2) == [8, None]
