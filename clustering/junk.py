"""Word salad as a yardstick: a grouped ticket has nearer neighbours than random words of its own store have."""

import re
from collections.abc import Sequence
from itertools import chain

import numpy as np

from clustering.arrays import Floats

SALADS = 256
LONGEST = 40
QUANTILE = 0.95
MOST_LOST = 0.10
WORD = re.compile(r"[^\W\d_]{2,}")


def word_salad(texts: Sequence[str], count: int = SALADS) -> list[str]:
    """`count` texts of random words: as long as real ones, half from the list of distinct words, half by frequency.

    The same for the same texts in any order.
    """
    words = [WORD.findall(text.lower()) for text in texts]
    running = sorted(chain.from_iterable(words))
    if not running:
        return []
    distinct = sorted(set(running))
    lengths = sorted(min(len(found), LONGEST) for found in words if found)
    chance = np.random.default_rng(0)
    sizes = [max(3, lengths[position]) for position in chance.integers(0, len(lengths), count)]
    sources = [distinct if number % 2 else running for number in range(count)]
    return [
        " ".join(source[position] for position in chance.integers(0, len(source), size))
        for source, size in zip(sources, sizes, strict=True)
    ]


def floor(salad_values: Floats, member_values: Floats) -> float:
    """What 95 % of the salads do not reach; but no more than a tenth of the members of dense groups is given up."""
    if not len(salad_values):
        return -1.0
    reached = float(np.quantile(salad_values, QUANTILE))
    return min(reached, float(np.quantile(member_values, MOST_LOST))) if len(member_values) else reached
