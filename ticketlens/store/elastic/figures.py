"""Counts in Elasticsearch: one aggregation by period, group and bin; what is still running is read ticket by ticket."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ticketlens.errors import ConfigError
from ticketlens.metrics.bins import BINS
from ticketlens.model.filter import NONE, Filter
from ticketlens.model.topic import Coverage
from ticketlens.store.ages import Length, add_lengths, by_day, by_moment
from ticketlens.store.base import Positions, Question, Tally
from ticketlens.store.cells import Cells, Counted, add_counted
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import (
    ENDS,
    NOTHING,
    OPEN,
    SETTLED_AFTER,
    SOLVES,
    Clause,
    every,
    exists,
    never,
    open_then,
    paused,
    started_field,
    within,
)
from ticketlens.store.elastic.over import Over, Place, buckets, over
from ticketlens.store.elastic.running import add_running
from ticketlens.store.elastic.singly import groups_of, maybe, number, tickets_of
from ticketlens.store.elastic.switch import lately
from ticketlens.store.fields import CYCLES, METRICS, duration_column
from ticketlens.store.sizes import Sized, Sizes, among, grouped_and_whole, largest

OBSERVED = (OPEN, exists("waiting_since"), exists("observed_until"))
"""Those whose wait runs until a time of their own."""


class ElasticFigures(Asking):
    _cluster: Cluster

    def histogram(self, question: Question, metric: str, clock: str, positions: Positions) -> Counted:
        if metric not in METRICS:
            raise ConfigError(f"metric: {metric!r} is no duration; known are {', '.join(METRICS)}")
        asked = over(question, lately(self._cluster))
        cells = Cells()
        if not question.periods:
            return cells.told()
        self._ended(cells, asked, metric, clock)
        if metric in ENDS and not asked.live:
            self._add_paused(cells, asked, metric, clock, positions)
        if question.cohort == "arrived" and metric in ENDS:
            add_running(cells, self._cluster, asked, metric, clock, positions)
        return cells.told()

    def tally(self, question: Question) -> list[Tally]:
        asked = over(question, lately(self._cluster))
        sums: dict[Place, list[int]] = defaultdict(lambda: [0] * 7)
        if not question.periods:
            return []
        observed = 0
        for place, bucket in buckets(self._cluster, asked, _by_then(asked), _leaves(asked)):
            _add(sums[place], [int(bucket["doc_count"]), *_figures(asked, bucket)])
            observed += int(bucket.get("observed", {"doc_count": 0})["doc_count"])
        if observed:
            self._add_observed_waits(sums, asked)
        if question.cohort == "solved" and not asked.live:
            for period, group, _, _ in self._paused(asked, []):
                sums[period, group][0] += 1
        ordered = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        return [Tally(*place, *figures) for place, figures in ordered]

    def sizes(self, question: Question, limit: int) -> Sizes:
        asked = over(question, lately(self._cluster))
        n: dict[Place, int] = defaultdict(int)
        if question.periods:
            for place, bucket in buckets(self._cluster, asked, _by_then(asked), {}):
                n[place] += int(bucket["doc_count"])
            if question.cohort == "solved" and not asked.live:
                for period, group, _, _ in self._paused(asked, []):
                    n[period, group] += 1
        return largest(((*place, count) for place, count in n.items()), question, limit)

    def sized_histogram(
        self, question: Question, metric: str, clock: str, positions: Positions, limit: int
    ) -> tuple[Sized, Sized]:
        told: list[Sized] = []
        for asked in grouped_and_whole(question):
            sizes = self.sizes(asked, limit)
            told.append((sizes, self.histogram(among(asked, sizes), metric, clock, positions)))
        return told[0], told[-1]

    def coverage(self, where: Filter) -> Coverage:
        query, slot = self._asked(where, None)
        n = dict(self._terms_of(query, f"match_{slot}"))
        return Coverage(ungrouped=n.get(0, 0), weak=n.get(1, 0), core=n.get(2, 0), edited=n.get(3, 0))

    def excluded(self, where: Filter) -> dict[str, int]:
        query, _ = self._asked(replace(where, excluded="any"), None)
        counted = self._terms_of(every(query, never({"term": {"excluded": NONE}})), "excluded")
        return {str(reason): n for reason, n in sorted(counted)}

    def _terms_of(self, query: Body, field: str) -> list[tuple[Any, int]]:
        """All values of a field that has few."""
        aggs = {"found": {"terms": {"field": field, "size": 100}}}
        found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)
        return [(one["key"], int(one["doc_count"])) for one in found["aggregations"]["found"]["buckets"]]

    def _ended(self, cells: Cells, asked: Over, metric: str, clock: str) -> None:
        column = f"{duration_column(metric, clock)}_bin"
        more = [exists(column), *([exists("solved_at")] if metric in CYCLES else [])]
        if not asked.live:
            ends = {ENDS.get(metric, "solved_at"), SOLVES.get(asked.question.cohort, "created_at")}
            more += [within(end, lte=asked.at) for end in sorted(ends)]
        leaves = {"bin": {"terms": {"field": column, "size": BINS + 1}}}
        found = [
            (period, group, one["key"], one["doc_count"])
            for (period, group), bucket in buckets(self._cluster, asked, more, leaves)
            for one in bucket["bin"]["buckets"]
        ]
        add_counted(cells, found, ended=True)

    def _add_paused(self, cells: Cells, asked: Over, metric: str, clock: str, positions: Positions) -> None:
        if metric == "ttr.full":
            started = started_field(metric, clock)
            names = (started, "schedule")
            lengths = (
                Length(period, group, _end(hit, asked.at), number(hit, started), maybe(hit, "schedule"))
                for period, group, _, hit in self._paused(asked, [exists(started)], *names)
            )
            add_lengths(cells, lengths, clock, positions, ended=True)
        elif asked.question.cohort == "solved":
            column = f"{duration_column(metric, clock)}_bin"
            met = [exists(column), within(ENDS[metric], lte=asked.at)]
            paused_ = self._paused(asked, met, column)
            add_counted(
                cells, [(period, group, number(hit, column), 1) for period, group, _, hit in paused_], ended=True
            )

    def _paused(self, asked: Over, more: Sequence[Clause], *names: str) -> Iterator[tuple[int, str | None, int, Body]]:
        """(period, group, when it was solved, hit) of those that stood as solved at `as_of`, and reopened after it."""
        cohort = asked.question.cohort
        if cohort not in ("arrived", "solved"):
            return
        dated = [] if cohort == "solved" else [asked.dated]
        query = every(*asked.met, *dated, *more, paused(asked.at))
        hits = tickets_of(self._cluster, query, asked, names, source=["pauses", "pause_ends"])
        solved = ((solved_stretch(hit, asked.at), hit) for hit in hits)
        if cohort == "solved":
            found = by_moment(asked.periods, ((start, start, hit) for start, hit in solved))
        else:
            found = by_day(asked.periods, ((number(hit, asked.day), start, hit) for start, hit in solved))
        for period, start, hit in found:
            for group in groups_of(hit, asked):
                yield period, group, start, hit

    def _add_observed_waits(self, sums: dict[Place, list[int]], asked: Over) -> None:
        """Waits that are still running, of tickets that were observed until a time of their own."""
        met = [asked.dated, *OBSERVED]
        names = ("waiting_since", "observed_until", "source")
        hits = tickets_of(self._cluster, every(*asked.met, *met), asked, names)
        for period, hit in by_day(asked.periods, ((number(hit, asked.day), hit) for hit in hits)):
            stop = min(asked.stop(hit["fields"]["source"][0]), number(hit, "observed_until"))
            for group in groups_of(hit, asked):
                sums[period, group][2] += max(0, stop - number(hit, "waiting_since"))


def _by_then(asked: Over) -> list[Clause]:
    """Of tickets by their solve those that were solved by `as_of`."""
    cohort = asked.question.cohort
    return [] if asked.live or cohort not in SOLVES else [within(SOLVES[cohort], lte=asked.at)]


def _leaves(asked: Over) -> dict[str, Body]:
    """What is summed up for each period and group."""
    rated: dict[str, Body] = {
        "rated": {"value_count": {"field": "satisfied"}}, "satisfied": {"sum": {"field": "satisfied"}}
    }  # fmt: skip
    if asked.question.cohort == "rated":
        return rated
    if asked.question.cohort == "first_solved":
        returned: dict[str, Body] = {"returned": {"filter": {"term": {"returned": 1}}}}
        return {"settled": {"filter": within("first_solved_at", lte=asked.at - SETTLED_AFTER), "aggs": returned}}
    if asked.question.cohort == "solved":
        return {}
    is_open: Body = {"sum": {"field": "is_open"}} if asked.live else {"filter": open_then(asked.at)}
    waiting = {source: _waiting(asked, source) for source in asked.state.read_to} or {"": NOTHING}
    running = {"filters": {"filters": waiting}, "aggs": {"since": {"sum": {"field": "waiting_since"}}}}
    return {
        "open": is_open,
        "waited": {"sum": {"field": "waited_seconds"}},
        "running": running,
        "observed": {"filter": every(*OBSERVED)},
        **rated,
    }


def _waiting(asked: Over, source: str) -> Clause:
    since = within("waiting_since", lt=asked.stop(source))
    return every({"term": {"source": source}}, OPEN, since, never(exists("observed_until")))


def _figures(asked: Over, bucket: Body) -> list[int]:
    """`open` and all that follows it in a Tally."""
    if asked.question.cohort == "solved":
        return [0] * 6
    if asked.question.cohort == "first_solved":
        settled = bucket["settled"]
        return [0, 0, settled["doc_count"], settled["returned"]["doc_count"], 0, 0]
    rated = [int(bucket["rated"]["value"]), int(bucket["satisfied"]["value"])]
    if asked.question.cohort == "rated":
        return [0, 0, 0, 0, *rated]
    is_open = bucket["open"]["value"] if asked.live else bucket["open"]["doc_count"]
    waited = int(bucket["waited"]["value"])
    for source, one in bucket.get("running", {}).get("buckets", {}).items():
        waited += one["doc_count"] * asked.stop(source) - int(one["since"]["value"])
    return [int(is_open), waited, 0, 0, *rated]


def _stretch(hit: Body, at: int) -> int:
    """Which of its solved stretches a ticket stood in at that moment."""
    return next(i for i, one in enumerate(hit["_source"]["pauses"]) if one["gte"] <= at < one["lt"])


def solved_stretch(hit: Body, at: int) -> int:
    """When the solved stretch began in which the ticket stood at that moment."""
    return int(hit["_source"]["pauses"][_stretch(hit, at)]["gte"])


def _end(hit: Body, at: int) -> int:
    """When the work before that stretch was over."""
    return int(hit["_source"]["pause_ends"][_stretch(hit, at)])


def _add(row: list[int], figures: Sequence[int]) -> None:
    for index, value in enumerate(figures):
        row[index] += value
