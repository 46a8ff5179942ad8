"""How one topic falls apart: the parts that lie more apart inside it than chance would put them, or none.

Every step is that of a full run, inside the topic: neighbours, smoothing, HDBSCAN, nearest centre. What differs is how
the number of parts is found: by how clearly they are apart, held against a cloud without parts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clustering.arrays import Floats, Ints, centroids, unit_rows
from clustering.cluster import dense_groups, principal_components
from clustering.label import Label, TopicTexts, label
from clustering.neighbours import nearest
from clustering.smooth import shared_neighbour_graph, smooth
from clustering.topics import Distinct, distinct
from ticketlens.model.grouping import Grouping, Match, TopicDraft

FEWEST_TEXTS = 12
FEWEST_IN_A_PART = 4
MOST_PARTS = 6
SHARES = (0.3, 0.2, 0.14, 0.1, 0.07, 0.05)
"""What a part's smallest size is tried as: shares of the topic's texts."""

AS_CLEAR = 0.9
"""Of divisions nearly as clear as the clearest, the one with most parts is meant."""

CLEARER_THAN_CHANCE = 1.15
SEED = 7
NEIGHBOURS = 15
SHOWN = 10
NAMED_FROM = 300


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """`labels` (n,) of rows, from 0; `clearness` in cosines: how much nearer a row is to its own part's other rows
    than to those of the next part, on average."""

    labels: Ints
    clearness: float

    @property
    def parts(self) -> int:
        return int(self.labels.max(initial=-1)) + 1


def parts(vectors: Floats, texts: Sequence[str], languages: Sequence[str | None]) -> Grouping:
    """Parts of one topic, largest first, from aligned unit rows (n, d) of its texts; none where it is one problem.

    Each text is in one part. Parts are named by what tells them from each other, without a model.
    """
    units = distinct(vectors)
    found = divide(units.rows)
    if found is None:
        return _whole(len(vectors))
    labels = _largest_first(found.labels, units)[units.inverse]
    middle = centroids(vectors, labels, np.ones(len(vectors), np.float32))
    similarity = np.einsum("ij,ij->i", vectors, middle[labels])
    match = np.full(len(vectors), Match.CORE, np.uint8)
    drafts = _drafts(labels, similarity, middle, vectors, texts, languages)
    return Grouping(labels, match, similarity, labels, drafts, {"clearness": found.clearness})


def described(
    vectors: Floats, texts: Sequence[str], languages: Sequence[str | None], labels: Ints
) -> tuple[TopicDraft, ...]:  # fmt: skip
    """Parts that a person chose, by `labels` (n,) from 0 on, in their order: named as parts that are found."""
    middle = centroids(vectors, labels, np.ones(len(vectors), np.float32))
    similarity = np.einsum("ij,ij->i", vectors, middle[labels])
    return _drafts(labels, similarity, middle, vectors, texts, languages)


def divide(rows: Floats) -> Division | None:
    """The parts of distinct unit rows; None where a cloud of the same spread falls apart nearly as clearly."""
    if len(rows) < FEWEST_TEXTS:
        return None
    found = _divisions(rows)
    if not found:
        return None
    clearest = max(one.clearness for one in found)
    by_chance = max((one.clearness for one in _divisions(_cloud(rows))), default=0.0)
    if clearest <= 0 or clearest < CLEARER_THAN_CHANCE * by_chance:
        return None
    clear = [one for one in found if one.clearness >= AS_CLEAR * clearest]
    return max(clear, key=lambda one: (one.parts, one.clearness))


def _divisions(rows: Floats) -> list[Division]:
    """Two to six parts, by HDBSCAN with each of the smallest sizes; equal ones once."""
    centred = unit_rows(rows - rows.mean(axis=0))
    near = nearest(centred, min(NEIGHBOURS, max(4, len(rows) // 10), len(rows) - 1))
    smoothed = smooth(centred, shared_neighbour_graph(near))
    reduced = principal_components(smoothed).astype(np.float32)
    counts = np.ones(len(rows), np.int64)
    found: dict[bytes, Division] = {}
    for share in SHARES:
        smallest = max(FEWEST_IN_A_PART, round(share * len(rows)))
        labels = _settled(smoothed, dense_groups(reduced, counts, smallest))
        if 2 <= int(labels.max(initial=-1)) + 1 <= MOST_PARTS and np.bincount(labels).min() >= FEWEST_IN_A_PART:
            found.setdefault(labels.tobytes(), Division(labels, _clearness(centred, labels)))
    return list(found.values())


def _settled(smoothed: Floats, groups: Ints) -> Ints:
    """Every row to the nearest middle, three times; a part that lost all its rows is left out."""
    labels = groups
    if labels.max(initial=-1) < 1:
        return labels
    weights = np.ones(len(smoothed), np.float32)
    for _ in range(3):
        nearer = (smoothed @ centroids(smoothed, labels, weights).T).argmax(axis=1)
        labels = np.unique(nearer, return_inverse=True)[1].astype(np.int64)
    return labels


def _clearness(rows: Floats, labels: Ints) -> float:
    sums = np.zeros((int(labels.max()) + 1, rows.shape[1]), np.float64)
    np.add.at(sums, labels, rows)
    sizes, at = np.bincount(labels), np.arange(len(rows))
    cosines = rows @ sums.T
    own = (cosines[at, labels] - 1) / (sizes[labels] - 1)
    others = cosines / sizes
    others[at, labels] = -np.inf
    return float((own - others.max(axis=1)).mean())


def _cloud(rows: Floats) -> Floats:
    """As many unit rows of a normal distribution with the same mean and covariance: what has no parts."""
    middle = rows.mean(axis=0)
    mixed = np.random.default_rng(SEED).standard_normal((len(rows), len(rows)), dtype=np.float32)
    return unit_rows(middle + mixed @ (rows - middle) / np.float32(np.sqrt(len(rows))))


def _largest_first(labels: Ints, units: Distinct) -> Ints:
    sizes = np.bincount(labels, units.counts)
    return np.argsort(np.argsort(-sizes, kind="stable"))[labels]


def _drafts(
    labels: Ints, similarity: Floats, middle: Floats, vectors: Floats, texts: Sequence[str],
    languages: Sequence[str | None],
) -> tuple[TopicDraft, ...]:  # fmt: skip
    ranked = [_nearest_first(labels == part, similarity, texts) for part in range(len(middle))]
    named = _names(ranked, middle, vectors, texts, languages)
    return tuple(
        TopicDraft(
            name=named[part].name,
            words=named[part].words,
            size=len(own),
            centroid=middle[part],
            threshold=-1.0,
            typical=tuple(own[:SHOWN]),
            edge=tuple(own[::-1][:SHOWN]),
        )
        for part, own in enumerate(ranked)
    )


def _nearest_first(own: Ints, similarity: Floats, texts: Sequence[str]) -> list[int]:
    return sorted(np.flatnonzero(own).tolist(), key=lambda at: (-float(similarity[at]), texts[at]))


def _names(
    ranked: Sequence[Sequence[int]], middle: Floats, vectors: Floats, texts: Sequence[str],
    languages: Sequence[str | None],
) -> list[Label]:  # fmt: skip
    """By what sets each part apart from the topic as a whole: its direction from the topic's middle."""
    whole = vectors.mean(axis=0)
    chosen = [own[:: max(1, -(-len(own) // NAMED_FROM))] for own in ranked]
    told = [
        TopicTexts([texts[at] for at in own], [languages[at] for at in own], unit_rows((middle[part] - whole)[None])[0])
        for part, own in enumerate(chosen)
    ]
    rows = [at for own in chosen for at in own]
    return label(told, _by_texts([texts[at] for at in rows], unit_rows(vectors[rows] - whole)))


def _by_texts(texts: Sequence[str], rows: Floats) -> Callable[[Sequence[str]], Floats]:
    """Stands in for a model: a phrase means what the texts that have it mean on average."""
    plain = [_plain(text) for text in texts]

    def encode(phrases: Sequence[str]) -> Floats:
        having = [[at for at, text in enumerate(plain) if _plain(phrase) in text] for phrase in phrases]
        means = [rows[own].mean(axis=0) if own else np.zeros(rows.shape[1], np.float32) for own in having]
        return np.asarray(means, dtype=np.float32).reshape(len(phrases), rows.shape[1])

    return encode


def _plain(text: str) -> str:
    """Words between single spaces, so that a phrase is found as whole words."""
    signs = (sign if sign.isalnum() or sign in "'-" else " " for sign in text.casefold().replace("’", "'"))
    words = " ".join(word.strip("'-") for word in "".join(signs).split())
    return f" {words} "


def _whole(count: int) -> Grouping:
    none = np.full(count, -1)
    return Grouping(none, np.zeros(count, np.uint8), np.zeros(count, np.float32), none, (), {})
