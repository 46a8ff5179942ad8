"""Word salad as a yardstick: a grouped ticket has nearer neighbours than random words of its own store have."""

import re
from collections.abc import Sequence
from itertools import chain

import numpy as np

from clustering.arrays import Floats

SALADS = 160
LONGEST = 40
TICKET_QUANTILE = 0.95
TOPIC_QUANTILE = 0.75
MOST_LOST = 0.10
WORD = re.compile(r"\w{2,}")


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


def topic_floor(salad: Floats) -> float:
    """Mean cosine to the nearest neighbours that a topic's middle ticket must reach: three of four salads do not."""
    return float(np.quantile(salad, TOPIC_QUANTILE)) if len(salad) else -1.0


def ticket_floor(salad: Floats, members: Floats) -> float:
    """What a ticket must reach: 95 % of the salads do not. Where salads come close to real tickets, no more than a

    tenth of the topics' members is lost, but for outliers below the median by 2.5 robust standard deviations.
    """
    if not len(salad) or not len(members):
        return -1.0
    median = float(np.median(members))
    outliers = median - 2.5 * 1.4826 * float(np.median(np.abs(members - median)))
    most = max(outliers, float(np.quantile(members, MOST_LOST)))
    return min(float(np.quantile(salad, TICKET_QUANTILE)), most)
