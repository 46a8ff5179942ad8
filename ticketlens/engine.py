"""What the core asks of the package that makes vectors and topics; `clustering` is the one that comes along."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ticketlens.embedding import Embedder
from ticketlens.model.grouping import Assignment, Grouping, TopicDraft

Progress = Callable[[int, int], None]
Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]
Encode = Callable[[Sequence[str]], Vectors]


class Engine(Protocol):
    def key(self, model: str) -> str:
        """The name under which vectors of this model are kept; nothing heavy is loaded."""

    def load(self, model: str) -> Embedder: ...

    def encode_tickets(self, embedder: Embedder, pairs: Sequence[tuple[str, str]], progress: Progress) -> Vectors:
        """A unit vector for each (subject, body)."""

    def full_run(
        self,
        vectors: Vectors,
        texts: Sequence[str],
        languages: Sequence[str | None],
        encode: Encode,
        progress: Progress,
        offsets: Mapping[str, Vectors] | None = None,
        before: Labels | None = None,
        tickets: Labels | None = None,
    ) -> Grouping:
        """Topics among vectors as `encode_tickets` made them; `offsets` are found where none are given.

        `before` (n,) is the topic that each was in, -1 for none; `tickets` (n,) are equal to each, one if not told.
        """

    def offsets(self, vectors: Vectors, languages: Sequence[str | None]) -> Mapping[str, Vectors]:
        """What the vectors (n, d) of each language have of their own, (d,); nothing where there is one language."""

    def align(self, vectors: Vectors, languages: Sequence[str | None], offsets: Mapping[str, Vectors]) -> Vectors:
        """Unit rows without what is their language's own, as centroids are and `assign_new` wants them."""

    def assign_new(self, vectors: Vectors, centroids: Vectors, thresholds: Vectors) -> Assignment: ...

    def parts(self, vectors: Vectors, texts: Sequence[str], languages: Sequence[str | None]) -> Grouping:
        """How one topic falls apart: parts as topics, each of its aligned texts in one; none where it does not."""

    def described(
        self, vectors: Vectors, texts: Sequence[str], languages: Sequence[str | None], labels: Labels
    ) -> tuple[TopicDraft, ...]:
        """Parts of one topic that a person chose, by `labels` (n,) from 0 on: their names and words, in their order."""

    def themes(self, middles: Vectors) -> Labels:
        """Which topics lie near each other, by unit rows (t, d): the theme of each, -1 for one that stands alone."""

    def match(self, old: Labels, new: Labels, topics: int) -> list[int | None]:
        """Which id each new topic keeps, from the old ids and new labels of the same texts; -1 is ungrouped."""
