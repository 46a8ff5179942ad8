"""How many tickets were open at a moment: those that had come, less those solved or no longer observed by then.

The state at the first moment is counted whole; from there on what came and went between the moments is enough.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate, pairwise

from ticketlens.metrics.bins import EDGES
from ticketlens.model.filter import Filter
from ticketlens.store.base import Cell
from ticketlens.store.codec import seconds
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import (
    OPEN,
    Clause,
    every,
    exists,
    never,
    of_field,
    open_at,
    paused,
    some,
    within,
)

AT_ONCE = 40
"""Moments of which one answer holds the ages: a bucket for each of their bins."""

KNOWN = some(OPEN, exists("solved_at"))
"""Open, or solved at a time that is known."""


Counts = Mapping[str, list[int]]


class ElasticBacklog(Asking):
    _cluster: Cluster

    def backlog(self, moments: Sequence[datetime], where: Filter) -> list[int]:
        query, _ = self._asked(where, None)
        return self._open(moments, query, {"": {"match_all": {}}})[""]

    def backlog_ages(self, moments: Sequence[datetime], where: Filter) -> list[Cell]:
        query, _ = self._asked(where, None)
        cells: list[Cell] = []
        for first in range(0, len(moments), AT_ONCE):
            part = [seconds(moment) for moment in moments[first : first + AT_ONCE]]
            aggs = {str(index): _by_age(at) for index, at in enumerate(part)}
            found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)[
                "aggregations"
            ]
            cells += [
                Cell(first + index, None, bin_, False, int(bucket["doc_count"]))
                for index in range(len(part))
                for bin_, bucket in enumerate(reversed(found[str(index)]["age"]["buckets"]))
                if bucket["doc_count"]
            ]
        return cells

    def backlogs(
        self, moments: Sequence[datetime], where: Filter, field: str, values: Sequence[str]
    ) -> dict[str, list[int]]:
        query, slot = self._asked(where, None)
        return self._open(moments, query, {value: of_field(field, (value,), slot) for value in values})

    def _open(self, moments: Sequence[datetime], query: Body, groups: Mapping[str, Clause]) -> dict[str, list[int]]:
        """How many of each group were open at each moment."""
        at = sorted({seconds(moment) for moment in moments})
        if not at or not groups:
            return {name: [] for name in groups}
        first, away = self._at(query, groups, at[0]), self._away(query, groups, at)
        came = self._between("created_at", at, every(query, KNOWN), groups)
        solved = self._between("solved_at", at, query, groups)
        lost = self._between("observed_until", [one - 1 for one in at], every(query, OPEN), groups)
        told = {}
        for name in groups:
            gone = zip(came[name], solved[name], lost[name], away[name], strict=True)
            open_at = dict(zip(at, (first[name] + c - s - o - a for c, s, o, a in gone), strict=True))
            told[name] = [open_at[seconds(moment)] for moment in moments]
        return told

    def _at(self, query: Body, groups: Mapping[str, Clause], at: int) -> dict[str, int]:
        """How many had come, and were neither solved for good nor lost from sight by then."""
        came = every(within("created_at", lte=at), KNOWN)
        gone = [within("solved_at", lte=at), every(within("observed_until", lt=at), OPEN)]
        found = self._each(query, groups, [came, *gone])
        return {name: n[0] - n[1] - n[2] for name, n in found.items()}

    def _away(self, query: Body, groups: Mapping[str, Clause], at: Sequence[int]) -> Counts:
        """How many stood as solved at each moment, and were reopened later."""
        among = {"range": {"pauses": {"gte": at[0], "lte": at[-1]}}}
        return self._each(every(query, among), groups, [_paused_and_seen(one) for one in at])

    def _each(self, query: Body, groups: Mapping[str, Clause], filters: Sequence[Clause]) -> Counts:
        """How many of a query's tickets meet each."""
        return self._counted(query, groups, {"filters": {"filters": list(filters)}})

    def _between(self, field: str, at: Sequence[int], query: Body, groups: Mapping[str, Clause]) -> Counts:
        """How many tickets of a query have a time after the first moment and up to each."""
        ranges = [{"from": before + 1, "to": until + 1} for before, until in pairwise(at)]
        if not ranges:
            return {name: [0] for name in groups}
        query = every(query, within(field, gt=at[0], lte=at[-1]))
        found = self._counted(query, groups, {"range": {"field": field, "ranges": ranges}})
        return {name: list(accumulate(n, initial=0)) for name, n in found.items()}

    def _counted(self, query: Body, groups: Mapping[str, Clause], parts: Body) -> Counts:
        """How many tickets of each group are in each bucket of an aggregation."""
        grouped = {"filters": {"filters": list(groups.values())}, "aggs": {"found": parts}}
        found = self._cluster.search(TICKETS, query=query, size=0, aggs={"group": grouped}, track_total_hits=False)
        buckets = found["aggregations"]["group"]["buckets"]
        return {
            name: [int(one["doc_count"]) for one in bucket["found"]["buckets"]]
            for name, bucket in zip(groups, buckets, strict=True)
        }


def _by_age(at: int) -> Body:
    """The tickets open at a moment, by when they came: a range for each bin of their age, the oldest first."""
    starts = [at - edge + 1 for edge in EDGES]
    ranges = [{"from": starts[0]}, *({"from": start, "to": end} for end, start in pairwise(starts)), {"to": starts[-1]}]
    return {"filter": open_at(at), "aggs": {"age": {"range": {"field": "created_at", "ranges": ranges[::-1]}}}}


def _paused_and_seen(at: int) -> Clause:
    return every(paused(at), never(every(OPEN, within("observed_until", lt=at))))
