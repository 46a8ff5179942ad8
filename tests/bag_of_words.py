"""A small real engine: hashed words make a vector, the first word of a text makes its topic."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ticketlens.engine import Encode, Progress
from ticketlens.intake.tokens import search_tokens
from ticketlens.model.grouping import UNGROUPED, Assignment, Grouping, Match, TopicDraft

DIMENSIONS = 64
LEAST = 3
Floats = NDArray[np.float32]


class Words:
    name = "bag-of-words"
    dimensions = DIMENSIONS

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in search_tokens(text):
                row[sha256(word.encode()).digest()[0] % DIMENSIONS] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


class BagOfWords:
    def key(self, model: str) -> str:
        return Words.name

    def load(self, model: str) -> Words:
        return Words()

    def encode_tickets(self, embedder: Words, pairs: Sequence[tuple[str, str]], progress: Progress) -> Floats:
        progress(len(pairs), len(pairs))
        return embedder.encode([f"{subject} {body}" for subject, body in pairs])

    def full_run(
        self,
        vectors: Floats,
        texts: Sequence[str],
        languages: Sequence[str | None],
        encode: Encode,
        progress: Progress,
        offsets: Mapping[str, Floats] | None = None,
        before: NDArray[np.int64] | None = None,
        tickets: NDArray[np.int64] | None = None,
    ) -> Grouping:
        firsts = [next(iter(search_tokens(text)), "") for text in texts]
        names = sorted({word for word in firsts if word and firsts.count(word) >= LEAST})
        labels = np.array([names.index(word) if word in names else UNGROUPED for word in firsts], dtype=np.int64)
        centroids = [_unit(vectors[labels == topic].sum(axis=0)) for topic in range(len(names))]
        drafts = tuple(_draft(name, labels == topic, centroids[topic]) for topic, name in enumerate(names))
        near = vectors @ np.stack(centroids).T if centroids else np.full((len(texts), 1), -1.0, dtype=np.float32)
        match = np.where(labels >= 0, Match.CORE, Match.UNGROUPED).astype(np.uint8)
        progress(1, 1)
        return Grouping(labels, match, near.max(axis=1, initial=-1), near.argmax(axis=1), drafts, {"topics": 1.0})

    def offsets(self, vectors: Floats, languages: Sequence[str | None]) -> Mapping[str, Floats]:
        return {}

    def align(self, vectors: Floats, languages: Sequence[str | None], offsets: Mapping[str, Floats]) -> Floats:
        return vectors

    def assign_new(self, vectors: Floats, centroids: Floats, thresholds: Floats) -> Assignment:
        near = vectors @ centroids.T
        labels, best = near.argmax(axis=1), near.max(axis=1)
        inside = best >= thresholds[labels]
        match = np.where(inside, Match.WEAK, Match.UNGROUPED).astype(np.uint8)
        return Assignment(np.where(inside, labels, UNGROUPED), match, best)

    def parts(self, vectors: Floats, texts: Sequence[str], languages: Sequence[str | None]) -> Grouping:
        """By the second word of a text; the rest goes with the first of those words."""
        seconds = [next(iter(search_tokens(text)[1:]), "") for text in texts]
        names = sorted(word for word in set(seconds) if seconds.count(word) >= LEAST)
        if len(names) < 2:
            none = np.full(len(texts), UNGROUPED)
            return Grouping(none, np.zeros(len(texts), np.uint8), np.zeros(len(texts), np.float32), none, (), {})
        labels = np.array([names.index(word) if word in names else 0 for word in seconds], dtype=np.int64)
        centroids = [_unit(vectors[labels == part].sum(axis=0)) for part in range(len(names))]
        drafts = tuple(_draft(name, labels == part, centroids[part]) for part, name in enumerate(names))
        match = np.full(len(texts), Match.CORE, np.uint8)
        return Grouping(labels, match, np.ones(len(texts), np.float32), labels, drafts, {})

    def described(
        self, vectors: Floats, texts: Sequence[str], languages: Sequence[str | None], labels: NDArray[np.int64]
    ) -> tuple[TopicDraft, ...]:
        """Named by the words without digits that most texts of a part have, and fewest others."""
        drafts = []
        for part in range(int(labels.max()) + 1):
            own = labels == part
            counts: Counter[str] = Counter()
            for text, inside in zip(texts, own.tolist(), strict=True):
                counts.update({word: 1 if inside else -1 for word in search_tokens(text) if word.isalpha()})
            best = sorted(counts, key=lambda word: (-counts[word], word))[:2]
            drafts.append(replace(_draft(" ".join(best), own, _unit(vectors[own].sum(axis=0))), words=tuple(best)))
        return tuple(drafts)

    def themes(self, middles: Floats) -> NDArray[np.int64]:
        """Topics with the word billing are one."""
        place = sha256(b"billing").digest()[0] % DIMENSIONS
        return np.where(middles[:, place] > 0.2, 0, UNGROUPED)

    def match(self, old: NDArray[np.int64], new: NDArray[np.int64], topics: int) -> list[int | None]:
        kept: list[int | None] = []
        for topic in range(topics):
            known = [int(number) for number in old[new == topic] if number >= 0]
            best = max(sorted(set(known)), key=known.count, default=None)
            kept.append(None if best in kept else best)
        return kept


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _draft(name: str, own: NDArray[np.bool_], centroid: Floats) -> TopicDraft:
    members = tuple(np.flatnonzero(own).tolist())
    return TopicDraft(name, (name,), len(members), centroid, 0.9, members[:3], members[-3:])
