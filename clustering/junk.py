"""Word salad as a yardstick: a grouped ticket is unlike random words of its own store."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from clustering.arrays import Floats

SALADS = 400
FOLDS = 4
FEWEST = 1_000
LONGEST = 40
TICKET_QUANTILE = 0.97
TOPIC_QUANTILE = 0.75
MOST_LOST = 0.13
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


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """How far each of m rows and each salad is on the side of tickets; of the log odds' shape, and comparable."""

    rows: Floats
    salad: Floats


def sense(rows: Floats, density: Floats, salad: Floats, salad_density: Floats) -> Sense:
    """Tickets against salad, by their vectors and their mean cosine to their nearest tickets.

    Fisher's linear discriminant (1936), its covariance drawn towards the diagonal where there are few rows. Each row
    and each salad is judged by a discriminant that did not see it, so what tickets reach and salads do not is no luck.
    Below 1,000 rows, where a small problem is too few texts to be learnt as real, density alone is the sense.
    """
    tickets, salads = np.column_stack([rows, density]), np.column_stack([salad, salad_density])
    if len(tickets) < FEWEST or len(salads) < 2 * FOLDS:
        return Sense(density, salad_density)
    found = Sense(np.empty(len(tickets), np.float32), np.empty(len(salads), np.float32))
    for fold in range(FOLDS):
        own, of_salad = np.arange(len(tickets)) % FOLDS == fold, np.arange(len(salads)) // 2 % FOLDS == fold
        axis, middle = _discriminant(tickets[~own], salads[~of_salad])
        found.rows[own], found.salad[of_salad] = tickets[own] @ axis - middle, salads[of_salad] @ axis - middle
    return found


def _discriminant(tickets: Floats, salads: Floats) -> tuple[NDArray[np.float64], float]:
    spread = (np.cov(tickets, rowvar=False) + np.cov(salads, rowvar=False)) / 2
    width = len(spread)
    kept = 1 - width / (width + min(len(tickets), len(salads)))
    variances = np.diag(spread)
    spread = kept * spread + np.diag((1 - kept) * variances + max(1e-6 * float(variances.mean()), 1e-12))
    one, other = tickets.mean(axis=0, dtype=np.float64), salads.mean(axis=0, dtype=np.float64)
    axis = np.linalg.solve(spread, one - other)
    return axis, float(axis @ (one + other)) / 2


def topic_floor(salad: Floats) -> float:
    """The density, and the sense, that a topic's middle ticket must reach: three of four salads do not."""
    return float(np.quantile(salad, TOPIC_QUANTILE)) if len(salad) else -1.0


def beyond(salad_density: Floats) -> float:
    """A density above that of every salad: what lies so near to others is real, however rare its words are."""
    return float(salad_density.max()) if len(salad_density) else 1.0


def ticket_floor(salad: Floats, members: Floats) -> float:
    """The sense that a ticket must reach: 97 % of the salads do not. Where salads come close to real tickets, no more

    than an eighth of the topics' members is lost, but for outliers below the median by 2.5 robust standard deviations.
    """
    if not len(salad) or not len(members):
        return -1.0
    median = float(np.median(members))
    outliers = median - 2.5 * 1.4826 * float(np.median(np.abs(members - median)))
    most = max(outliers, float(np.quantile(members, MOST_LOST)))
    return min(float(np.quantile(salad, TICKET_QUANTILE)), most)
