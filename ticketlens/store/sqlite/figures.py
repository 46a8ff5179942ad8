"""Histograms in SQLite: one walk over an index that covers the question, then bins and periods."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import starmap
from typing import Any

import numpy as np

from ticketlens.errors import ConfigError
from ticketlens.metrics.bins import BINS
from ticketlens.model.filter import EVERYTHING, NOTHING, Filter
from ticketlens.model.topic import Coverage
from ticketlens.store.ages import Length, add_lengths
from ticketlens.store.base import Cell, Positions, Question
from ticketlens.store.cells import Cells
from ticketlens.store.codec import seconds
from ticketlens.store.fields import CYCLES, METRICS, duration_column
from ticketlens.store.sqlite.filters import DAYS, ENDS, SOLVES, STARTS, Condition, condition
from ticketlens.store.sqlite.questions import FOREVER, LEAST_AGE, PAUSED, SqliteQuestions, first_day
from ticketlens.store.sqlite.rollup import of_days, summed

COVERED = {"arrived": "tickets_arrived_bins", "solved": "tickets_solved_bins"}
INDEXED = {"source", "group", "channel", "priority", "topic"}
"""Fields that those indexes hold."""

NEXT_STARTS = {"calendar": "t.next_since", "business": "t.next_business_start"}
"""Where a wait for a further reply begins: epoch seconds, or on the open seconds of the ticket's schedule."""


class SqliteFigures(SqliteQuestions):
    def histogram(self, question: Question, metric: str, clock: str, positions: Positions) -> list[Cell]:
        if metric not in METRICS:
            raise ConfigError(f"metric: {metric!r} is no duration; known are {', '.join(METRICS)}")
        cells = Cells()
        with self._db.snapshot():
            live = self._live(question)
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
        day, group, table, met = self._over(question, live=live)
        column = f"t.{duration_column(metric, clock)}_bin"
        met.add(f"{column} IS NOT NULL")
        if metric in CYCLES:
            met.add("t.solved_at IS NOT NULL")
        if not live:
            ends = {ENDS.get(metric, "t.solved_at"), SOLVES.get(question.cohort, "t.created_at")}
            met.add(" AND ".join(f"{end} <= {seconds(question.as_of):d}" for end in sorted(ends)))
        if live and table == "tickets t" and (index := bins_index(question, metric)) is not None:
            table = f"tickets t INDEXED BY {index}"
            met.add("t.key > 0")
        if question.group_by in (None, "topic"):
            self._add_packed(cells, question, column, table, met)
            return
        columns = f"{day} AS d, {group} AS g, {column} AS b, count(*) AS n"
        by_day = f"SELECT {columns} FROM {table} WHERE {met.sql} GROUP BY 1, 2, 3"
        sql = f"SELECT {first_day(question.periods, 'd')}, g, b, sum(n) FROM ({by_day}) GROUP BY 1, 2, 3"
        rows = list(self._by_period(question, self._db.rows(sql, met.values)))
        periods, groups, bins, n = _columns(rows, 4)
        cells.add(periods, groups, bins, ended=True, n=n)

    def _add_packed(self, cells: Cells, question: Question, column: str, table: str, met: Condition) -> None:
        """Topic and bin of each ticket as one number, a text of numbers a day: nothing is sorted in SQLite."""
        day = f"t.{DAYS[question.cohort]}"
        topic = "0" if question.group_by is None else "coalesce(t.topic, 0)"
        packed = f"SELECT {day}, NULL, count(*), group_concat({topic} * {BINS} + {column}) FROM {table}"
        rows = self._db.rows(f"{packed} WHERE {met.sql} GROUP BY 1", met.values)
        periods, _, n, texts = _columns(list(self._by_period(question, rows)), 4)
        topics, bins = np.divmod(np.fromstring(",".join(texts), dtype=np.int64, sep=","), BINS)
        cells.add_topics(np.repeat(np.array(periods, dtype=np.int64), n), topics, bins, ended=True)

    def _add_paused(self, cells: Cells, question: Question, metric: str, clock: str, positions: Positions) -> None:
        if metric == "ttr.full":
            started = _started(metric, clock)
            rows = self._paused(question, f"p.done, {started}, t.schedule", f"{started} IS NOT NULL")
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
        day, group, table, met = self._over(question, live=live)
        met.add(*_not_ended(metric, seconds(question.as_of), live=live))
        if metric == "ttr.full" and not live:
            met.add(f"NOT {PAUSED.format(at=seconds(question.as_of))}")
        started = _started(metric, clock)
        met.add(f"{started} IS NOT NULL")
        stop = LEAST_AGE.format(at=seconds(question.as_of), forever=FOREVER)
        if metric == "reply.first":
            stop = f"min({stop}, coalesce(t.solved_at, {FOREVER}))"
        sql = f"SELECT {day}, {group}, {stop}, {started}, t.schedule FROM {table} WHERE {met.sql}"
        rows = self._by_period(question, self._db.rows(sql, met.values))
        add_lengths(cells, starmap(Length, rows), clock, positions, ended=False)


def bins_index(question: Question, metric: str) -> str | None:
    """The index that covers the bins of a metric, where the question needs nothing else."""
    where, needed = question.where, {*question.where.where, *([question.group_by] if question.group_by else [])}
    plain = replace(where, where=NOTHING) == EVERYTHING and needed <= INDEXED
    if metric == "ttr.full" or not plain or question.cohort not in COVERED:
        return None
    return COVERED[question.cohort] if metric in ENDS or question.cohort == "solved" else None


def _started(metric: str, clock: str) -> str:
    return (NEXT_STARTS if metric == "reply.next" else STARTS)[clock]


def _not_ended(metric: str, at: int, *, live: bool) -> tuple[Any, ...]:
    if metric == "reply.next":
        begun, ended = "t.next_since IS NOT NULL AND t.next_reply_at IS NULL", "t.next_reply_at > ?"
        return (begun,) if live else (f"t.next_since <= ? AND (t.next_reply_at IS NULL OR {ended})", at, at)
    if metric == "reply.first":
        return ("t.first_reply_at IS NULL",) if live else ("(t.first_reply_at IS NULL OR t.first_reply_at > ?)", at)
    end = ENDS[metric]
    known = f"t.is_open AND {end} IS NULL" if metric == "ttr.first" else "t.is_open"
    return (known,) if live else (f"({known} OR {end} > ?)", at)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * width
