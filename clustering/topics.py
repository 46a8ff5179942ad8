"""From distinct vectors to topics: neighbours, smoothing, dense groups, then who is near enough to belong."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering import junk
from clustering.arrays import Flags, Floats, Ints, centroids
from clustering.assign import refine, thresholds
from clustering.cluster import dense_groups, smallest_topic
from clustering.common import without
from clustering.languages import centred, large_enough, nearest_by_language
from clustering.neighbours import mean_similarity, nearest, nearest_of_these
from clustering.pieces import MOST_NEIGHBOURS, Pieces
from clustering.smooth import graph_of, less_of_the_mean, smooth
from ticketlens.model.grouping import UNGROUPED, Match

NEIGHBOURS = 15
JUNK_QUANTILE = 0.9
KEPT_CORE = 0.5
SETTLING = 6
"""How often topics are found at most until they are what they were before; where they go in a circle of two or three,
six end where the next run begins and ends too."""


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """Vectors without repetitions, in an order that does not depend on that of the tickets.

    `rows` (m, dimensions), `counts` (m,) tickets of each, `inverse` (n,) the row of each ticket.
    """

    rows: Floats
    counts: Ints
    inverse: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Topics among m distinct rows, largest first. `nearest` (m,) is each row's best topic, near enough or not."""

    labels: Ints
    nearest: Ints
    match: NDArray[np.uint8]
    centroids: Floats
    thresholds: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Crowds:
    """Dense groups among m rows: `near` (m, k) neighbours of each, `smoothed` (m, dimensions), `groups` (m,), -1 where
    there is none, and `settled` (m,), the nearest group of every row.
    """

    near: Ints
    smoothed: Floats
    groups: Ints
    settled: Ints


def distinct(vectors: Floats, tickets: Ints | None = None) -> Distinct:
    """Equal rows once, sorted by their bytes; `tickets` (n,) stand for each row, one if not told."""
    whole = np.ascontiguousarray(vectors + np.float32(0))  # adding zero makes -0.0 and 0.0 equal bytes
    keys = whole.view(np.dtype((np.void, whole.shape[1] * whole.itemsize))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    inverse = inverse.astype(np.int64).ravel()
    each = np.ones(len(inverse), np.int64) if tickets is None else tickets
    counts = np.zeros(len(first), np.int64)
    np.add.at(counts, inverse, each)
    return Distinct(whole[first], counts, inverse)


def find_topics(
    rows: Floats,
    counts: Ints,
    salad: Callable[[], Floats],
    languages: Ints | None = None,
    before: Ints | None = None,
    shared: Floats | None = None,
) -> Found:
    """Topics among distinct unit rows that stand for `counts` tickets; `salad` gives vectors of random words.

    `languages` (m,) numbers the language of each row where the store has several. `before` (m,) is the topic that each
    row was in, -1 for none: where it is not clear that topics changed they stay, so that what was found is found again.
    `shared` (dimensions,) is what all vectors of the model have in common, which tells nothing.
    """
    smallest = smallest_topic(int(counts.sum()))
    if len(rows) == 1:
        return _one_text(rows, counts, smallest)
    if languages is not None:
        crowds = _across(rows, counts, languages, smallest)
        return _chosen(crowds, Yardstick(rows, counts, crowds.near, salad()), smallest)
    apart = less_of_the_mean(rows if shared is None else without(rows, shared))
    near = nearest(apart, min(MOST_NEIGHBOURS, len(rows) - 1))
    smoothed = smooth(apart, graph_of(near, _few(int(counts.sum()), len(rows)), counts))
    pieces, yardstick = Pieces(smoothed, near, counts, smallest), Yardstick(rows, counts, near.indices, salad())
    for _ in range(SETTLING):
        found = _chosen(_crowds(pieces, before), yardstick, smallest)
        if before is not None and np.array_equal(found.labels, before):
            break
        before = found.labels
    return found


class Yardstick:
    """How dense the surroundings of each row are, and how much each is like a ticket, beside random words."""

    def __init__(self, rows: Floats, counts: Ints, near: Ints, salad: Floats) -> None:
        around = nearest_of_these(rows, near, NEIGHBOURS)
        self.rows, self.counts, self.salad = rows, counts, salad
        self.density = _density(around, counts)
        self.salad_density = mean_similarity(salad, rows, around.shape[1])
        self.sense = junk.sense(rows, self.density, salad, self.salad_density)
        self.beyond = junk.beyond(self.salad_density)


def _chosen(crowds: Crowds, by: Yardstick, smallest: int) -> Found:
    """Those of the groups that are no word salad, and who is near enough to belong."""
    smoothed, groups, settled = crowds.smoothed, crowds.groups, crowds.settled
    core = (groups >= 0) & (groups == settled)
    medians = _topic_medians(settled, core, by.density, by.counts)
    of_tickets = _topic_medians(settled, core, by.sense.rows, by.counts) >= junk.topic_floor(by.sense.salad)
    dense = (medians >= junk.topic_floor(by.salad_density)) & (of_tickets | (medians > by.beyond))
    floor = junk.ticket_floor(by.sense.salad, by.sense.rows[core & _of_topics(dense, groups)])
    near_enough = (by.sense.rows >= floor) | (by.density > by.beyond)
    sizes = np.bincount(settled[core & near_enough], by.counts[core & near_enough], minlength=len(dense))
    kept = dense & (sizes >= max(1, KEPT_CORE * smallest))
    if not kept.any():
        return nothing(*by.rows.shape)
    settled = _without(~kept, smoothed, settled, by.counts)
    sure = core & _of_topics(kept, groups)
    return _largest_first(_judge(by.rows, by.counts, settled, sure, dense=near_enough, salad=by.salad), by.counts)


def _crowds(pieces: Pieces, before: Ints | None) -> Crowds:
    """Of one language: small pieces of one topic joined; where all of it is too small, the dense groups as they are.

    A few neighbours part topics from each other; whether two pieces are one, many neighbours tell.
    """
    found = pieces.topics(before)
    if found is not None:
        return Crowds(pieces.near.indices, pieces.smoothed, *found)
    groups = dense_groups(pieces.smoothed, pieces.counts, pieces.smallest)
    return Crowds(pieces.near.indices, pieces.smoothed, groups, refine(pieces.smoothed, groups, pieces.counts))


def _across(rows: Floats, counts: Ints, languages: Ints, smallest: int) -> Crowds:
    """Of several languages: laid over each other, with neighbours in each of them.

    No more of the mean is taken away and nothing is joined: a multilingual model's vectors all lie near each other, and
    few topics would be left.
    """
    k = _few(int(counts.sum()), len(rows))
    of = large_enough(languages)
    middle = centred(rows, of)
    smoothed = smooth(middle, graph_of(nearest_by_language(middle, of, k), MOST_NEIGHBOURS, counts))
    groups = dense_groups(smoothed, counts, smallest)
    return Crowds(nearest(rows, k).indices, smoothed, groups, refine(smoothed, groups, counts))


def _few(tickets: int, rows: int) -> int:
    """15 neighbours; fewer in a tiny store, where 15 would reach across its topics."""
    return min(NEIGHBOURS, max(4, tickets // 10), rows - 1)


def _topic_medians(labels: Ints, core: Flags, density: Floats, counts: Ints) -> Floats:
    """Density (or sense) of the middle core ticket of each topic, -inf where it has none."""
    medians = np.full(int(labels.max(initial=-1)) + 1, -np.inf, np.float32)
    for topic in range(len(medians)):
        own = core & (labels == topic)
        if own.any():
            medians[topic] = np.median(np.repeat(density[own], counts[own]))
    return medians


def _of_topics(chosen: Flags, labels: Ints) -> Flags:
    """Which rows have one of the chosen labels; none of those with -1."""
    return np.append(chosen, False)[labels]


def _without(dropped: Flags, smoothed: Floats, settled: Ints, counts: Ints) -> Ints:
    """Labels renumbered without the dropped topics, whose rows go to the nearest of the others."""
    number = np.where(dropped, UNGROUPED, np.cumsum(~dropped) - 1)
    left = number[settled]
    return np.where(left >= 0, left, refine(smoothed, left, counts, rounds=0))


def _judge(rows: Floats, counts: Ints, settled: Ints, core: Flags, *, dense: Flags, salad: Floats) -> Found:
    """Near enough to its centroid in the space of the texts themselves: core or weak; the rest stays ungrouped."""
    sure = core & dense
    middle = centroids(rows, np.where(sure, settled, UNGROUPED), counts.astype(np.float32))
    similarity = np.einsum("ij,ij->i", rows, middle[settled])
    salad_nearness = float(np.quantile((salad @ middle.T).max(axis=1), JUNK_QUANTILE)) if len(salad) else -1.0
    limits = thresholds(similarity, np.where(sure, settled, UNGROUPED), len(middle), salad_nearness)
    near = similarity >= limits[settled]
    inside = dense & (near | core)
    match = np.where(core & near, Match.CORE, Match.WEAK)
    return Found(
        np.where(inside, settled, UNGROUPED),
        settled,
        np.where(inside, match, Match.UNGROUPED).astype(np.uint8),
        middle,
        limits,
    )


def nothing(count: int, dimensions: int) -> Found:
    """No topic among `count` rows."""
    nowhere = np.full(count, UNGROUPED)
    none = np.empty((0, dimensions), np.float32)
    return Found(nowhere, nowhere, np.zeros(count, np.uint8), none, np.empty(0, np.float32))


def _one_text(rows: Floats, counts: Ints, smallest: int) -> Found:
    if counts[0] < smallest:
        return nothing(1, rows.shape[1])
    zero = np.zeros(1, np.int64)
    return Found(zero, zero, np.array([Match.CORE], np.uint8), rows, np.array([0.99], np.float32))


def _density(around: Floats, counts: Ints) -> Floats:
    """Mean cosine to the k nearest tickets, equal ones included; `around` (m, k) holds those to different ones."""
    k = around.shape[1]
    copies = np.minimum(counts - 1, k)
    sums = np.column_stack([np.zeros(len(copies), np.float32), np.cumsum(around, axis=1)])
    density: Floats = (copies + sums[np.arange(len(copies)), k - copies]) / np.float32(k)
    return density


def _largest_first(found: Found, counts: Ints) -> Found:
    inside = found.labels >= 0
    sizes = np.bincount(found.labels[inside], counts[inside], minlength=len(found.centroids))
    old = np.argsort(-sizes, kind="stable")
    new = np.append(np.argsort(old), UNGROUPED)
    return Found(new[found.labels], new[found.nearest], found.match, found.centroids[old], found.thresholds[old])
