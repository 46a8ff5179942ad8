"""What the core asks of the package that makes vectors and topics; `clustering` is the one that comes along."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ticketlens.embedding import Embedder
from ticketlens.model.grouping import Assignment, Grouping

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
    ) -> Grouping: ...

    def assign_new(self, vectors: Vectors, centroids: Vectors, thresholds: Vectors) -> Assignment: ...

    def match(self, old: Labels, new: Labels, topics: int) -> list[int | None]:
        """Which id each new topic keeps, from the old ids and new labels of the same texts; -1 is ungrouped."""
