"""What the rest may ask of a model that turns texts into vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """A model, ready to encode. `clustering.embed.load` makes one by name."""

    @property
    def name(self) -> str:
        """Key of the cache: model, recipe and numeric type. Vectors of two names are never compared."""

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions), each of length 1. The same text always gives the same row."""
