"""What a window saw of tickets of every age, in SQLite: the few that lived in it, one by one."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from ticketlens.store.base import Exposure, Positions, Question
from ticketlens.store.fields import duration_column
from ticketlens.store.spans import ONE, Groups, Ints, Watched, Window, windows
from ticketlens.store.sqlite.filters import STARTS, Condition, ended_within
from ticketlens.store.sqlite.questions import FOREVER, LEAST_AGE, PAUSED, SqliteQuestions

FOLLOWED = {
    "ttr.full": ("t.is_open", "t.solved_at > {until:d}"),
    "ttr.first": ("t.is_open AND t.first_solved_at IS NULL", "t.first_solved_at > {until:d}"),
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

    def _there(self, then: Question, window: Window) -> tuple[str, Condition]:
        """(number of the group, condition) of the tickets that came by the end of a window."""
        _, group, met = self._over(then, live=True, dated=False)
        met.add("+t.created_at <= ?", window.until)  # the plus keeps to the indexes of moments of ends
        return group, met

    def _ended_in(self, watched: Watched, window: Window, then: Question, metric: str, clock: str) -> None:
        group, met = self._there(then, window)
        met.add(ended_within(metric, clock, window.after, window.until))
        columns = f"1, {group}, {STARTS[clock]}, t.schedule, t.{duration_column(metric, clock)}_bin"
        sql = f"SELECT {columns} FROM tickets t WHERE {met.sql}"
        groups, starts, schedules, bins = self._columns(then, sql, met)
        watched.left_at(window, groups, starts, schedules, bins, ended=True)

    def _stood_ended(self, watched: Watched, window: Window, then: Question, clock: str) -> None:
        """Solved in the window, still so at its end, and opened again after it."""
        group, met = self._there(then, window)
        met.add(f"p.start > ? AND p.start <= ? AND ? < p.stop AND {STARTS[clock]} IS NOT NULL",
                window.after, window.until, window.until)  # fmt: skip
        columns = f"1, {group}, {STARTS[clock]}, t.schedule, p.start"
        joined = "tickets t JOIN pauses p ON p.key = t.key"
        self._add(watched, window, then, f"SELECT {columns} FROM {joined} WHERE {met.sql}", met, ended=True)

    def _followed(self, watched: Watched, window: Window, then: Question, metric: str, clock: str) -> None:
        """Seen inside the window, and without the event by its end."""
        stop = LEAST_AGE.format(at=window.until, forever=FOREVER)
        if metric == "reply.first":
            stop = f"min({stop}, coalesce(t.solved_at, {FOREVER}))"
        for part in FOLLOWED[metric]:
            group, met = self._there(then, window)
            met.add(part.format(after=window.after, until=window.until))
            if metric == "ttr.full":
                met.add(f"NOT {PAUSED.format(at=window.until)}")
            met.add(f"{STARTS[clock]} IS NOT NULL AND {stop} > {window.after:d}")
            columns = f"1, {group}, {STARTS[clock]}, t.schedule, {stop}"
            self._add(watched, window, then, f"SELECT {columns} FROM tickets t WHERE {met.sql}", met, ended=False)

    def _add(self, watched: Watched, window: Window, then: Question, sql: str, met: Condition, *, ended: bool) -> None:
        groups, starts, schedules, stops = self._columns(then, sql, met)
        watched.left(window, groups, starts, schedules, stops, ended=ended)

    def _columns(self, then: Question, sql: str, met: Condition) -> tuple[Groups, Ints, Groups, Ints]:
        """Rows (1, number of the group, start, schedule, number) by column, with the names of the groups."""
        rows = list(self._in_groups(then, self._db.rows(sql, met.values)))
        _, groups, starts, schedules, numbers = zip(*rows, strict=True) if rows else ((),) * 5
        names = ONE if then.group_by is None else groups
        return names, np.array(starts, dtype=np.int64), schedules, np.array(numbers, dtype=np.int64)
