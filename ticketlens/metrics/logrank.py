"""Whether two curves of survival differ anywhere: the log-rank test.

Sources: Mantel 1966, Peto and Peto 1972. At each time with an end, those of the first cohort are expected in proportion
to its share of all at risk; the variance is that of the hypergeometric distribution.
"""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from ticketlens.metrics.survival import TOO_FEW, KaplanMeier

SURE = 0.05


@dataclass(frozen=True, slots=True)
class LogRank:
    """`observed` and `expected` are the ends of the first cohort; `p` is of chi-squared with one degree of freedom."""

    observed: float
    expected: float
    statistic: float
    p: float

    @property
    def clear(self) -> bool:
        return self.p < SURE

    @property
    def first_is_slower(self) -> bool:
        return self.observed < self.expected


def log_rank(one: KaplanMeier, other: KaplanMeier) -> LogRank | None:
    """The test of two single curves over the same times; None under 20 ends in either, or where nothing can differ."""
    if min(one.events.item(), other.events.item()) < TOO_FEW:
        return None
    ended, at_risk = one.ended + other.ended, one.at_risk + other.at_risk
    there = ended > 0
    d, n, d1, n1 = (part[there] for part in (ended, at_risk, one.ended, one.at_risk))
    expected = float((d * n1 / n).sum())
    variance = float((d * n1 * (n - n1) * (n - d) / (n**2 * np.maximum(n - 1, 1))).sum())
    if variance == 0:
        return None
    observed = float(d1.sum())
    statistic = (observed - expected) ** 2 / variance
    return LogRank(observed, expected, statistic, erfc(sqrt(statistic / 2)))
