"""What a question is over: its query, its periods as ranges of days, its groups; and buckets of them, whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ticketlens.errors import ConfigError, StoreError
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import CUSTOM, FIELDS, NONE
from ticketlens.store.base import Question
from ticketlens.store.codec import seconds
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import DAYS, Clause, clauses, every, group_field, never, within
from ticketlens.store.elastic.switch import Known

MOST_GROUPS = 10_000
MOST_PARTS = 4_096
Place = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Over:
    """`live`: `as_of` is at or after all that was read, so that what is stored is what was known then."""

    question: Question
    state: Known
    day: str
    group: str | None
    met: tuple[Clause, ...]
    live: bool

    @property
    def at(self) -> int:
        return seconds(self.question.as_of)

    @property
    def periods(self) -> Sequence[Period]:
        return self.question.periods

    @property
    def dated(self) -> Clause:
        """The days of its periods."""
        return within(self.day, gte=self.periods[0].start.toordinal(), lt=self.periods[-1].end.toordinal())

    def stop(self, source: str) -> int:
        """When a ticket of that source that has not ended was last known to run."""
        return min(self.at, self.state.read_to.get(source, self.at))


def over(question: Question, state: Known) -> Over:
    live = state.latest is None or seconds(question.as_of) >= state.latest
    slot = state.placing.slot
    met = clauses(question.where, question.as_of, slot=slot, read_to=state.latest, grown=not live)
    group = None if question.group_by is None else _group(question.group_by, slot)
    return Over(question, state, DAYS[question.cohort], group, tuple(met), live)


def _group(name: str, slot: int) -> str:
    try:
        return group_field(name, slot)
    except ConfigError:
        raise ConfigError(f"group_by: {name!r} is none of {', '.join(FIELDS)}, custom.NAME") from None


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the periods, and one of `parts` equal parts of all groups."""

    numbers: Sequence[int]
    part: int = 0
    parts: int = 1


EVERY = Part(())


def buckets(
    cluster: Cluster, asked: Over, more: Sequence[Clause], leaves: Mapping[str, Body]
) -> Iterator[tuple[Place, Body]]:
    """((period, group), bucket with `doc_count` and `leaves`) of all that is there, each once.

    Where the server would have to leave something out, the question is asked again in smaller parts.
    """
    todo = [Part(range(len(asked.periods)))] if asked.periods else []
    while todo:
        part = todo.pop()
        found = _ask(cluster, asked, more, leaves, part)
        if found is None:
            todo += _smaller(part)
        else:
            yield from found


def _ask(
    cluster: Cluster, asked: Over, more: Sequence[Clause], leaves: Mapping[str, Body], part: Part
) -> list[tuple[Place, Body]] | None:
    """None where not everything fits in one answer."""
    periods = [asked.periods[number] for number in part.numbers]
    ranges = [{"from": one.start.toordinal(), "to": one.end.toordinal()} for one in periods]
    days = within(asked.day, gte=periods[0].start.toordinal(), lt=periods[-1].end.toordinal())
    inner = by_group(asked.group, leaves, part)
    aggs = {"period": {"range": {"field": asked.day, "ranges": ranges}, "aggs": inner}}
    found = aggregated(cluster, every(*asked.met, days, *more), aggs)
    if found is None:
        return None
    told: list[tuple[Place, Body]] = []
    for number, bucket in zip(part.numbers, found["period"]["buckets"], strict=True):
        told += [((number, group), one) for group, one in groups(asked.group, bucket) if one["doc_count"]]
    return told


def aggregated(cluster: Cluster, query: Body, aggs: Body) -> Body | None:
    """The aggregations over a query; None where the server would have to leave some of their buckets out."""
    try:
        found = cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
    except StoreError as error:
        if "too many buckets" in str(error).lower():
            return None
        raise
    return found if _whole(found) else None


def by_group(group: str | None, leaves: Mapping[str, Body], part: Part = EVERY) -> Body:
    """Aggregations that hold `leaves` for each group."""
    if group is None:
        return dict(leaves)
    terms: Body = {"field": group, "size": MOST_GROUPS}
    if part.parts > 1:
        terms["include"] = {"partition": part.part, "num_partitions": part.parts}
    told: Body = {"group": {"terms": terms, "aggs": dict(leaves)}}
    if group.startswith(CUSTOM) and part.part == 0:
        own = {"term": {"custom_names": group.removeprefix(CUSTOM)}}
        told["none"] = {"filter": never(own), "aggs": dict(leaves)}
    return told


def groups(group: str | None, bucket: Body) -> Iterator[tuple[str | None, Body]]:
    """(group, its bucket) of what `by_group` asked for."""
    if group is None:
        yield None, bucket
        return
    for one in bucket["group"]["buckets"]:
        yield (None if one["key"] == NONE else str(one["key"])), one
    if "none" in bucket:
        yield None, bucket["none"]


def _whole(bucket: Any) -> bool:
    """Whether no terms of a bucket, at any depth, were left out."""
    if isinstance(bucket, dict):
        return not bucket.get("sum_other_doc_count") and all(_whole(one) for one in bucket.values())
    return not isinstance(bucket, list) or all(_whole(one) for one in bucket)


def _smaller(part: Part) -> list[Part]:
    if len(part.numbers) > 1:
        half = len(part.numbers) // 2
        return [replace(part, numbers=part.numbers[:half]), replace(part, numbers=part.numbers[half:])]
    if part.parts >= MOST_PARTS:
        raise StoreError("the store: a figure has too many groups to be counted; choose another field")
    return [
        replace(part, part=2 * part.part, parts=2 * part.parts),
        replace(part, part=2 * part.part + 1, parts=2 * part.parts),
    ]
