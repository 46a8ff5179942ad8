"""Which topic of the last run a topic of this run continues."""

import numpy as np

from clustering.arrays import Ints

CONTINUES = 0.5


def match(old: Ints, new: Ints, topics: int) -> list[int | None]:
    """For each of `topics` new topics the id that it keeps, or None where it is a new one.

    `old` (n,) holds ids and `new` (n,) labels of the n tickets that both runs know, -1 = ungrouped. An id is kept
    where the Jaccard index of the two sets of tickets is above 0.5 (Hennig, 2007: a cluster below that is
    dissolved). Above one half no two new topics can claim one id, nor one topic two ids, so nothing is left to assign.
    """
    ids, positions = np.unique(old[old >= 0], return_inverse=True)
    if not len(ids):
        return [None] * topics
    shared = np.zeros((topics, len(ids)), np.int64)
    both = new[old >= 0] >= 0
    np.add.at(shared, (new[old >= 0][both], positions[both]), 1)
    sizes_new = np.bincount(new[new >= 0], minlength=topics)
    sizes_old = np.bincount(positions, minlength=len(ids))
    jaccard = shared / np.maximum(sizes_new[:, None] + sizes_old[None, :] - shared, 1)
    best = jaccard.argmax(axis=1)
    return [int(ids[best[topic]]) if jaccard[topic, best[topic]] > CONTINUES else None for topic in range(topics)]
