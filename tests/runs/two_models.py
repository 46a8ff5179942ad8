"""The small engine of bags of words with two models, whose vectors have not even the same length."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from bag_of_words import BagOfWords
from numpy.typing import NDArray

from ticketlens.engine import Progress
from ticketlens.intake.tokens import search_tokens

Floats = NDArray[np.float32]
DIMENSIONS = {"english": 64, "multilingual": 96}


@dataclass(frozen=True)
class Bag:
    model: str

    @property
    def name(self) -> str:
        return f"bag {self.model}"

    @property
    def dimensions(self) -> int:
        return DIMENSIONS[self.model]

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in search_tokens(text):
                row[int.from_bytes(sha256(f"{self.model} {word}".encode()).digest()[:4]) % self.dimensions] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


class TwoModels(BagOfWords):
    """Refuses what never makes sense: rows of one model against middles of the other."""

    def key(self, model: str) -> str:
        return Bag(model).name

    def load(self, model: str) -> Any:
        return Bag(model)

    def encode_tickets(self, embedder: Any, pairs: Sequence[tuple[str, str]], progress: Progress) -> Floats:
        progress(len(pairs), len(pairs))
        return Bag(embedder.model).encode([f"{subject} {body}" for subject, body in pairs])

    def assign_new(self, vectors: Floats, centroids: Floats, thresholds: Floats) -> Any:
        assert vectors.shape[1] == centroids.shape[1]
        return super().assign_new(vectors, centroids, thresholds)
