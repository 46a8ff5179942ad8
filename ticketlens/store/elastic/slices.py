"""Ages at one moment, counted by the server: each bin of them is a range of the moment when a ticket began."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ticketlens.metrics.bins import BINS, EDGES
from ticketlens.store.cells import Cells, add_counted
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.filters import Clause
from ticketlens.store.elastic.over import Over, aggregated, by_group, groups

AT_ONCE = 30
"""So many slices of an answer stay below the 65,536 buckets that a server gives at once."""

Row = tuple[int, str | None, int, int]


class Slice(NamedTuple):
    """Tickets of `mine`, by the bin of `at` less their `started`: only those above zero where they are `late`."""

    mine: Clause
    started: str
    at: int
    cells: Cells
    late: bool


def add_slices(cluster: Cluster, asked: Over, query: Body, slices: Sequence[Slice], period: int) -> bool:
    """Counts each slice by group; False, with nothing counted, where the server cannot give all groups at once."""
    found = [_found(cluster, asked, query, slices[start : start + AT_ONCE]) for start in range(0, len(slices), AT_ONCE)]
    told = [bucket for part in found if part is not None for bucket in part]
    if None in found:
        return False
    rows: dict[int, list[Row]] = defaultdict(list)
    for one, bucket in zip(slices, told, strict=True):
        rows[id(one.cells)] += _rows(asked, bucket, period)
    for cells in {id(one.cells): one.cells for one in slices}.values():
        add_counted(cells, rows[id(cells)], ended=False)
    return True


def _found(cluster: Cluster, asked: Over, query: Body, slices: Sequence[Slice]) -> list[Body] | None:
    aggs: Body = {}
    for index, one in enumerate(slices):
        ranges = {"field": one.started, "ranges": list(_ranges(one))}
        by_bin = {"range": ranges, "aggs": by_group(asked.group, {})}
        aggs[str(index)] = {"filter": one.mine, "aggs": {"bin": by_bin}}
    found = aggregated(cluster, query, aggs)
    return None if found is None else [found[str(index)] for index in range(len(slices))]


def _ranges(one: Slice) -> Iterator[Body]:
    """The start of each bin of ages, named by the bin."""
    youngest: Body = {"key": "0", "from": one.at - EDGES[0] + 1}
    yield youngest | {"to": one.at} if one.late else youngest
    for bin_ in range(1, BINS - 1):
        yield {"key": str(bin_), "from": one.at - EDGES[bin_] + 1, "to": one.at - EDGES[bin_ - 1] + 1}
    yield {"key": str(BINS - 1), "to": one.at - EDGES[-1] + 1}


def _rows(asked: Over, bucket: Body, period: int) -> Iterator[Row]:
    full = (one for one in bucket["bin"]["buckets"] if one["doc_count"])
    each = chain.from_iterable(((one["key"], *found) for found in groups(asked.group, one)) for one in full)
    yield from ((period, group, int(bin_), inner["doc_count"]) for bin_, group, inner in each if inner["doc_count"])
