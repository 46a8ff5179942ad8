import numpy as np
import pytest

from clustering import neighbours
from clustering.arrays import unit_rows
from clustering.cluster import principal_components, smallest_topic
from clustering.smooth import shared_neighbour_graph, shared_neighbours, smooth


def rows(count: int) -> np.ndarray:
    return unit_rows(np.random.default_rng(1).standard_normal((count, 16)).astype(np.float32))


def test_neighbours_are_those_of_the_full_matrix_whatever_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = rows(200)
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -2)
    expected = np.argsort(-cosine, axis=1)[:, :7]
    monkeypatch.setattr(neighbours, "BLOCK_CELLS", 200 * 13)
    found = neighbours.nearest(vectors, 7)
    assert (found.indices == expected).all()
    assert np.allclose(found.similarities, np.take_along_axis(cosine, expected, axis=1), atol=1e-6)


def test_equally_near_ones_come_by_index() -> None:
    found = neighbours.nearest(np.ones((5, 1), np.float32), 4)
    assert found.indices.tolist() == [[1, 2, 3, 4], [0, 2, 3, 4], [0, 1, 3, 4], [0, 1, 2, 4], [0, 1, 2, 3]]


def test_the_k_nearest_are_exact_with_more_rows_than_a_group_holds() -> None:
    vectors = rows(1_003)
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -2)
    found = neighbours.nearest(vectors, 15)
    assert (found.indices == np.argsort(-cosine, axis=1, kind="stable")[:, :15]).all()


def test_many_equally_near_ones_come_by_index_too() -> None:
    found = neighbours.nearest(np.eye(700, dtype=np.float32), 15)
    assert found.indices[0].tolist() == list(range(1, 16))
    assert found.indices[699].tolist() == list(range(15))


def test_the_graph_holds_the_jaccard_index_of_two_neighbourhoods() -> None:
    found = neighbours.Neighbours(np.array([[1], [0], [0]]), np.ones((3, 1), np.float32))
    graph = shared_neighbour_graph(found).toarray()
    third = 1 / 3
    assert np.allclose(graph, [[0, 2, third], [2, 0, 0], [third, 0, 0]])


def test_shared_neighbours_are_counted_one_by_one_in_blocks_too() -> None:
    indices = neighbours.nearest(rows(700), 15).indices
    around = [{at, *own} for at, own in enumerate(indices.tolist())]
    counted = [[len(around[at] & around[other]) for other in own] for at, own in enumerate(indices.tolist())]
    assert shared_neighbours(indices).tolist() == counted


def test_smoothing_keeps_unit_length_and_draws_neighbours_together() -> None:
    vectors = rows(100)
    graph = shared_neighbour_graph(neighbours.nearest(vectors, 5))
    smoothed = smooth(vectors, graph)
    edges = graph.nonzero()
    before = (vectors[edges[0]] * vectors[edges[1]]).sum(axis=1).mean()
    after = (smoothed[edges[0]] * smoothed[edges[1]]).sum(axis=1).mean()
    assert np.allclose(np.linalg.norm(smoothed, axis=1), 1, atol=1e-5)
    assert after > before


def test_principal_components_keep_distances_and_no_sign_is_left_to_chance() -> None:
    vectors = rows(50)
    reduced = principal_components(vectors, 16)
    assert np.allclose(np.linalg.norm(reduced[0] - reduced[1]), np.linalg.norm(vectors[0] - vectors[1]), atol=1e-5)
    assert np.allclose(np.abs(reduced), np.abs(principal_components(-vectors, 16)), atol=1e-6)


def test_the_smallest_topic_grows_with_the_store_but_slower_when_it_is_large() -> None:
    sizes = [smallest_topic(count) for count in (1, 100, 1_000, 3_000, 10_000, 60_000, 1_000_000)]
    assert sizes == [4, 5, 10, 12, 40, 98, 400]
