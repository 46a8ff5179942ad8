"""How many tickets were open at a moment: spans from creation to solve, less the solved stretches inside them."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.bins import BINS, bins_of
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.store.base import Cell
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import Condition, condition
from ticketlens.store.sqlite.rollup import open_at

Ints = NDArray[np.int64]
FOREVER = 2**60


class SqliteBacklog:
    _db: Database

    def backlog(self, moments: Sequence[datetime], where: Filter) -> list[int]:
        if where == EVERYTHING:
            with self._db.snapshot():
                return open_at(self._db, moments)
        at = np.array(sorted(seconds(moment) for moment in moments), dtype=np.int64)
        if not len(at):
            return []
        counts = np.zeros(len(at) + 1, dtype=np.int64)
        with self._db.snapshot():
            for starts, stops in (self._open_spans(at, where), self._solved_spans(at, where)):
                _add_spans(counts, at, starts, stops, 1)
            starts, stops, _ = self._pauses(at, where)
            _add_spans(counts, at, starts, stops, -1)
        open_then = dict(zip(at.tolist(), np.cumsum(counts)[:-1].tolist(), strict=True))
        return [open_then[seconds(moment)] for moment in moments]

    def backlog_ages(self, moments: Sequence[datetime], where: Filter) -> list[Cell]:
        at = np.array([seconds(moment) for moment in moments], dtype=np.int64)
        if not len(at):
            return []
        ordered = np.sort(at)
        with self._db.snapshot():
            spans = [
                (*found, found[0]) for found in (self._open_spans(ordered, where), self._solved_spans(ordered, where))
            ]
            paused = self._pauses(ordered, where)
        there = [sum(_ages(moment, *span) for span in spans) - _ages(moment, *paused) for moment in at.tolist()]
        return [
            Cell(index, None, bin_, False, int(counts[bin_]))
            for index, counts in enumerate(there)
            for bin_ in np.flatnonzero(counts).tolist()
        ]

    def _open_spans(self, at: Ints, where: Filter) -> tuple[Ints, Ints]:
        """(start, stop) of tickets that are open: until they were last observed, or for ever."""
        met = condition(where)
        met.add("t.is_open AND +t.created_at <= ?", int(at[-1]))  # the plus keeps to the index of open tickets
        return self._spans(
            f"SELECT t.created_at, coalesce(max(t.created_at, t.observed_until + 1), {FOREVER}) "
            f"FROM tickets t WHERE {met.sql}",
            met,
        )

    def _solved_spans(self, at: Ints, where: Filter) -> tuple[Ints, Ints]:
        """(start, stop) of solved tickets that were open at one of the moments; the index is walked once."""
        parts = []
        for index, moment in enumerate(at.tolist()):
            met = condition(where)
            met.add("t.solved_at > ? AND t.created_at <= ?", moment, moment)
            if index + 1 < len(at):
                met.add("t.solved_at <= ?", int(at[index + 1]))
            parts.append(self._spans(f"SELECT t.created_at, t.solved_at FROM tickets t WHERE {met.sql}", met))
        starts, stops = zip(*parts, strict=True)
        return np.concatenate(starts), np.concatenate(stops)

    def _pauses(self, at: Ints, where: Filter) -> tuple[Ints, Ints, Ints]:
        """(solved, reopened, created) of the solved stretches inside those spans."""
        met = condition(where)
        met.add("p.stop > ? AND p.start <= ?", int(at[0]), int(at[-1]))
        met.add("NOT (t.is_open AND coalesce(t.observed_until < p.start, 0))")
        stop = "CASE WHEN t.is_open THEN min(p.stop, coalesce(t.observed_until + 1, p.stop)) ELSE p.stop END"
        sql = (
            f"SELECT p.start, {stop}, t.created_at FROM pauses p CROSS JOIN tickets t ON t.key = p.key WHERE {met.sql}"
        )
        rows = np.array(self._db.rows(sql, met.values), dtype=np.int64).reshape(-1, 3)
        return rows[:, 0], rows[:, 1], rows[:, 2]

    def _spans(self, sql: str, met: Condition) -> tuple[Ints, Ints]:
        rows = np.array(self._db.rows(sql, met.values), dtype=np.int64).reshape(-1, 2)
        return rows[:, 0], rows[:, 1]


def _ages(at: int, starts: Ints, stops: Ints, born: Ints) -> Ints:
    """Those of the spans that hold a moment, by the bin of their age at it."""
    return np.bincount(bins_of(at - born[(starts <= at) & (at < stops)]), minlength=BINS)


def _add_spans(counts: Ints, at: Ints, starts: Ints, stops: Ints, by: int) -> None:
    """Adds `by` to the steps of every moment T with start <= T < stop."""
    np.add.at(counts, np.searchsorted(at, starts, side="left"), by)
    np.add.at(counts, np.searchsorted(at, stops, side="left"), -by)
