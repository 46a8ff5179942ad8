"""Why the mean wait moved: mix of topics, and speed within them."""

from math import sqrt

import numpy as np

from ticketlens.answers.curves import Curves, Histogram, curves
from ticketlens.answers.desk import CALENDAR_HORIZON, Desk
from ticketlens.metrics.mix import Effect, Split, split
from ticketlens.metrics.mix import Part as Share
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import Filter
from ticketlens.model.overview import Part, Why
from ticketlens.model.topic import Topic
from ticketlens.store.base import Question

OTHERS = "all others"
UNGROUPED = "in no topic"


def why(desk: Desk, where: Filter, before: Period, after: Period, topics: dict[str, Topic]) -> Why | None:
    """The change of the restricted mean of `ttr.full` between two windows, by topic (Kitagawa 1955).

    Topics with fewer than 20 ends in either window are pooled. None where a mean is not known to the horizon.
    """
    asked = (Question((period,), desk.as_of, "arrived", where, "topic") for period in (before, after))
    old, new = (desk.histogram(question, "ttr.full", "calendar") for question in asked)
    both = old.beside(new)
    whole = curves(both.pooled(lambda group: None))
    mean, error = (figure[0] for figure in whole.mean(CALENDAR_HORIZON))
    if np.isnan(mean).any():
        return None
    found = _pooled(both)
    if found is None:
        return None
    told, parts = _parts(found, topics)
    return Why(
        horizon=float(CALENDAR_HORIZON),
        before=told.before,
        after=told.after,
        standard_error=float(sqrt(error[0] ** 2 + error[1] ** 2)),
        parts=parts,
    )


def _pooled(topics: Histogram) -> Curves | None:
    """Curves by topic, those without a known mean in both windows as one; None where even that one has none."""
    alone = curves(topics)
    means, _ = alone.mean(CALENDAR_HORIZON)
    known = {key for key, row in zip(alone.groups, means, strict=True) if not np.isnan(row).any()}
    pooled = curves(topics.pooled(lambda group: group if group in known else OTHERS))
    means, _ = pooled.mean(CALENDAR_HORIZON)
    if not np.isnan(means).any():
        return pooled
    smallest = min(known, key=lambda key: int(pooled.estimate.n[pooled.groups.index(key)].sum()), default=None)
    if smallest is None:
        return None
    return _pooled(topics.pooled(lambda group: OTHERS if group == smallest else group))


def _parts(found: Curves, topics: dict[str, Topic]) -> tuple[Split, tuple[Part, ...]]:
    """The split, whose averages are of the topics' own means, and its parts: topics by size, then the pooled ones."""
    means, _ = found.mean(CALENDAR_HORIZON)
    n = found.estimate.n
    total = n.sum(axis=0)
    keys = [key if key is not None else UNGROUPED for key in found.groups]
    before, after = (
        {key: Share(float(n[i, p] / total[p]), float(means[i, p])) for i, key in enumerate(keys)} for p in (0, 1)
    )
    told = split(before, after)
    effects = told.effects
    parts = [_part(key, effects[key], topics, before[key], after[key], int(n[i, 1])) for i, key in enumerate(keys)]
    return told, tuple(sorted(parts, key=lambda part: (part.topic is None, -abs(part.total), part.name)))


def _part(key: str, effect: Effect, topics: dict[str, Topic], before: Share, after: Share, n: int) -> Part:
    return Part(topics.get(key), _name(key, topics), effect.speed, effect.mix, n, after.share - before.share)


def _name(key: str, topics: dict[str, Topic]) -> str:
    return topics[key].name if key in topics else key
