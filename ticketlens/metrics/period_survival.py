"""How long things take now: Kaplan-Meier of a window, from what was at risk and what ended inside it alone.

Tickets of every age are watched from their age when the window began, or from their first moment where they came in it,
until their end or the window's. The curve says how long a ticket would take if every age were served for good as it was
in the window; it is no cohort's own.

Sources: Kaplan and Meier 1958 (delayed entry), Hyde 1977 (left truncation), Böhmer 1912 (half a ticket at risk for who
comes or goes inside a bin), Efron 1967 (the end of the tail), Brenner and Gefeller 1996 (period analysis: the survival
of a recent window).
"""

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import representatives
from ticketlens.metrics.survival import NEARLY_OVER, Counts, Floats, KaplanMeier, firm, reach, survival_before

_LAST = 1e-9  # of a ticket: takes the curve to 0 and is counted as no end


def period_kaplan_meier(counts: Counts, late: NDArray[np.int64]) -> KaplanMeier:
    """Curves of windows. `late` (..., BINS): of the tickets of `counts`, those that were there before the window, by
    the bin of their age when it began; all others are watched from their first moment.

    Who enters or leaves without the event inside a bin counts as half a ticket at risk in it. A curve ends before it
    stands on too few (`firm`); where hardly any are left and the oldest of all is gone, nothing is left.
    """
    ended, at_risk = counts.ended.astype(np.float64), _at_risk(counts, late)
    leaving = counts.ended + counts.censored
    n = leaving.sum(axis=-1)
    firmly = firm(ended, at_risk, n)
    gone = firmly & (np.cumsum(leaving, axis=-1) == n[..., None]) & (survival_before(ended, at_risk) <= NEARLY_OVER)
    steps = np.where(gone, np.maximum(ended, _LAST), np.where(firmly, ended, 0.0))
    followed = np.where(n > 0, reach(firmly), 0.0)
    return KaplanMeier(representatives(), ended, np.where(gone, steps, at_risk), n, followed, steps)


def _at_risk(counts: Counts, late: NDArray[np.int64]) -> Floats:
    """(..., BINS), never under the ends: a ticket whose opening hours changed may be seen to enter after it left."""
    leaving = counts.ended + counts.censored
    first = leaving.sum(axis=-1, keepdims=True) - late.sum(axis=-1, keepdims=True)
    come = first + np.cumsum(late, axis=-1) - late
    gone = np.cumsum(leaving, axis=-1) - leaving
    found: Floats = np.maximum(come - gone + late / 2 - counts.censored / 2, counts.ended)
    return found
