"""What the languages of a store have of their own, kept with the run that counts: new vectors go without it too."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ticketlens.engine import Engine, Vectors
from ticketlens.store.base import Store

Offsets = Mapping[str, Vectors]


def packed(offsets: Offsets) -> dict[str, str]:
    return {code: base64.b64encode(np.asarray(row, dtype="<f4").tobytes()).decode() for code, row in offsets.items()}


def unpacked(told: Mapping[str, str]) -> dict[str, Vectors]:
    return {code: np.frombuffer(base64.b64decode(row), dtype="<f4") for code, row in told.items()}


@dataclass(frozen=True, slots=True)
class Alignment:
    """Of the vectors of one store by its last run."""

    store: Store
    engine: Engine

    def offsets(self) -> Offsets:
        runs = self.store.records("run")
        told = runs[-1].fields.get("offsets") if runs else None
        return unpacked(told) if isinstance(told, Mapping) else {}

    def of(self, names: Sequence[str], vectors: Vectors) -> Vectors:
        """The unit rows of these texts (n, d) as the middles of topics are."""
        offsets = self.offsets()
        if not offsets or not len(names):
            return vectors
        told = self.store.subjects(names)
        spoken = [told[name].language if name in told else None for name in names]
        return self.engine.align(vectors, spoken, offsets)
