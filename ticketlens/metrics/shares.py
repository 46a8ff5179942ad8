"""Shares and survey scores with their 95 % intervals. Shares are 0 to 1, NPS -100 to 100, CES the points of its scale.

A score under 20 answers is None: too few. Two scales, or two wordings of a question, are never added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

Answers = Mapping[float, int] | Mapping[int, int]
"""How often each score was given."""

TOO_FEW = 20
Z = 1.96
REOPEN_DAYS = 7

TOP_BOXES: Mapping[int, int] = {1: 1, 2: 2, 3: 3, 5: 4, 7: 6, 10: 9}
"""Scale -> lowest score that counts as satisfied: good of good/bad, 4 of 5, 6 of 7 (some vendors take 5), 9 of 10."""


@dataclass(frozen=True, slots=True)
class Score:
    value: float
    low: float
    high: float
    n: int


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Interval of the share hits / n, for n > 0. Source: Wilson 1927."""
    share, spread = hits / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: int, n: int) -> Score | None:
    """The share hits / n; None under 20."""
    return Score(hits / n, *wilson(hits, n), n) if n >= TOO_FEW else None


def reopen_rate(solved: int, reopened_within_7_days: int, end_at: datetime, as_of: datetime) -> Score | None:
    """Share of the tickets solved in a period that were reopened within 7 days.

    None until 7 days have passed since the period's end, since its last tickets may still come back.
    """
    ripe = end_at + timedelta(days=REOPEN_DAYS) <= as_of
    return share(reopened_within_7_days, solved) if ripe else None


def satisfied(score: float, scale: int) -> bool | None:
    """Whether an answer counts as satisfied; None for a scale without a rule."""
    lowest = TOP_BOXES.get(scale)
    return None if lowest is None else score >= lowest


def csat(answers: Answers, scale: int) -> Score | None:
    """Share of satisfied answers on one scale, from score -> answers; None under 20, or for a scale without a rule."""
    lowest = TOP_BOXES.get(scale)
    return None if lowest is None else _from(answers, lowest)


def nps(answers: Answers) -> Score | None:
    """Net promoter score in points from answers 0 to 10: 100 (share of 9-10 - share of 0-6)."""
    n = sum(answers.values())
    if n < TOO_FEW:
        return None
    promoters = sum(count for score, count in answers.items() if score >= 9) / n
    detractors = sum(count for score, count in answers.items() if score <= 6) / n
    net = promoters - detractors
    return _around(100 * net, 100 * sqrt((promoters + detractors - net**2) / n), n)


def ces(answers: Answers) -> Score | None:
    """Customer effort score: the mean on a scale where high is easy."""
    n = sum(answers.values())
    if n < TOO_FEW:
        return None
    mean = sum(score * count for score, count in answers.items()) / n
    squares = sum(count * (score - mean) ** 2 for score, count in answers.items())
    return _around(mean, sqrt(squares / (n - 1) / n), n)


def ces_easy(answers: Answers, lowest: int = 5) -> Score | None:
    """Share of answers of at least `lowest` (of 7: 5 = somewhat agree, or 6)."""
    return _from(answers, lowest)


EASY: Mapping[int, int] = {5: 4, 7: 5}
"""Scale of an effort score -> lowest score, turned so that high is easy, that counts as easy; some take 6 of 7."""


def split(answers: Answers) -> tuple[int, int, int]:
    """(promoters 9-10, passives 7-8, detractors 0-6) of answers from 0 to 10."""
    promoters = sum(count for score, count in answers.items() if score >= 9)
    detractors = sum(count for score, count in answers.items() if score <= 6)
    return promoters, sum(answers.values()) - promoters - detractors, detractors


def yearly(share_lost: float, months: float) -> float:
    """The share lost in a year where `share_lost` is lost in so many months, of those who are left each time."""
    return float(1 - (1 - share_lost) ** (12 / months))


def mean(values: Sequence[float]) -> Score | None:
    """Mean of values with the interval mean +- 1.96 s / sqrt(n); None under 20."""
    n = len(values)
    if n < TOO_FEW:
        return None
    middle = sum(values) / n
    return _around(middle, sqrt(sum((value - middle) ** 2 for value in values) / (n - 1) / n), n)


def difference(old: Score, new: Score) -> Score:
    """new - old with its interval, n the smaller side. 0 inside the interval means no clear change.

    Source: Newcombe 1998 for shares, from the two Wilson intervals; the same as the root of squares for symmetric ones.
    """
    value = new.value - old.value
    low = value - sqrt((new.value - new.low) ** 2 + (old.high - old.value) ** 2)
    high = value + sqrt((new.high - new.value) ** 2 + (old.value - old.low) ** 2)
    return Score(value, low, high, min(old.n, new.n))


def _from(answers: Answers, lowest: float) -> Score | None:
    return share(sum(count for score, count in answers.items() if score >= lowest), sum(answers.values()))


def _around(value: float, error: float, n: int) -> Score:
    return Score(value, value - Z * error, value + Z * error, n)
