"""Why the mean wait moved: mix of topics, groups, channels, …, and speed within them."""

from dataclasses import replace
from datetime import timedelta
from math import fsum, sqrt

import numpy as np

from ticketlens.answers.compare import notes, side
from ticketlens.answers.curves import Histogram, Ints, curves
from ticketlens.answers.desk import Desk
from ticketlens.answers.flags import Reading
from ticketlens.answers.listed import in_state, listable, timed_state
from ticketlens.answers.pooling import Pooled, pooled
from ticketlens.answers.sides import Look, Pair, Pairing, pair
from ticketlens.answers.trend import horizon_of
from ticketlens.answers.why_words import why_sentence
from ticketlens.errors import ConfigError
from ticketlens.metrics.mix import Split
from ticketlens.metrics.periods import Period
from ticketlens.metrics.resampling import Spread, spread
from ticketlens.model.comparison import Effect, Explanation, Reason
from ticketlens.model.filter import CUSTOM, Filter
from ticketlens.model.overview import Part, Why
from ticketlens.model.topic import Topic
from ticketlens.store.base import Question

SPLITS = ("topic", "group", "channel", "priority", "brand", "language", "source", "assignee", "organization")
"""What a change can be split by, besides custom.NAME: a ticket has one value of it, or none."""

UNGROUPED = "in no topic"


def why(
    desk: Desk, where: Filter, before: Period, after: Period, topics: dict[str, Topic], *, clock: str, cohort: str
) -> Why | None:
    """The change of the restricted mean of `ttr.full` between two windows, by topic (Kitagawa 1955).

    Topics with fewer than 20 ends in either window are pooled. None where a mean is not known to the horizon.
    """
    questions = [Question((period,), desk.as_of, cohort, where, "topic") for period in (before, after)]
    both, horizon = _beside(desk, desk, questions, clock=clock), horizon_of(clock)
    mean, error = (figure[0] for figure in curves(both.pooled(lambda group: None)).mean(horizon))
    found = None if np.isnan(mean).any() else pooled(both, horizon)
    if found is None:
        return None
    told = found.split()
    return Why(
        horizon=float(horizon), before=told.before, after=told.after, parts=_parts(found, told, topics),
        standard_error=float(sqrt(error[0] ** 2 + error[1] ** 2)),
        first=after.start, last=after.end - timedelta(days=1), clock=clock, cohort=cohort,
    )  # fmt: skip


def _parts(found: Pooled, told: Split, topics: dict[str, Topic]) -> tuple[Part, ...]:
    """Topics by size, then the pooled ones."""
    parts = []
    for i, key in enumerate(found.keys):
        effect, shares = told.effects[key], found.shares[i]
        name, n, groups = _name(key, "topic", topics), int(found.n[i, 1]), len(found.members[key])
        parts.append(Part(topics.get(key), name, effect.speed, effect.mix, n, float(shares[1] - shares[0]), groups))
    return tuple(sorted(parts, key=lambda part: (part.topic is None, -abs(part.total), part.name)))


def explain(desk: Desk, wanted: Pairing, split_by: str = "topic") -> Explanation:
    """The change of a restricted mean between two sides, split by one field. Raises ConfigError as `pair` does."""
    found = pair(desk, wanted)
    _check(found, split_by)
    reading = Reading(desk, (found.before, found.after))
    before, after = (side(found, look, reading) for look in (found.before, found.after))
    told = Explanation(
        metric=found.metric.id, name=found.metric.name, cohort=found.asked.cohort, clock=found.asked.clock,
        zone=desk.zone, split_by=split_by, against=found.against, as_of=desk.as_of, horizon=found.horizon,
        before=before, after=after, old=None, new=None, change=None, speed=None, mix=None, reasons=(),
        refused=tuple(dict.fromkeys(flag.reason for one in (after, before) for flag in one.flags)),
        notes=notes(found), sentence="",
    )  # fmt: skip
    if not told.refused:
        told = _split(desk, found, split_by, told)
    return replace(told, sentence=why_sentence(told))


def _check(found: Pair, split_by: str) -> None:
    if found.metric.kind != "duration":
        raise ConfigError(f"metric: only a duration is split into mix and speed, not {found.metric.id}")
    if split_by not in SPLITS and not split_by.startswith(CUSTOM):
        raise ConfigError(f"split_by: {split_by[:40]!r} is none of {', '.join(SPLITS)} and custom.NAME")


def _split(desk: Desk, found: Pair, split_by: str, told: Explanation) -> Explanation:
    looks = (found.before, found.after)
    questions = [_question(found, look, split_by) for look in looks]
    both = _beside(looks[0].desk, looks[1].desk, questions, found.asked.metric, found.asked.clock)
    groups = pooled(both, found.horizon)
    if groups is None or not groups.n.all(axis=1).any():
        return replace(told, refused=("fewer than 20 of the tickets of a side have ended",))
    parted = groups.split()
    strays = spread(_cells(groups, 0), _cells(groups, 1), found.horizon * 60)
    topics = {str(topic.id): topic for topic in desk.store.topics(retired=True)} if split_by == "topic" else {}
    counts = [_counts(look, question) for look, question in zip(looks, questions, strict=True)]
    reasons = [_reason(found, groups, parted, strays, i, split_by, counts, topics) for i in range(len(groups.keys))]
    return replace(
        told, old=parted.before, new=parted.after,
        change=_effect(parted.after - parted.before, strays.change), speed=_effect(parted.speed, strays.all_speed),
        mix=_effect(parted.mix, strays.all_mix),
        reasons=tuple(sorted(reasons, key=lambda one: (one.pooled, -abs(one.total.value), one.name))),
    )  # fmt: skip


def _reason(
    found: Pair, groups: Pooled, parted: Split, strays: Spread, i: int, split_by: str,
    counts: list[dict[str | None, int]], topics: dict[str, Topic],
) -> Reason:  # fmt: skip
    key = groups.keys[i]
    effect, members = parted.effects[key], groups.members[key]
    ends = {name: tuple(float(end[i]) for end in getattr(strays, name)) for name in ("speed", "mix", "total")}
    n = [int(one) for one in groups.n[i]]
    short = [sum(one.get(member, 0) for member in members) != n[side] for side, one in enumerate(counts)]
    mean = [None if np.isnan(one) else float(one) for one in groups.means[i]]
    keys = tuple(sorted(member or "" for member in members))
    looks = zip((found.before, found.after), short, strict=True)
    lists = [_listed(look, found, split_by, keys, short=some) for look, some in looks]
    return Reason(
        keys=keys, name=_name(key, split_by, topics), kind=effect.kind,
        n=(n[0], n[1]), share=(float(groups.shares[i, 0]), float(groups.shares[i, 1])), mean=(mean[0], mean[1]),
        speed=_effect(effect.speed, ends["speed"]), mix=_effect(effect.mix, ends["mix"]),
        total=_effect(fsum((effect.speed, effect.mix)), ends["total"]), before=lists[0], after=lists[1],
    )  # fmt: skip


def _effect(value: float, ends: tuple[float, ...]) -> Effect:
    """`ends` in seconds around 0."""
    return Effect(value, value + ends[0] / 60, value + ends[1] / 60)


def _question(found: Pair, look: Look, split_by: str) -> Question:
    return Question((look.period,), look.as_of, found.asked.cohort, look.where, split_by)


def _beside(
    old: Desk, new: Desk, questions: list[Question], metric: str = "ttr.full", clock: str = "calendar"
) -> Histogram:
    before, after = (
        desk.histogram(question, metric, clock) for desk, question in zip((old, new), questions, strict=True)
    )
    return before.beside(after)


def _cells(groups: Pooled, number: int) -> tuple[Ints, Ints]:
    return groups.histogram.ended[:, number], groups.histogram.censored[:, number]


def _counts(look: Look, question: Question) -> dict[str | None, int]:
    return {row.group: row.n for row in look.desk.tally(question)}


def _listed(look: Look, found: Pair, split_by: str, keys: tuple[str, ...], *, short: bool) -> Filter | None:
    """`short`: not all tickets have the duration."""
    if not listable(look.desk, found.asked.metric, found.asked.cohort, look.where):
        return None
    inside = look.where.between(look.period.start, look.last, found.asked.cohort)
    if short:
        inside = in_state(inside, timed_state(found.asked.metric, found.asked.cohort, found.asked.clock))
    return replace(inside.having(split_by, keys), as_of=look.as_of)


def _name(key: str, split_by: str, topics: dict[str, Topic]) -> str:
    if key == "":
        return UNGROUPED if split_by == "topic" else f"no {split_by.removeprefix(CUSTOM)}"
    return topics[key].name if key in topics else key
