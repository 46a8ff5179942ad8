"""Counts in SQLite: one walk over an index that covers the question, then bins and periods."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ticketlens.errors import ConfigError
from ticketlens.metrics.bins import BINS, bins_of
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import CUSTOM, Filter
from ticketlens.model.topic import Coverage
from ticketlens.store.base import Cell, Positions, Question, Tally
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.cells import Cells
from ticketlens.store.sqlite.columns import METRICS, duration_column
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import COLUMNS, DAYS, SETTLED_AFTER, SOLVES, Condition, condition
from ticketlens.store.sqlite.rollup import of_days, summed

Ints = NDArray[np.int64]
FOREVER = 2**60
DAY = 86_400
FIRST_DAY = date(1970, 1, 1).toordinal()
ENDS = {"ttr.full": "t.solved_at", "ttr.first": "t.first_solved_at", "reply.first": "t.first_reply_at"}
"""When the event of a metric was; waits end with the last solve."""

PAUSED = (
    "(t.reopens > 0 AND EXISTS (SELECT 1 FROM pauses p WHERE p.key = t.key AND p.start <= {at:d} AND {at:d} < p.stop))"
)
"""A reopened ticket that stood as solved at that moment."""

LEAST_AGE = "min({at:d}, coalesce(t.observed_until, {forever}), (SELECT at FROM read_to r WHERE r.source = t.source))"


class SqliteFigures:
    _db: Database

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

    def tally(self, question: Question) -> list[Tally]:
        sums: dict[tuple[int, str | None], list[int]] = defaultdict(lambda: [0] * 7)
        with self._db.snapshot():
            live = self._live(question)
            for one, key, *cells in self._by_period(question, self._tallied(question, live=live)):
                sums[one, key] = [a + (b or 0) for a, b in zip(sums[one, key], cells, strict=True)]
            if question.cohort == "arrived":
                self._add_running_waits(sums, question, live=live)
            if question.cohort == "solved" and not live:
                for one, key, *_ in self._paused(question, "1"):
                    sums[one, key][0] += 1
        return [
            Tally(*place, *cells)
            for place, cells in sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        ]

    def _tallied(self, question: Question, *, live: bool) -> list[tuple[Any, ...]]:
        """Rows (day, group, n, open, waited, settled, returned, rated, satisfied), from the sums where they can answer.

        What was solved around the moment that parts the settled from the others is counted over the tickets: a sum by
        day does not know the second.
        """
        grouped = question.group_by in (None, "topic")
        if not (live and grouped and question.periods and summed(question.where, question.cohort)):
            return self._counted(question, live=live)
        if question.cohort != "first_solved":
            return self._summed(question)
        day = FIRST_DAY + (seconds(question.as_of) - SETTLED_AFTER) // DAY
        near = (day - 1, day + 1)
        return [*self._summed(question, near), *self._counted(question, live=live, days=near)]

    def _summed(self, question: Question, without: tuple[int, int] = (0, 0)) -> list[tuple[Any, ...]]:
        """The tally by `day_sums`, without some days; what was first solved before them is settled, and after not."""
        met = of_days(question.cohort, question.where, question.periods)
        met.add("NOT t.day BETWEEN ? AND ?", *without)
        group = "NULL" if question.group_by is None else "nullif(t.topic, -1)"
        settled = f"t.cohort = 'first_solved' AND t.day < {without[0]:d}"
        sql = (
            f"SELECT {_first_day(question.periods, 't.day')}, {group}, sum(t.n), sum(t.open), sum(t.waited_seconds), "
            f"sum(iif({settled}, t.n, 0)), sum(iif({settled}, t.returned, 0)), sum(t.rated), sum(t.satisfied) "
            f"FROM day_sums t WHERE {met.sql} GROUP BY 1, 2"
        )
        return self._db.rows(sql, met.values)

    def _counted(self, question: Question, *, live: bool, days: tuple[int, int] | None = None) -> list[tuple[Any, ...]]:
        """The tally over the tickets, of those days where they are named."""
        at = seconds(question.as_of)
        day, group, table, met = self._over(question, live=live)
        if days is not None:
            met.add(f"{day} BETWEEN ? AND ?", *days)
        if question.cohort in SOLVES and not live:
            met.add(f"{SOLVES[question.cohort]} <= ?", at)
        is_open = (
            "t.is_open"
            if live
            else f"((t.is_open OR coalesce(t.solved_at, 0) > {at:d}) AND NOT {PAUSED.format(at=at)})"
        )
        settled = f"t.first_solved_at <= {at - SETTLED_AFTER:d}"
        figures = {
            "arrived": f"sum({is_open}), sum(t.waited_seconds), 0, 0, count(t.satisfied), sum(t.satisfied)",
            "solved": "0, 0, 0, 0, 0, 0",
            "first_solved": f"0, 0, sum({settled}), sum({settled} AND t.returned), 0, 0",
            "rated": "0, 0, 0, 0, count(t.satisfied), sum(t.satisfied)",
        }[question.cohort]
        sql = f"SELECT {day}, {group}, count(*), {figures} FROM {table} WHERE {met.sql} GROUP BY {_keys(group)}"
        return self._db.rows(sql, met.values)

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

    def _live(self, question: Question) -> bool:
        """Whether `as_of` is at or after all that was read, so that what is stored is what was known then."""
        read_to = self._db.value("SELECT max(at) FROM read_to")
        return read_to is None or seconds(question.as_of) >= read_to

    def _over(self, question: Question, *, live: bool, dated: bool = True) -> tuple[str, str, str, Condition]:
        """(day column, group expression, tables, condition) of a question; `dated` keeps to the days of its periods."""
        day = f"t.{DAYS[question.cohort]}"
        met = condition(question.where, question.as_of, grown=not live)
        if question.periods and dated:
            met.add(
                f"{day} >= ? AND {day} < ?", question.periods[0].start.toordinal(), question.periods[-1].end.toordinal()
            )
        elif not question.periods:
            met.add("0")
        group, table = "NULL", "tickets t"
        if question.group_by == "tag":
            group, table = "f.value", "tickets t LEFT JOIN tags f ON f.key = t.key"
        elif question.group_by is not None and question.group_by.startswith(CUSTOM):
            group, table = "f.value", "tickets t LEFT JOIN custom f ON f.key = t.key AND f.name = ?"
            met.values.insert(0, question.group_by.removeprefix(CUSTOM))
        elif question.group_by is not None:
            if question.group_by not in COLUMNS:
                raise ConfigError(f"group_by: {question.group_by!r} is none of tag, {', '.join(COLUMNS)}, custom.NAME")
            group = COLUMNS[question.group_by]
        return day, group, table, met

    def _by_period(self, question: Question, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """Rows (day, group, …) with the number of the period in place of the day, and the group as text."""
        number = {
            day: index
            for index, period in enumerate(question.periods)
            for day in range(period.start.toordinal(), period.end.toordinal())
        }
        for day, group, *rest in rows:
            if day in number:
                yield (number[day], _text(group), *rest)

    def _ended(self, cells: Cells, question: Question, metric: str, clock: str, *, live: bool) -> None:
        day, group, table, met = self._over(question, live=live)
        column = f"t.{duration_column(metric, clock)}_bin"
        met.add(f"{column} IS NOT NULL")
        if not live:
            ends = {ENDS.get(metric, "t.solved_at"), SOLVES.get(question.cohort, "t.created_at")}
            met.add(" AND ".join(f"{end} <= {seconds(question.as_of):d}" for end in sorted(ends)))
        if question.group_by in (None, "topic"):
            self._add_packed(cells, question, column, met)
            return
        columns = f"{day} AS d, {group} AS g, {column} AS b, count(*) AS n"
        by_day = f"SELECT {columns} FROM {table} WHERE {met.sql} GROUP BY 1, 2, 3"
        sql = f"SELECT {_first_day(question.periods, 'd')}, g, b, sum(n) FROM ({by_day}) GROUP BY 1, 2, 3"
        rows = list(self._by_period(question, self._db.rows(sql, met.values)))
        periods, groups, bins, n = zip(*rows, strict=True) if rows else ((), (), (), ())
        cells.add(periods, groups, bins, ended=True, n=n)

    def _add_packed(self, cells: Cells, question: Question, column: str, met: Condition) -> None:
        """Topic and bin of each ticket as one number, a text of numbers a day: nothing is sorted in SQLite."""
        day = f"t.{DAYS[question.cohort]}"
        topic = "0" if question.group_by is None else "coalesce(t.topic, 0)"
        packed = f"SELECT {day}, NULL, count(*), group_concat({topic} * {BINS} + {column}) FROM tickets t"
        rows = self._by_period(question, self._db.rows(f"{packed} WHERE {met.sql} GROUP BY 1", met.values))
        periods, _, n, texts = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), (), ())
        topics, bins = np.divmod(np.fromstring(",".join(texts), dtype=np.int64, sep=","), BINS)
        cells.add_topics(np.repeat(np.array(periods, dtype=np.int64), n), topics, bins, ended=True)

    def _add_paused(self, cells: Cells, question: Question, metric: str, clock: str, positions: Positions) -> None:
        if metric == "ttr.full":
            started = "t.created_at" if clock == "calendar" else "t.business_start"
            rows = self._paused(question, f"p.start, {started}, t.schedule", f"{started} IS NOT NULL")
            self._add_ages(cells, rows, clock, positions, ended=True)
        elif question.cohort == "solved":
            column = f"t.{duration_column(metric, clock)}_bin"
            known = f"{column} IS NOT NULL AND {ENDS[metric]} <= {seconds(question.as_of):d}"
            rows = self._paused(question, column, known)
            periods, groups, bins = zip(*rows, strict=True) if rows else ((), (), ())
            cells.add(periods, groups, bins, ended=True)

    def _paused(self, question: Question, columns: str, known: str = "1") -> list[tuple[Any, ...]]:
        """(period, group, *columns) of the cohort's tickets that stood as solved at `as_of`, and reopened after it."""
        if question.cohort not in ("arrived", "solved"):
            return []
        by_solve = question.cohort == "solved"
        day, group, table, met = self._over(question, live=False, dated=not by_solve)
        at = seconds(question.as_of)
        met.add(f"{known} AND p.start <= ? AND ? < p.stop", at, at)
        columns = f"{'p.start' if by_solve else day}, {group}, {columns}"
        sql = f"SELECT {columns} FROM {table} JOIN pauses p ON p.key = t.key WHERE {met.sql}"
        rows = self._db.rows(sql, met.values)
        return list(_by_moment(question, rows) if by_solve else self._by_period(question, rows))

    def _add_ages(
        self,
        cells: Cells,
        kept: Sequence[tuple[Any, ...]],
        clock: str,
        positions: Positions,
        *,
        ended: bool,
    ) -> None:
        """Count rows (period, group, stop, start, schedule) by the bin of their length."""
        ages = _calendar_ages(kept) if clock == "calendar" else _business_ages(kept, positions)
        periods, groups = [row[0] for row in kept], (row[1] for row in kept)
        cells.add(periods, groups, bins_of(np.maximum(ages, 0)), ended=ended)

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
        started = "t.created_at" if clock == "calendar" else "t.business_start"
        met.add(f"{started} IS NOT NULL")
        stop = LEAST_AGE.format(at=seconds(question.as_of), forever=FOREVER)
        if metric == "reply.first":
            stop = f"min({stop}, coalesce(t.solved_at, {FOREVER}))"
        sql = f"SELECT {day}, {group}, {stop}, {started}, t.schedule FROM {table} WHERE {met.sql}"
        rows = list(self._by_period(question, self._db.rows(sql, met.values)))
        self._add_ages(cells, rows, clock, positions, ended=False)

    def _add_running_waits(
        self, sums: dict[tuple[int, str | None], list[int]], question: Question, *, live: bool
    ) -> None:
        day, group, table, met = self._over(question, live=live)
        met.add("t.is_open AND t.waiting_since IS NOT NULL")
        stop = LEAST_AGE.format(at=seconds(question.as_of), forever=FOREVER)
        columns = f"{day}, {group}, sum(max(0, {stop} - t.waiting_since))"
        sql = f"SELECT {columns} FROM {table} WHERE {met.sql} GROUP BY {_keys(group)}"
        for period, key, waited in self._by_period(question, self._db.rows(sql, met.values)):
            sums[period, key][2] += waited or 0


def _keys(group: str) -> str:
    """Day and group; the day alone where there is no group, so that the index is walked in its own order."""
    return "1" if group == "NULL" else "1, 2"


def _first_day(periods: Sequence[Period], day: str) -> str:
    """SQL for the first day of a day's period, where all are equally long and none is left out; else for the day."""
    lengths = {(period.end - period.start).days for period in periods}
    whole = bool(periods) and periods[-1].end.toordinal() - periods[0].start.toordinal() == len(periods) * max(lengths)
    if len(lengths) != 1 or not whole:
        return day
    start, length = periods[0].start.toordinal(), lengths.pop()
    return f"{day} - ({day} - {start:d}) % {length:d}"


def _not_ended(metric: str, at: int, *, live: bool) -> tuple[Any, ...]:
    if metric == "reply.first":
        return ("t.first_reply_at IS NULL",) if live else ("(t.first_reply_at IS NULL OR t.first_reply_at > ?)", at)
    end = ENDS[metric]
    known = f"t.is_open AND {end} IS NULL" if metric == "ttr.first" else "t.is_open"
    return (known,) if live else (f"({known} OR {end} > ?)", at)


def _by_moment(question: Question, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows (epoch seconds, group, …) with the number of the period in place of the moment, and the group as text."""
    starts = [seconds(period.start_at) for period in question.periods]
    for at, group, *rest in rows:
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < seconds(question.periods[number].end_at):
            yield (number, _text(group), *rest)


def _calendar_ages(rows: Sequence[tuple[Any, ...]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([stop - start for _, _, stop, start, _ in rows], dtype=np.int64)


def _business_ages(rows: Sequence[tuple[Any, ...]], positions: Positions) -> np.ndarray[Any, np.dtype[np.int64]]:
    ages = np.zeros(len(rows), dtype=np.int64)
    by_schedule: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_schedule[row[4]].append(index)
    for schedule, indices in by_schedule.items():
        stops = np.array([rows[index][2] for index in indices], dtype=np.int64)
        starts = np.array([rows[index][3] for index in indices], dtype=np.int64)
        ages[indices] = positions(schedule, stops) - starts
    return ages


def _text(group: Any) -> str | None:
    return None if group is None else str(group)
