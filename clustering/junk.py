"""Word salad as a yardstick: a grouped ticket has nearer neighbours than random words of its own store have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from clustering.arrays import Floats

SALADS = 256
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


@dataclass(frozen=True, slots=True)
class Floors:
    """Mean cosine to the nearest neighbours below which a ticket, or the middle ticket of a topic, is like salad."""

    ticket: float
    topic: float


def floors(salad: Floats, members: Floats) -> Floors:
    """From the mean cosine to the nearest neighbours of salads, and of members of dense groups.

    A ticket must reach what 95 % of the salads do not, but no more than a tenth of the members is given up for it;
    a topic's middle ticket must reach what three of four salads do not.
    """
    if not len(salad) or not len(members):
        return Floors(-1.0, -1.0)
    ticket, topic = np.quantile(salad, (TICKET_QUANTILE, TOPIC_QUANTILE))
    return Floors(min(float(ticket), float(np.quantile(members, MOST_LOST))), float(topic))
