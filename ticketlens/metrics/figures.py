"""What a trend shows of a cohort's durations, and when it shows nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketlens.metrics.survival import TOO_FEW, Counts, Floats, kaplan_meier

HORIZONS: Mapping[Literal["calendar", "business"], int] = {"calendar": 14 * 86_400, "business": 80 * 3_600}
"""Seconds to which a mean is restricted, by clock: two weeks."""

SHARES: Mapping[str, float] = {"p50": 0.5, "p75": 0.75, "p90": 0.9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One cohort. Durations are seconds; None is not shown: too few ends, or not reached.

    `n` counts all tickets, `open` those still open. `low` and `high` are the 95 % interval of p50. `mean` is restricted
    to the horizon, `mean_error` its standard error; None where even the oldest ticket is younger than the horizon.
    """

    n: int
    open: int
    too_few: bool
    percentiles: Mapping[str, float | None]
    reached: Mapping[str, bool]
    low: float | None
    high: float | None
    mean: float | None
    mean_error: float | None


def figures(counts: Counts, horizon: float) -> tuple[Figures, ...]:
    """The figures of each cohort, from counts of shape (cohorts, BINS)."""
    curves = kaplan_meier(counts)
    quantiles = {name: curves.quantiles(share) for name, share in SHARES.items()}
    low, high = curves.quantile_intervals(SHARES["p50"])
    mean, error = curves.restricted_means(horizon)
    too_few = curves.events < TOO_FEW
    return tuple(
        Figures(
            n=int(curves.n[row]),
            open=int(curves.n[row] - curves.events[row]),
            too_few=bool(too_few[row]),
            percentiles={name: _shown(values, row, too_few[row]) for name, values in quantiles.items()},
            reached={name: not np.isnan(values[row]) for name, values in quantiles.items()},
            low=_shown(low, row, too_few[row]),
            high=_shown(high, row, too_few[row]),
            mean=_shown(mean, row, too_few[row]),
            mean_error=_shown(error, row, too_few[row]),
        )
        for row in range(len(curves.n))
    )


def _shown(values: Floats, row: int, too_few: np.bool_) -> float | None:
    return None if too_few or np.isnan(values[row]) else float(values[row])
