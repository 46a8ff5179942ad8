"""What a window saw of tickets of every age, in Elasticsearch: counted by the server where it can be.

On the business clock an age is counted for each schedule by itself, and one that is still running for each source.
Tickets that were observed until a time of their own are read one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from ticketlens.metrics.bins import BINS
from ticketlens.store.base import Exposure, Positions, Question
from ticketlens.store.cells import Cells, add_counted
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.composite import distinct
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.figures import solved_stretch
from ticketlens.store.elastic.filters import (
    ENDS,
    OPEN,
    STARTS,
    Clause,
    ended_within,
    every,
    exists,
    never,
    paused,
    some,
    stood_ended,
    within,
)
from ticketlens.store.elastic.over import Over, aggregated, by_group, groups, over
from ticketlens.store.elastic.singly import groups_of, maybe, number, tickets_of
from ticketlens.store.elastic.slices import Slice, add_slices
from ticketlens.store.elastic.switch import lately
from ticketlens.store.fields import duration_column
from ticketlens.store.spans import Watched, Window, windows


class ElasticExposure(Asking):
    _cluster: Cluster

    def exposure(self, question: Question, metric: str, clock: str, positions: Positions) -> Exposure:
        watched = Watched(clock, positions)
        state = lately(self._cluster)
        asked = list(windows(question, metric))
        schedules = self._schedules(clock) if asked else ()
        for window in asked:
            then = over(replace(question, as_of=datetime.fromtimestamp(window.until, UTC)), state)
            look = _Look(self._cluster, then, window, watched, metric, clock, schedules)
            look.ended()
            if metric == "ttr.full":
                look.stood_ended()
            look.followed()
        return watched.told()

    def _schedules(self, clock: str) -> tuple[str | None, ...]:
        """All that tickets have; on the calendar None, in place of all."""
        return (None,) if clock == "calendar" else tuple(distinct(self._cluster, TICKETS, "schedule", every()))


@dataclass(frozen=True, slots=True)
class _Look:
    """At one window, with all as it stood at its end."""

    cluster: Cluster
    asked: Over
    window: Window
    watched: Watched
    metric: str
    clock: str
    schedules: Sequence[str | None]

    def ended(self) -> None:
        """Tickets whose event came in the window for good: the bins of their ages at the end are stored."""
        length = f"{duration_column(self.metric, self.clock)}_bin"
        window = ended_within(self.metric, self.clock, self.window.after, self.window.until)
        query = every(*self.asked.met, window)
        by_bin = by_group(self.asked.group, {"bin": {"terms": {"field": length, "size": BINS + 1}}})
        found = aggregated(self.cluster, query, by_bin)
        late = [self._slice(schedule, self.window.after, self.watched.late) for schedule in self.schedules]
        if found is None or not add_slices(self.cluster, self.asked, query, late, self.window.number):
            hits = tickets_of(self.cluster, query, self.asked, (*self._names, length))
            self._read(((hit, number(hit, length)) for hit in hits), ended=True, binned=True)
            return
        rows = [
            (self.window.number, group, one["key"], one["doc_count"])
            for group, bucket in groups(self.asked.group, found)
            for one in bucket["bin"]["buckets"]
        ]
        add_counted(self.watched.leaving, rows, ended=True)

    def stood_ended(self) -> None:
        """Solved in the window, still so at its end, and opened again after it."""
        until = self.window.until
        query = every(*self.asked.met, stood_ended(self.clock, self.window.after, until))
        hits = tickets_of(self.cluster, query, self.asked, self._names, source=["pauses"])
        self._read(((hit, solved_stretch(hit, until)) for hit in hits), ended=True)

    def followed(self) -> None:
        """Seen inside the window, and without the event by its end."""
        query, own = self._followed(), self._own_stop()
        stops = {name: self.asked.stop(name) for name in self.asked.state.read_to}
        slices = [
            one
            for source, stop in stops.items()
            if stop > self.window.after
            for schedule in self.schedules
            for one in (
                self._slice(schedule, self.window.after, self.watched.late, source, own),
                self._slice(schedule, stop, self.watched.leaving, source, own),
            )
        ]
        counted = add_slices(self.cluster, self.asked, query, slices, self.window.number)
        names = (*self._names, "observed_until", "solved_at", "source")
        hits = tickets_of(self.cluster, every(query, own) if counted else query, self.asked, names)
        each = ((hit, self._stop(hit)) for hit in hits)
        self._read(((hit, stop) for hit, stop in each if stop > self.window.after), ended=False)

    def _slice(
        self, schedule: str | None, at: int, cells: Cells, source: str | None = None, but: Clause | None = None
    ) -> Slice:
        mine = [] if source is None else [{"term": {"source": source}}]
        mine += [] if schedule is None else [{"term": {"schedule": schedule}}]
        mine += [] if but is None else [never(but)]
        late = cells is self.watched.late
        return Slice(every(*mine), STARTS[self.clock], self.watched.moment(at, schedule), cells, late)

    def _followed(self) -> Body:
        after, until = self.window.after, self.window.until
        met = [*self.asked.met, exists(STARTS[self.clock]), _unless("observed_until", after)]
        end = ENDS[self.metric]
        if self.metric == "reply.first":
            return every(*met, some(never(exists(end)), within(end, gt=until)), _unless("solved_at", after))
        still = every(OPEN, never(exists(end))) if self.metric == "ttr.first" else OPEN
        met.append(some(still, within(end, gt=until)))
        return every(*met, never(paused(until))) if self.metric == "ttr.full" else every(*met)

    def _own_stop(self) -> Clause:
        """Tickets that may have been seen until a time of their own, or of a source of which nothing is known."""
        known = {"terms": {"source": list(self.asked.state.read_to)}}
        found = [never(known), exists("observed_until")]
        return (
            some(*found, within("solved_at", lte=self.window.until)) if self.metric == "reply.first" else some(*found)
        )

    def _stop(self, hit: Body) -> int:
        ends = [self.asked.stop(hit["fields"]["source"][0]), maybe(hit, "observed_until")]
        ends += [maybe(hit, "solved_at")] if self.metric == "reply.first" else []
        return min(int(end) for end in ends if end is not None)

    @property
    def _names(self) -> tuple[str, ...]:
        return STARTS[self.clock], "schedule"

    def _read(self, hits: Iterable[tuple[Body, int]], *, ended: bool, binned: bool = False) -> None:
        """Tickets one by one, each with the bin of its age or the moment when it was seen last."""
        rows = [
            (group, number(hit, STARTS[self.clock]), maybe(hit, "schedule"), last)
            for hit, last in hits
            for group in groups_of(hit, self.asked)
        ]
        if rows:
            names, starts, schedules, lasts = zip(*rows, strict=True)
            add = self.watched.left_at if binned else self.watched.left
            add(self.window, names, np.array(starts), schedules, np.array(lasts), ended=ended)


def _unless(name: str, after: int) -> Clause:
    """Nothing ended it by that second."""
    return some(never(exists(name)), within(name, gt=after))
