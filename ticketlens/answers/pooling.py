"""Groups of a histogram whose means are known on both sides; the small ones stand together as one."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ticketlens.answers.curves import Curves, Histogram, curves
from ticketlens.metrics.mix import Part, Split, split

OTHERS = "all others"


@dataclass(frozen=True, eq=False)
class Pooled:
    """Two periods of a histogram by key: "" is the group of None; `members` are the groups that are in each key."""

    histogram: Histogram
    members: dict[str, tuple[str | None, ...]]
    means: NDArray[np.float64]
    n: NDArray[np.int64]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key or "" for key in self.histogram.groups)

    @property
    def shares(self) -> NDArray[np.float64]:
        return np.asarray(self.n / np.maximum(self.n.sum(axis=0), 1))

    def split(self) -> Split:
        """The split of the share-weighted sums of the means."""
        before, after = (
            {
                key: Part(float(self.shares[i, side]), float(self.means[i, side]))
                for i, key in enumerate(self.keys)
                if self.n[i, side]
            }
            for side in (0, 1)
        )
        return split(before, after)


def pooled(both: Histogram, horizon: float) -> Pooled | None:
    """A group stands alone where each side has 20 ends of it and follows it to the horizon, or has none of it at all.

    The others are pooled; where even they have no mean, the smallest group joins them. None where none is left.
    """
    found = curves(both)
    fine = _known(found, horizon)
    alone = {key for i, key in enumerate(found.groups) if fine[i].all()}
    return _standing(both, alone, horizon)


def _standing(both: Histogram, alone: Collection[str | None], horizon: float) -> Pooled | None:
    names = {group: group if group in alone else OTHERS for group in both.groups}
    joined = both.pooled(lambda group: names[group])
    found = curves(joined)
    if _known(found, horizon).all():
        members: dict[str, tuple[str | None, ...]] = {}
        for group, name in names.items():
            members[name or ""] = (*members.get(name or "", ()), group)
        return Pooled(joined, members, found.mean(horizon)[0], found.estimate.n)
    if not alone:
        return None
    sizes = {key: int(n.sum()) for key, n in zip(found.groups, found.estimate.n, strict=True)}
    smallest = min(alone, key=lambda key: sizes[key])
    return _standing(both, set(alone) - {smallest}, horizon)


def _known(found: Curves, horizon: float) -> NDArray[np.bool_]:
    """Whether a mean is known, or there is nothing that it would be of."""
    return np.asarray(~np.isnan(found.mean(horizon)[0]) | (found.estimate.n == 0))
