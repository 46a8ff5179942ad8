"""The engine that comes along, over vectors of a small model of ours that knows the words of four problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from clustering.standard import StandardEngine
from ticketlens.engine import Progress
from ticketlens.intake.tokens import search_tokens

Floats = NDArray[np.float32]
DIMENSIONS = {"english": 48, "multilingual": 64}
PROBLEMS = {
    "login": "login password reset account locked signin browser session expired denied",
    "refund": "refund money returned charge bank card amount pending statement credit",
    "parcel": "parcel courier delivery tracking lost depot address late warehouse shipped",
    "invoice": "invoice vat billing company number download pdf receipt tax yearly",
}
OF = {word: problem for problem, words in PROBLEMS.items() for word in words.split()}
MOST = 0.7
"""The share of its words from which on a text that begins with the name of a problem is of that one."""


@dataclass(frozen=True)
class Meaning:
    """A text lies near its problem, some nearer than others; one of no problem lies anywhere. Two models say nothing
    of each other: neither the same number of dimensions, nor the same directions."""

    model: str

    @property
    def name(self) -> str:
        return f"meaning {self.model}"

    @property
    def dimensions(self) -> int:
        return DIMENSIONS[self.model]

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = [self._row(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimensions)

    def _row(self, text: str) -> Floats:
        words = list(search_tokens(text))
        if not words:
            return np.zeros(self.dimensions, dtype=np.float32)
        problem = words[0] if words[0] in PROBLEMS else ""
        row, dice = self._direction(text)
        if problem and sum(OF.get(word) == problem for word in words) >= MOST * len(words):
            row = self._direction(problem)[0] + dice.uniform(0.1, 0.5) * row
        return (row / np.linalg.norm(row)).astype(np.float32)

    def _direction(self, text: str) -> tuple[Floats, np.random.Generator]:
        dice = np.random.default_rng(int.from_bytes(sha256(f"{self.model} {text}".encode()).digest()[:8]))
        row = dice.standard_normal(self.dimensions)
        return row / np.linalg.norm(row), dice


class MeaningEngine(StandardEngine):
    def key(self, model: str) -> str:
        return Meaning(model).name

    def load(self, model: str) -> Meaning:
        return Meaning(model)

    def encode_tickets(self, embedder: Meaning, pairs: Sequence[tuple[str, str]], progress: Progress) -> Floats:
        progress(len(pairs), len(pairs))
        return embedder.encode([f"{subject} {body}" for subject, body in pairs])
