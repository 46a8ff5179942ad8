import numpy as np

from clustering.assign import assign_new
from ticketlens.model.grouping import Match

AXES = np.eye(3, dtype=np.float32)
LIMITS = np.full(3, 0.6, np.float32)


def unit(*row: float) -> list[float]:
    return (np.array(row) / np.linalg.norm(row)).tolist()


def test_a_new_ticket_joins_the_nearest_topic_or_none() -> None:
    new = np.array([unit(1, 0.1, 0), unit(1, 0.99, 0), unit(1, 1, 1), [0, 0, 0]], np.float32)
    found = assign_new(new, AXES, LIMITS)
    assert found.labels.tolist() == [0, 0, -1, -1]
    assert [Match(value) for value in found.match] == [Match.CORE, Match.WEAK, Match.UNGROUPED, Match.UNGROUPED]
    assert abs(float(found.similarity[2]) - 3**-0.5) < 1e-6


def test_without_topics_everything_is_ungrouped() -> None:
    found = assign_new(AXES, AXES[:0], LIMITS[:0])
    assert found.labels.tolist() == [-1, -1, -1]
