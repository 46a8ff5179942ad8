"""One problem in several languages is one topic: a multilingual model's languages are laid over each other.

Such a model puts a text's language into its vector. `offsets` finds by how much, `align` takes it out, and
`nearest_by_language` gives each ticket neighbours in the languages of the store.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations
from math import ceil

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats, Ints, unit_rows
from clustering.neighbours import Neighbours, mean_similarity, nearest, nearest_of
from ticketlens.model.grouping import Match

Offsets = Mapping[str, Floats]
"""By language what its vectors have more than those of the whole store, shape (dimensions,); "" for all others."""

OTHERS = ""
FEWEST = 40
LEAST_SHARE = 0.01


def spoken(language: str | None) -> str:
    """The primary language of a code: "pt" of "pt-BR"; "" where it is not known."""
    return (language or OTHERS).replace("_", "-").split("-")[0].lower()


def offsets(vectors: Floats, languages: Sequence[str | None]) -> dict[str, Floats]:
    """What each language has of its own, from n unit rows; nothing where fewer than two languages have enough tickets.

    The mean of the language's distinct texts minus that of all, shrunk by as much as chance adds where they are few.
    Enough are 40 tickets that are a hundredth of all. Other languages, and unknown ones, count as one; where even
    together they are few, as the most common one.
    """
    told = np.asarray(vectors.any(axis=1), dtype=np.bool_)
    codes = np.array([spoken(language) for language in languages])
    counted = _counted(codes[told].tolist())
    if len(counted) < 2:
        return {}
    rows = {code: _once(vectors[told & (codes == code)]) for code in counted}
    of_others = told & ~np.isin(codes, counted)
    if of_others.sum() >= FEWEST:
        rows[OTHERS] = _once(vectors[of_others])
    middle = sum(own.sum(axis=0, dtype=np.float64) for own in rows.values()) / sum(map(len, rows.values()))
    found = {code: _shrunk(own.mean(axis=0, dtype=np.float64), middle, len(own)) for code, own in rows.items()}
    return {OTHERS: found[counted[0]]} | found


def align(vectors: Floats, languages: Sequence[str | None], found: Offsets) -> Floats:
    """Unit rows without what is their language's own; as they are where there are no offsets. A zero row stays zero."""
    if not found:
        return vectors
    moved = vectors - np.stack([found[code] for code in sorted(found)])[groups(languages, found)]
    return np.where(np.any(vectors, axis=1, keepdims=True), unit_rows(moved), vectors)


def groups(languages: Sequence[str | None], found: Offsets) -> Ints:
    """The position of each ticket's language among the sorted codes of the offsets, shape (n,)."""
    place = {code: number for number, code in enumerate(sorted(found))}
    return np.array([place.get(spoken(language), place[OTHERS]) for language in languages], dtype=np.int64)


def of_rows(of_tickets: Ints, inverse: Ints, count: int) -> Ints:
    """The group of each of `count` distinct rows."""
    found = np.full(count, len(of_tickets) + 1)
    np.minimum.at(found, inverse, of_tickets)
    return found


def large_enough(of: Ints) -> Ints:
    """The groups of rows, those with fewer than 40 joined to the largest."""
    sizes = np.bincount(of)
    return np.where(sizes[of] < FEWEST, sizes.argmax(), of)


def centred(rows: Floats, of: Ints) -> Floats:
    """Unit rows minus the mean of their group: what is left is meaning, and there translations are near each other."""
    moved = rows.copy()
    middle = rows.mean(axis=0, dtype=np.float64)
    for own in _members(of):
        moved[own] -= (middle + _shrunk(rows[own].mean(axis=0, dtype=np.float64), middle, len(own))).astype(np.float32)
    return unit_rows(moved)


def nearest_by_language(rows: Floats, of: Ints, k: int) -> Neighbours:
    """Neighbours of unit rows by a quota for each group `of` rows: its share of k, at least one.

    Of another group's quota only those stay that are near seen from both ends: a problem that nobody has in that
    language lies near some tickets there, but these have nearer ones. The own group fills the rest.
    """
    members = _members(of)
    quota = [max(1.0, k * len(own) / len(rows)) for own in members]
    total = min(max(k, sum(map(int, quota))), min(map(len, members)) - 1)
    seen = {pair: _by_margin(rows, members, quota, *pair) for pair in permutations(range(len(members)), 2)}
    indices = np.empty((len(rows), total), np.int64)
    similarities = np.empty((len(rows), total), np.float32)
    for one, own in enumerate(members):
        inside = nearest(rows[own], total)
        found = [(own[inside.indices], inside.similarities)]
        for other in range(len(members)):
            if other != one:
                there, cosines = _mutual(seen[one, other], seen[other, one], int(quota[other]))
                found.append((members[other][there], cosines))
        indices[own], similarities[own] = _chosen(found, total)
    return Neighbours(indices, similarities)


def coverage(languages: Sequence[str | None], match: NDArray[np.uint8]) -> dict[str, dict[str, int]]:
    """How many tickets of each language are core, weak, edited and ungrouped, most tickets first; "" is unknown."""
    counted = Counter(zip(map(spoken, languages), map(int, match), strict=True))
    sizes = Counter(map(spoken, languages))
    return {
        code: {kind.name.lower(): counted[code, int(kind)] for kind in Match}
        for code in sorted(sizes, key=lambda code: (-sizes[code], code))
    }


def _counted(codes: Sequence[str]) -> list[str]:
    """Known languages with enough tickets, most first."""
    sizes = Counter(codes)
    enough = max(FEWEST, LEAST_SHARE * len(codes))
    known = [code for code in sizes if code != OTHERS and sizes[code] >= enough]
    return sorted(known, key=lambda code: (-sizes[code], code))


def _once(rows: Floats) -> Floats:
    """Distinct rows in an order of their own, so that a sum of them has the same bits in any order of tickets."""
    return np.unique(rows, axis=0)


def _shrunk(mean: NDArray[np.float64], middle: NDArray[np.float64], count: int) -> Floats:
    """What a mean of `count` unit rows has more than the middle, less what chance gives (James and Stein, 1961)."""
    own = mean - middle
    chance = (1 - float(mean @ mean)) / count
    shrunk: Floats = (own * max(0.0, 1 - chance / max(float(own @ own), 1e-12))).astype(np.float32)
    return shrunk


def _members(of: Ints) -> list[Ints]:
    return [np.flatnonzero(of == number) for number in np.unique(of)]


def _by_margin(rows: Floats, members: Sequence[Ints], quota: Sequence[float], one: int, other: int) -> Neighbours:
    """For each row of one group the nearest of another: as many as it asks for, or as many as ask for it on average.

    By margin (Artetxe and Schwenk, 2019, as a difference): cosine less half the other's mean cosine to those nearest
    to it here, so that a text that lies near everything is not everyone's neighbour.
    """
    own, others = rows[members[one]], rows[members[other]]
    asked = ceil(max(quota[other], quota[one] * len(others) / len(own)))
    asking = ceil(max(quota[one], quota[other] * len(own) / len(others)))
    half = mean_similarity(others, own, min(asking, len(own))) / np.float32(2)
    return nearest_of(own, others, min(asked, len(others)), half)


def _mutual(forth: Neighbours, back: Neighbours, quota: int) -> tuple[Ints, Floats]:
    """The first `quota` of each row's list in another group; cosine -inf where it is not in that one's own list."""
    count, others = len(forth.indices), len(back.indices)
    there, cosines = forth.indices[:, :quota], forth.similarities[:, :quota]
    edges = np.arange(count)[:, None] * others + there
    returned = back.indices * others + np.arange(others)[:, None]
    return there, np.where(np.isin(edges, returned), cosines, np.float32(-np.inf))


def _chosen(found: Sequence[tuple[Ints, Floats]], total: int) -> tuple[Ints, Floats]:
    """`total` a row, nearest first: all mutual ones of other groups, the rest from the own, which comes first."""
    indices = np.concatenate([columns for columns, _ in found], axis=1)
    cosines = np.concatenate([values for _, values in found], axis=1)
    left = total - np.isfinite(cosines[:, total:]).sum(axis=1)
    cosines[:, :total][np.arange(total) >= left[:, None]] = -np.inf
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :total]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(cosines, order, axis=1)
