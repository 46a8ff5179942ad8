"""The first and the last day of arrival in each topic, from few tickets: those near either end of the time there is.

Nearly every topic has tickets in the latest weeks, so its last day is found there; only for those that are missing an
earlier stretch is looked at, each eight times as long as the one before. The first days are found from the other end.
"""

from collections.abc import Iterator
from datetime import date

from ticketlens.model.filter import NONE
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.composite import distinct
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import every, never, within

DAY = "created_day"
STRETCH = 56
"""Days of the first look."""

LONGER = 8
AT_ONCE = 10_000


def first_and_last_days(cluster: Cluster, query: Body, slot: int) -> dict[int, tuple[date, date]]:
    field = f"topic_{slot}"
    query = every(query, never({"term": {field: NONE}}))
    names = _names(cluster, query, field)
    ends = _ends(cluster)
    if not names or ends is None:
        return {}
    found = {kind: _found(cluster, query, field, names, ends, kind) for kind in ("min", "max")}
    return {
        int(name): (date.fromordinal(found["min"][name]), date.fromordinal(found["max"][name]))
        for name in sorted(names)
    }


def _names(cluster: Cluster, query: Body, field: str) -> set[str]:
    aggs = {"topic": {"terms": {"field": field, "size": AT_ONCE}}}
    told = cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)["aggregations"]["topic"]
    if told["sum_other_doc_count"]:
        return set(distinct(cluster, TICKETS, field, query))
    return {str(one["key"]) for one in told["buckets"]}


def _ends(cluster: Cluster) -> tuple[int, int] | None:
    """The first and the last day of all tickets, counted or not."""
    aggs = {kind: {kind: {"field": DAY}} for kind in ("min", "max")}
    found = cluster.search(TICKETS, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
    return None if found["min"]["value"] is None else (int(found["min"]["value"]), int(found["max"]["value"]))


def _found(
    cluster: Cluster, query: Body, field: str, names: set[str], ends: tuple[int, int], kind: str
) -> dict[str, int]:
    """The least (`min`) or greatest (`max`) day of each topic."""
    found: dict[str, int] = {}
    for first, last in _stretches(*ends, kind):
        missing = names - found.keys()
        if not missing:
            break
        few = [] if len(missing) > len(names) // 2 else [{"terms": {field: sorted(missing)}}]
        asked = every(query, within(DAY, gte=first, lte=last), *few)
        aggs = {"topic": {"terms": {"field": field, "size": len(names)}, "aggs": {"day": {kind: {"field": DAY}}}}}
        told = cluster.search(TICKETS, query=asked, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
        found = {str(one["key"]): int(one["day"]["value"]) for one in told["topic"]["buckets"]} | found
    return found


def _stretches(first: int, last: int, kind: str) -> Iterator[tuple[int, int]]:
    """Days from one end to the other, both included, in stretches that grow."""
    length = STRETCH
    while first <= last:
        if kind == "min":
            yield first, min(first + length - 1, last)
            first += length
        else:
            yield max(last - length + 1, first), last
            last -= length
        length *= LONGER
