"""How many tickets were open at a moment: those that had come, less those solved or no longer observed by then.

The state at the first moment is counted whole; from there on what came and went between the moments is enough.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, pairwise

from ticketlens.metrics.bins import EDGES
from ticketlens.model.filter import Filter
from ticketlens.store.base import Cell
from ticketlens.store.codec import seconds
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import OPEN, Clause, every, exists, never, open_at, paused, some, within

AT_ONCE = 40
"""Moments of which one answer holds the ages: a bucket for each of their bins."""

KNOWN = some(OPEN, exists("solved_at"))
"""Open, or solved at a time that is known."""


class ElasticBacklog(Asking):
    _cluster: Cluster

    def backlog(self, moments: Sequence[datetime], where: Filter) -> list[int]:
        at = sorted({seconds(moment) for moment in moments})
        if not at:
            return []
        query, _ = self._asked(where, None)
        first, away = self._at(query, at[0]), self._away(query, at)
        came = self._between("created_at", at, every(query, KNOWN))
        solved = self._between("solved_at", at, query)
        lost = self._between("observed_until", [one - 1 for one in at], every(query, OPEN))
        counts = {one: first + came[i] - solved[i] - lost[i] - away[i] for i, one in enumerate(at)}
        return [counts[seconds(moment)] for moment in moments]

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

    def _at(self, query: Body, at: int) -> int:
        """How many had come, and were neither solved for good nor lost from sight by then."""
        came = every(within("created_at", lte=at), KNOWN)
        n = self._each(query, [came, within("solved_at", lte=at), every(within("observed_until", lt=at), OPEN)])
        return n[0] - n[1] - n[2]

    def _away(self, query: Body, at: Sequence[int]) -> list[int]:
        """How many stood as solved at each moment, and were reopened later."""
        among = {"range": {"pauses": {"gte": at[0], "lte": at[-1]}}}
        return self._each(every(query, among), [_paused_and_seen(one) for one in at])

    def _each(self, query: Body, filters: Sequence[Clause]) -> list[int]:
        """How many of a query's tickets meet each."""
        aggs = {"found": {"filters": {"filters": list(filters)}}}
        found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
        return [int(bucket["doc_count"]) for bucket in found["found"]["buckets"]]

    def _between(self, field: str, at: Sequence[int], query: Body) -> list[int]:
        """How many tickets of a query have a time after the first moment and up to each."""
        ranges = [{"from": before + 1, "to": until + 1} for before, until in pairwise(at)]
        if not ranges:
            return [0]
        query = every(query, within(field, gt=at[0], lte=at[-1]))
        aggs = {"until": {"range": {"field": field, "ranges": ranges}}}
        found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
        return list(accumulate((int(one["doc_count"]) for one in found["until"]["buckets"]), initial=0))


def _by_age(at: int) -> Body:
    """The tickets open at a moment, by when they came: a range for each bin of their age, the oldest first."""
    starts = [at - edge + 1 for edge in EDGES]
    ranges = [{"from": starts[0]}, *({"from": start, "to": end} for end, start in pairwise(starts)), {"to": starts[-1]}]
    return {"filter": open_at(at), "aggs": {"age": {"range": {"field": "created_at", "ranges": ranges[::-1]}}}}


def _paused_and_seen(at: int) -> Clause:
    return every(paused(at), never(every(OPEN, within("observed_until", lt=at))))
