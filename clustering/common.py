"""What all vectors of a model have in common, whatever the text: some models put everything into a narrow cone."""

from collections.abc import Callable, Sequence

import numpy as np

from clustering.arrays import Floats, unit_rows

PROBES = (
    "The train to the coast leaves at noon.", "My neighbour grows tomatoes on her balcony.",
    "How many moons does Jupiter have?", "He signed the contract without reading it.",
    "The orchestra rehearsed until midnight.", "Please shut the window, it is raining.",
    "A password with fewer than eight characters", "Vaccines are tested in three phases.",
    "The goalkeeper was sent off after ten minutes.", "Bread rises faster in a warm kitchen.",
    "Interest rates fell for the first time in a year.", "Where can I buy shoes for children?",
    "The cathedral was rebuilt after the fire.", "Her flight was cancelled because of fog.",
    "Wolves have returned to the forests in the north.", "Turn left at the second traffic light.",
    "The jury awarded the prize to an unknown author.", "Our printer prints only blank pages.",
    "Salmon swim up the river to spawn.", "Thank you very much for your help!",
    "The museum lends its paintings to schools.", "Copper conducts heat better than iron.",
    "They argued about politics all evening.", "Can I change the address of my order?",
    "The baby slept through the thunderstorm.", "A new bridge will link the two islands.",
    "The court rejected the appeal.", "Yoga helps against back pain.",
    "This film is two hours too long.", "The desert is cold at night.",
    "Our cat does not like the new carpet.", "Refugees crossed the border on foot.",
)  # fmt: skip
"""Sentences that share neither matter nor words."""

WIDE, NARROW = 0.3, 0.5
"""How long the mean of unlike texts' vectors is where a model uses all directions, and from where on it does not."""


def common(encode: Callable[[Sequence[str]], Floats]) -> Floats:
    """The mean of unlike texts' vectors, (dimensions,): 0.9 long with multilingual-e5-small.

    Zero where it is no longer than chance gives a few texts (0.27 with all-MiniLM-L6-v2).
    """
    rows = unit_rows(np.asarray(encode(PROBES), dtype=np.float32))
    mean = rows.mean(axis=0, dtype=np.float64)
    narrow = np.clip((np.linalg.norm(mean) - WIDE) / (NARROW - WIDE), 0, 1)
    shared: Floats = (narrow * mean).astype(np.float32)
    return shared


def without(rows: Floats, shared: Floats) -> Floats:
    """Unit rows without what all have in common."""
    return unit_rows(rows - shared) if shared.any() else rows
