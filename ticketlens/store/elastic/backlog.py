"""How many tickets were open at a moment: those that had come, less those solved or no longer observed by then."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, pairwise

from ticketlens.model.filter import Filter
from ticketlens.store.codec import seconds
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import OPEN, Clause, every, exists, never, paused, some, within


class ElasticBacklog(Asking):
    _cluster: Cluster

    def backlog(self, moments: Sequence[datetime], where: Filter) -> list[int]:
        at = sorted({seconds(moment) for moment in moments})
        if not at:
            return []
        query, _ = self._asked(where, None)
        aggs = {
            "came": _until("created_at", at, some(OPEN, exists("solved_at"))),
            "solved": _until("solved_at", at, exists("solved_at")),
            "lost": _until("observed_until", [one - 1 for one in at], OPEN),
            "paused": {"filters": {"filters": {str(one): _paused_and_seen(one) for one in at}}},
        }
        found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
        came, solved, lost = (_sums(found[name]) for name in ("came", "solved", "lost"))
        counts = {
            one: came[i] - solved[i] - lost[i] - int(found["paused"]["buckets"][str(one)]["doc_count"])
            for i, one in enumerate(at)
        }
        return [counts[seconds(moment)] for moment in moments]


def _until(field: str, moments: Sequence[int], met: Clause) -> Body:
    """How many tickets that meet a condition have a time up to each moment, since the moment before."""
    edges = [None, *(moment + 1 for moment in moments)]
    ranges = [{"to": end} if start is None else {"from": start, "to": end} for start, end in pairwise(edges)]
    return {"filter": met, "aggs": {"until": {"range": {"field": field, "ranges": ranges}}}}


def _sums(found: Body) -> list[int]:
    return list(accumulate(int(one["doc_count"]) for one in found["until"]["buckets"]))


def _paused_and_seen(at: int) -> Clause:
    return every(paused(at), never(every(OPEN, within("observed_until", lt=at))))
