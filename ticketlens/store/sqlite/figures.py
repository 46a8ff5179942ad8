"""Histograms in SQLite: one walk over an index that covers the question, then bins and periods."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import starmap
from typing import Any

import numpy as np

from ticketlens.errors import ConfigError
from ticketlens.metrics.bins import BINS, bins_of
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Coverage
from ticketlens.store.ages import Length, add_lengths, by_day
from ticketlens.store.base import Positions, Question
from ticketlens.store.cells import Cells, Counted
from ticketlens.store.codec import seconds
from ticketlens.store.fields import CYCLES, METRICS, duration_column
from ticketlens.store.sqlite.filters import ENDS, SOLVES, condition, not_ended, started
from ticketlens.store.sqlite.names import Ints, named, parsed
from ticketlens.store.sqlite.questions import FOREVER, LEAST_AGE, PAUSED, SqliteQuestions
from ticketlens.store.sqlite.rollup import of_days, summed


class SqliteFigures(SqliteQuestions):
    def histogram(self, question: Question, metric: str, clock: str, positions: Positions) -> Counted:
        with self._db.snapshot():
            return self._histogram(question, metric, clock, positions, live=self._live(question))

    def _histogram(self, question: Question, metric: str, clock: str, positions: Positions, *, live: bool) -> Counted:
        must_be_duration(metric)
        cells = Cells()
        self._ended(cells, question, metric, clock, live=live)
        if metric in ENDS and not live:
            self._add_paused(cells, question, metric, clock, positions)
        if question.cohort == "arrived" and metric in ENDS:
            self._running(cells, question, metric, clock, positions, live=live)
        return cells.told()

    def coverage(self, where: Filter) -> Coverage:
        if summed(where, "arrived"):
            met = of_days("arrived", where)
            sums = "total(t.n), total(t.weak), total(t.core), total(t.edited)"
            n, *found = map(int, self._db.rows(f"SELECT {sums} FROM day_sums t WHERE {met.sql}", met.values)[0])
            return Coverage(ungrouped=n - sum(found), weak=found[0], core=found[1], edited=found[2])
        met = condition(where)
        rows = self._db.rows(f"SELECT t.match, count(*) FROM tickets t WHERE {met.sql} GROUP BY 1", met.values)
        by: dict[int, int] = defaultdict(int, rows)
        return Coverage(ungrouped=by[0], weak=by[1], core=by[2], edited=by[3])

    def excluded(self, where: Filter) -> dict[str, int]:
        met = condition(replace(where, excluded="any"))
        met.add("t.excluded IS NOT NULL")
        sql = f"SELECT t.excluded, count(*) FROM tickets t WHERE {met.sql} GROUP BY 1 ORDER BY 1"
        return dict(self._db.rows(sql, met.values))

    def _ended(self, cells: Cells, question: Question, metric: str, clock: str, *, live: bool) -> None:
        """Group and bin of each ticket as one number, a text of numbers a day: nothing is sorted in SQLite."""
        day, group, met = self._over(question, live=live)
        column = f"t.{duration_column(metric, clock)}_bin"
        met.add(f"{column} IS NOT NULL")
        if metric in CYCLES:
            met.add("t.solved_at IS NOT NULL")
        if not live:
            ends = {ENDS.get(metric, "t.solved_at"), SOLVES.get(question.cohort, "t.created_at")}
            met.add(" AND ".join(f"{end} <= {seconds(question.as_of):d}" for end in sorted(ends)))
        packed = f"SELECT {day}, count(*), group_concat(coalesce({group}, 0) * {BINS} + {column}) FROM tickets t"
        rows = self._db.rows(f"{packed} WHERE {met.sql} GROUP BY 1", met.values)
        periods, n, texts = _columns(list(by_day(question.periods, rows)), 3)
        groups, bins = np.divmod(parsed(texts), BINS)
        names = partial(named, self._db, question.group_by)
        cells.add_named(_each(periods, n), groups, bins, names, ended=True)

    def _add_paused(self, cells: Cells, question: Question, metric: str, clock: str, positions: Positions) -> None:
        if metric == "ttr.full":
            begun = started(metric, clock)
            rows = self._paused(question, f"p.done, {begun}, t.schedule", f"{begun} IS NOT NULL")
            add_lengths(cells, starmap(Length, rows), clock, positions, ended=True)
        elif question.cohort == "solved":
            column = f"t.{duration_column(metric, clock)}_bin"
            known = f"{column} IS NOT NULL AND {ENDS[metric]} <= {seconds(question.as_of):d}"
            periods, groups, bins = _columns(self._paused(question, column, known), 3)
            cells.add(periods, groups, bins, ended=True)

    def _running(
        self,
        cells: Cells,
        question: Question,
        metric: str,
        clock: str,
        positions: Positions,
        *,
        live: bool,
    ) -> None:
        day, group, met = self._over(question, live=live)
        met.add(not_ended(metric, f"{seconds(question.as_of):d}", live=live))
        if metric == "ttr.full" and not live:
            met.add(f"NOT {PAUSED.format(at=seconds(question.as_of))}")
        begun = started(metric, clock)
        met.add(f"{begun} IS NOT NULL")
        schedule = "NULL" if clock == "calendar" else "t.schedule"
        stop = LEAST_AGE.format(at=seconds(question.as_of), forever=FOREVER)
        if metric == "reply.first":
            stop = f"min({stop}, coalesce(t.solved_at, {FOREVER}))"
        packed = ", ".join(f"group_concat({number})" for number in (f"coalesce({group}, 0)", stop, begun))
        keys = "1" if clock == "calendar" else "1, 2"
        sql = f"SELECT {day}, {schedule}, count(*), {packed} FROM tickets t WHERE {met.sql} GROUP BY {keys}"
        rows = list(by_day(question.periods, self._db.rows(sql, met.values)))
        periods, schedules, n, groups, stops, starts = _columns(rows, 6)
        until = _on_clock(parsed(stops), n, schedules, clock, positions)
        names = partial(named, self._db, question.group_by)
        bins = bins_of(np.maximum(until - parsed(starts), 0))
        cells.add_named(_each(periods, n), parsed(groups), bins, names, ended=False)


def must_be_duration(metric: str) -> None:
    if metric not in METRICS:
        raise ConfigError(f"metric: {metric!r} is no duration; known are {', '.join(METRICS)}")


def _on_clock(moments: Ints, n: Sequence[int], schedules: Sequence[str], clock: str, positions: Positions) -> Ints:
    """Moments of so many tickets of each schedule as they are, or as open seconds of the schedule until then."""
    if clock == "calendar":
        return moments
    names = list(dict.fromkeys(schedules))
    which, found = _each([names.index(name) for name in schedules], n), np.zeros_like(moments)
    for number, name in enumerate(names):
        found[which == number] = positions(name or "", moments[which == number])
    return found


def _each(values: Sequence[int], n: Sequence[int]) -> Ints:
    """Each of the values so many times."""
    return np.repeat(np.array(values, dtype=np.int64), np.array(n, dtype=np.int64))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * width
