"""What a window saw of tickets of every age, in SQLite: the few that lived in it, one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ticketlens.store.base import Exposure, Positions, Question
from ticketlens.store.fields import duration_column
from ticketlens.store.spans import Ints, Watched, Window, windows
from ticketlens.store.sqlite.filters import STARTS, ended_within
from ticketlens.store.sqlite.questions import FOREVER, LEAST_AGE, PAUSED, SqliteQuestions

FOLLOWED = {
    "ttr.full": ("t.is_open", "t.solved_at > {until:d}"),
    "ttr.first": ("t.is_open AND t.first_solved_at IS NULL", "t.first_solved_at > {until:d} AND {later}"),
    "reply.first": (
        "t.first_reply_at IS NULL AND (t.solved_at IS NULL OR t.solved_at > {after:d})",
        "t.first_reply_at > {until:d}",
    ),
}
"""Tickets without the event by the end of a window, in two parts that share none: each walks an index of its own."""


class SqliteExposure(SqliteQuestions):
    def exposure(self, question: Question, metric: str, clock: str, positions: Positions) -> Exposure:
        watched = Watched(clock, positions)
        with self._db.snapshot():
            for window in windows(question, metric):
                then = replace(question, as_of=datetime.fromtimestamp(window.until, UTC))
                self._ended_in(watched, window, then, metric, clock)
                if metric == "ttr.full":
                    self._stood_ended(watched, window, then, clock)
                self._followed(watched, window, then, metric, clock)
        return watched.told()

    def _ended_in(self, watched: Watched, window: Window, then: Question, metric: str, clock: str) -> None:
        _, group, table, met = self._over(then, live=False, dated=False)
        met.add(ended_within(metric, clock, window.after, window.until))
        if metric == "ttr.first":
            period = then.periods[window.number]
            met.add(
                "t.first_solved_day >= ? AND t.first_solved_day < ?", period.start.toordinal(), period.end.toordinal()
            )
        columns = f"{group}, {STARTS[clock]}, t.schedule, t.{duration_column(metric, clock)}_bin"
        if clock == "calendar":
            columns = columns.replace("t.schedule", "NULL")
        rows = self._db.rows(f"SELECT {columns} FROM {table} WHERE {met.sql}", met.values)
        groups, starts, schedules, bins = _columns(rows, 4)
        watched.left_at(window, _texts(groups), _ints(starts), schedules, _ints(bins), ended=True)

    def _stood_ended(self, watched: Watched, window: Window, then: Question, clock: str) -> None:
        """Solved in the window, still so at its end, and opened again after it."""
        _, group, table, met = self._over(then, live=False, dated=False)
        met.add(f"p.start > ? AND p.start <= ? AND ? < p.stop AND {STARTS[clock]} IS NOT NULL",
                window.after, window.until, window.until)  # fmt: skip
        columns = f"{group}, {STARTS[clock]}, t.schedule, p.start"
        joined = f"{table} JOIN pauses p ON p.key = t.key"
        self._add(watched, window, f"SELECT {columns} FROM {joined} WHERE {met.sql}", met.values, ended=True)

    def _followed(self, watched: Watched, window: Window, then: Question, metric: str, clock: str) -> None:
        """Seen inside the window, and without the event by its end."""
        stop = LEAST_AGE.format(at=window.until, forever=FOREVER)
        if metric == "reply.first":
            stop = f"min({stop}, coalesce(t.solved_at, {FOREVER}))"
        day = then.periods[window.number].start.toordinal()
        for part in FOLLOWED[metric]:
            _, group, table, met = self._over(then, live=False, dated=False)
            met.add(part.format(after=window.after, until=window.until, later=f"t.first_solved_day >= {day:d}"))
            if metric == "ttr.full":
                met.add(f"NOT {PAUSED.format(at=window.until)}")
            met.add(f"{STARTS[clock]} IS NOT NULL AND {stop} > {window.after:d}")
            columns = f"{group}, {STARTS[clock]}, t.schedule, {stop}"
            self._add(watched, window, f"SELECT {columns} FROM {table} WHERE {met.sql}", met.values, ended=False)

    def _add(self, watched: Watched, window: Window, sql: str, values: Sequence[Any], *, ended: bool) -> None:
        groups, starts, schedules, stops = _columns(self._db.rows(sql, values), 4)
        watched.left(window, _texts(groups), _ints(starts), schedules, _ints(stops), ended=ended)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * width


def _texts(groups: Sequence[Any]) -> list[str | None]:
    return [None if group is None else str(group) for group in groups]


def _ints(values: Sequence[Any]) -> Ints:
    return np.array(values, dtype=np.int64)
