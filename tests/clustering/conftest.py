import os
from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
import pytest

from clustering.arrays import Floats, unit_rows
from clustering.embed import load
from ticketlens.embedding import Embedder

os.environ["HF_HUB_OFFLINE"] = "1"

FILLERS = [
    "hello",
    "please",
    "help",
    "urgent",
    "again",
    "since",
    "monday",
    "yesterday",
    "phone",
    "tablet",
    "home",
    "office",
    "kindly",
    "asap",
    "reply",
    "waiting",
    "third",
    "time",
    "really",
    "annoyed",
    "team",
    "dear",
    "support",
    "question",
    "quick",
    "somebody",
    "weekend",
    "morning",
    "evening",
    "still",
    "happening",
    "everyone",
    "colleague",
]


@cache
def _word(word: str) -> Floats:
    return np.random.default_rng(crc32(word.encode())).standard_normal(96).astype(np.float32)


class BagOfWords:
    """A small real embedder: each word a fixed random direction, a text their sum."""

    name = "bag-of-words"
    dimensions = 96

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = [sum((_word(word) for word in text.lower().split()), np.zeros(96, np.float32)) for text in texts]
        return unit_rows(np.array(rows, np.float32).reshape(len(texts), 96))


def wordings(problem: str, count: int) -> list[str]:
    """`count` different ways to tell one problem: two chance words before it and two behind."""
    chance = np.random.default_rng(crc32(problem.encode()))
    told = (chance.choice(FILLERS, 4, replace=False) for _ in range(count))
    return [f"{one} {two} {problem} {three} {four}" for one, two, three, four in told]


@pytest.fixture(scope="session")
def words() -> BagOfWords:
    return BagOfWords()


@pytest.fixture(scope="session")
def english() -> Embedder:
    return load("english")


@pytest.fixture(scope="session")
def ways() -> object:
    return wordings
