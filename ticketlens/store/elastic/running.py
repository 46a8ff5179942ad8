"""Ages of what had not ended: counted by the server where all tickets of a source run to one moment, else one by one.

The age of a ticket is its source's last known moment less its `created_at`, so that each bin of the ages is a range of
`created_at`, and each period is one too: a cut at every edge of either leaves ranges of one period and one bin.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import EDGES, bins_of
from ticketlens.store.ages import Length, add_lengths, by_day
from ticketlens.store.base import Positions
from ticketlens.store.cells import Cells, add_counted
from ticketlens.store.codec import seconds
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.filters import Clause, every, exists, never, not_ended, paused, some, started_field
from ticketlens.store.elastic.over import Over, aggregated, by_group, groups
from ticketlens.store.elastic.singly import groups_of, maybe, number, tickets_of

Ints = NDArray[np.int64]


def add_running(cells: Cells, cluster: Cluster, asked: Over, metric: str, clock: str, positions: Positions) -> None:
    """Count what had not ended by `as_of`, each by the bin of its age."""
    met = _met(metric, clock, asked)
    if clock == "calendar" and metric != "reply.next":
        own = _own_stop(metric, asked)
        left = _add_counted(cells, cluster, asked, met, own)
        if left == 0:
            return
        met += [own] if left else []
    lengths = _lengths(cluster, asked, met, metric, clock)
    add_lengths(cells, lengths, clock, positions, ended=False)


def _met(metric: str, clock: str, asked: Over) -> list[Clause]:
    met = [*asked.met, asked.dated, *not_ended(metric, asked.at, live=asked.live), exists(started_field(metric, clock))]
    if metric == "ttr.full" and not asked.live:
        met.append(never(paused(asked.at)))
    return met


def _own_stop(metric: str, asked: Over) -> Clause:
    """Tickets that may have begun or stopped at a time of their own, or of a source of which nothing is known."""
    known = {"terms": {"source": list(asked.state.read_to)}}
    times = ["started_at", "observed_until", *(["solved_at"] if metric == "reply.first" else [])]
    return some(never(known), *map(exists, times))


class _Slices(NamedTuple):
    """Ranges of `created_at`, of one period and one bin each: epoch seconds `edges[i]` to, without, `edges[i + 1]`."""

    edges: Ints
    periods: Ints
    bins: Ints

    @property
    def ranges(self) -> list[Body]:
        return [{"from": start, "to": end} for start, end in pairwise(self.edges.tolist())]


def _slices(asked: Over, stop: int) -> _Slices:
    starts = np.array([seconds(period.start_at) for period in asked.periods], dtype=np.int64)
    ends = np.array([seconds(period.end_at) for period in asked.periods], dtype=np.int64)
    cuts = stop + 1 - np.array(EDGES, dtype=np.int64)
    cuts = cuts[(cuts > starts[0]) & (cuts < ends[-1])]
    edges = np.unique(np.concatenate([starts, ends, cuts]))
    first = edges[:-1]
    periods = np.searchsorted(starts, first, side="right") - 1
    return _Slices(edges, np.where(first < ends[periods], periods, -1), bins_of(np.maximum(stop - first, 0)))


def _add_counted(cells: Cells, cluster: Cluster, asked: Over, met: Sequence[Clause], own: Clause) -> int | None:
    """How many tickets were left out for their own stops; None where the server cannot count all in one answer."""
    sources = list(asked.state.read_to)
    slices = [_slices(asked, asked.stop(source)) for source in sources]
    aggs: Body = {"own": {"filter": own}}
    for index, (source, sliced) in enumerate(zip(sources, slices, strict=True)):
        ranges = {"field": "created_at", "ranges": sliced.ranges}
        mine = every({"term": {"source": source}}, never(own))
        aggs[str(index)] = {"filter": mine, "aggs": {"slice": {"range": ranges, "aggs": by_group(asked.group, {})}}}
    found = aggregated(cluster, every(*met), aggs)
    if found is None:
        return None
    for index, sliced in enumerate(slices):
        _add_slices(cells, asked, sliced, found[str(index)]["slice"]["buckets"])
    return int(found["own"]["doc_count"])


def _add_slices(cells: Cells, asked: Over, slices: _Slices, buckets: Sequence[Body]) -> None:
    """Those outside every period (-1) were kept out by the query, but for periods with a gap between them."""
    rows = [
        (period, group, bin_, one["doc_count"])
        for period, bin_, bucket in zip(slices.periods.tolist(), slices.bins.tolist(), buckets, strict=True)
        if bucket["doc_count"] and period >= 0
        for group, one in groups(asked.group, bucket)
        if one["doc_count"]
    ]
    add_counted(cells, rows, ended=False)


def _lengths(cluster: Cluster, asked: Over, met: Sequence[Clause], metric: str, clock: str) -> Iterator[Length]:
    """From its start until it was last known to run."""
    started = started_field(metric, clock)
    names = (started, "schedule", "observed_until", "solved_at", "source")
    found = tickets_of(cluster, every(*met), asked, names)
    for period, hit in by_day(asked.periods, ((number(hit, asked.day), hit) for hit in found)):
        ends = [asked.stop(hit["fields"]["source"][0]), maybe(hit, "observed_until")]
        ends += [maybe(hit, "solved_at")] if metric == "reply.first" else []
        stop = min(end for end in ends if end is not None)
        for group in groups_of(hit, asked):
            yield Length(period, group, stop, number(hit, started), maybe(hit, "schedule"))
