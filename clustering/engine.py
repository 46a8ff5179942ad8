"""One full run: vectors and texts in, topics and tickets out. The same input gives the same bits, in any order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from clustering import quality
from clustering.arrays import Floats, Ints, unit_rows
from clustering.assign import assign_new, nearest_topic
from clustering.common import common
from clustering.junk import SALADS, word_salad
from clustering.label import Encode, TopicTexts, label
from clustering.languages import Offsets, align, groups, of_rows, offsets
from clustering.topics import Distinct, Found, distinct, find_topics, nothing
from ticketlens.model.grouping import Assignment, Grouping, Match, TopicDraft

Progress = Callable[[int, int], None]

SAMPLE = 60_000
SHOWN = 10
NAMED_FROM = 300
STEPS = 3


def silent(done: int, total: int) -> None:
    """A progress callback that says nothing."""


def full_run(
    vectors: Floats,
    texts: Sequence[str],
    languages: Sequence[str | None],
    encode: Encode,
    progress: Progress = silent,
    own: Offsets | None = None,
    before: Ints | None = None,
    tickets: Ints | None = None,
) -> Grouping:
    """Topics among n tickets: `vectors` (n, dimensions), `texts` subject and body, `languages` codes or None.

    `encode` makes vectors of the same space from texts: of candidate names, and of random words. Above 60,000
    distinct vectors an even sample is clustered, and the others join as new tickets do. A zero vector stays ungrouped.
    Of several languages each one's `offsets` are taken out first, and centroids are those of aligned vectors. `before`
    (n,) is the topic that each ticket was in, -1 for none: topics stay where it is not clear that they changed. Where
    equal tickets come once, `tickets` (n,) is how many there are of each.
    """
    vectors = unit_rows(np.asarray(vectors, dtype=np.float32))
    own = offsets(vectors, languages) if own is None else own
    vectors = align(vectors, languages, own)
    texted = np.flatnonzero(vectors.any(axis=1))
    units = distinct(vectors[texted], None if tickets is None else tickets[texted])
    spoken = of_rows(groups(languages, own)[texted], units.inverse, len(units.rows)) if own else None
    were = None if before is None else before[texted][_firsts(units)]
    progress(1, STEPS)
    shared = None if own or not len(texted) else common(encode)
    found = _find(units, partial(_salad, texts, languages, own, encode), spoken, were, shared)
    assignment, nearest = _tickets(found, units, texted, vectors)
    progress(2, STEPS)
    topics = _drafts(found, assignment, texts, languages, encode)
    progress(STEPS, STEPS)
    figures = quality.figures(assignment, vectors, len(topics))
    return Grouping(assignment.labels, assignment.match, assignment.similarity, nearest, topics, figures)


def _salad(texts: Sequence[str], languages: Sequence[str | None], own: Offsets, encode: Encode) -> Floats:
    """Vectors of random words, of each language alone, by its share."""
    if not own:
        return encode(word_salad(texts))
    of, codes = groups(languages, own), sorted(own)
    parts = [[text for text, number in zip(texts, of, strict=True) if number == at] for at in range(len(codes))]
    mixed = [word_salad(part, round(SALADS * len(part) / len(texts))) for part in parts]
    rows = [align(encode(salad), [code] * len(salad), own) for salad, code in zip(mixed, codes, strict=True)]
    return np.concatenate(rows)


def _find(
    units: Distinct,
    salad: Callable[[], Floats],
    languages: Ints | None,
    before: Ints | None,
    shared: Floats | None,
) -> Found:
    """Topics of all distinct rows, or of an even sample of them with the rest assigned.

    The salad is made beside it, since much of the search keeps one processor busy.
    """
    count = len(units.rows)
    if not count:
        return nothing(0, units.rows.shape[1])
    chosen = np.arange(count) if count <= SAMPLE else even_sample(count, languages)
    spoken, were = (None if told is None else told[chosen] for told in (languages, before))
    with ThreadPoolExecutor(1) as beside:
        yardstick = beside.submit(salad)
        found = find_topics(units.rows[chosen], units.counts[chosen], yardstick.result, spoken, were, shared)
    if count <= SAMPLE:
        return found
    others = assign_new(units.rows, found.centroids, found.thresholds)
    labels, match = others.labels, others.match
    nearest = nearest_topic(units.rows, found.centroids)
    labels[chosen], match[chosen], nearest[chosen] = found.labels, found.match, found.nearest
    return Found(labels, nearest, match, found.centroids, found.thresholds)


def _firsts(units: Distinct) -> Ints:
    """A ticket of each distinct row, (m,)."""
    first = np.zeros(len(units.rows), np.int64)
    first[units.inverse] = np.arange(len(units.inverse))
    return first


def even_sample(count: int, languages: Ints | None) -> Ints:
    """Positions of an even sample of the rows, each language by its share; those of rare languages are there too."""
    order = np.arange(count) if languages is None else np.argsort(languages, kind="stable")
    return np.sort(order[np.linspace(0, count - 1, SAMPLE).astype(np.int64)])


def _tickets(found: Found, units: Distinct, texted: Ints, vectors: Floats) -> tuple[Assignment, Ints]:
    """From distinct rows back to tickets, with each one's cosine to its own or nearest topic."""
    count = len(vectors)
    labels, nearest = np.full(count, -1), np.full(count, -1)
    match, similarity = np.zeros(count, np.uint8), np.zeros(count, np.float32)
    labels[texted], nearest[texted] = found.labels[units.inverse], found.nearest[units.inverse]
    match[texted] = found.match[units.inverse]
    known = np.flatnonzero(nearest >= 0)
    similarity[known] = np.einsum("ij,ij->i", vectors[known], found.centroids[nearest[known]])
    return Assignment(labels, match, similarity), nearest


def _drafts(
    found: Found,
    assignment: Assignment,
    texts: Sequence[str],
    languages: Sequence[str | None],
    encode: Encode,
) -> tuple[TopicDraft, ...]:
    members = [_nearest_first(topic, assignment, texts) for topic in range(len(found.centroids))]
    named = label([_texts(own, found.centroids[topic], texts, languages) for topic, own in enumerate(members)], encode)
    return tuple(
        TopicDraft(
            name=named[topic].name,
            words=named[topic].words,
            size=len(own),
            centroid=found.centroids[topic],
            threshold=float(found.thresholds[topic]),
            typical=tuple(_different(own, texts)),
            edge=tuple(_different(own[::-1], texts)),
        )
        for topic, own in enumerate(members)
    )


def _nearest_first(topic: int, assignment: Assignment, texts: Sequence[str]) -> list[int]:
    """Positions of the topic's tickets: core before weak, then by similarity, then by text."""
    own = np.flatnonzero(assignment.labels == topic).tolist()
    weak = assignment.match != Match.CORE
    return sorted(own, key=lambda at: (bool(weak[at]), -float(assignment.similarity[at]), texts[at]))


def _different(ranked: Sequence[int], texts: Sequence[str]) -> list[int]:
    """The first ten with different texts."""
    first: dict[str, int] = {}
    for position in ranked:
        first.setdefault(texts[position], position)
        if len(first) == SHOWN:
            break
    return list(first.values())


def _texts(own: Sequence[int], centroid: Floats, texts: Sequence[str], languages: Sequence[str | None]) -> TopicTexts:
    """An even choice of the members, from the nearest to the farthest."""
    chosen = own[:: max(1, -(-len(own) // NAMED_FROM))]
    return TopicTexts([texts[at] for at in chosen], [languages[at] for at in chosen], centroid)
