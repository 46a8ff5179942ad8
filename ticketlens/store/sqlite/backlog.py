"""How many tickets were open at a moment: spans from creation to solve, less the solved stretches inside them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from ticketlens.metrics.bins import BINS, bins_of
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.store.base import Cell
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import Condition, condition
from ticketlens.store.sqlite.names import Ints, named
from ticketlens.store.sqlite.numbers import number_column
from ticketlens.store.sqlite.rollup import open_at

FOREVER = 2**60


class SqliteBacklog:
    _db: Database

    def backlog(self, moments: Sequence[datetime], where: Filter) -> list[int]:
        with self._db.snapshot():
            if where == EVERYTHING:
                return open_at(self._db, moments)
            return self._open(moments, where, None).get(None, [0] * len(moments))

    def backlogs(
        self, moments: Sequence[datetime], where: Filter, field: str, values: Sequence[str]
    ) -> dict[str, list[int]]:
        if field not in where.where:
            where = where.having(field, values)
        with self._db.snapshot():
            found = self._open(moments, where, field)
        return {value: found.get(value or None, [0] * len(moments)) for value in values}

    def backlog_ages(self, moments: Sequence[datetime], where: Filter) -> list[Cell]:
        asked = [seconds(moment) for moment in moments]
        if not asked:
            return []
        with self._db.snapshot():
            rows, by = self._all_spans(np.unique(np.array(asked, dtype=np.int64)), where, None)
        return [
            Cell(index, None, bin_, False, int(counts[bin_]))
            for index, counts in enumerate(_ages(at, rows, by) for at in asked)
            for bin_ in np.flatnonzero(counts).tolist()
        ]

    def _open(self, moments: Sequence[datetime], where: Filter, field: str | None) -> dict[str | None, list[int]]:
        """How many were open at each moment, by group; groups of which none was open are left out."""
        asked = [seconds(moment) for moment in moments]
        at = np.unique(np.array(asked, dtype=np.int64))
        if not len(at):
            return {}
        rows, by = self._all_spans(at, where, field)
        found, group = np.unique(rows[:, 0], return_inverse=True)
        counts = np.cumsum(_steps(group, len(found), at, rows, by), axis=1)[:, np.searchsorted(at, asked)]
        told: dict[str | None, list[int]] = {}
        for place, name in zip(*named(self._db, field, found), strict=True):
            told[name] = (counts[place] + told.get(name, 0)).tolist()
        return told

    def _all_spans(self, at: Ints, where: Filter, field: str | None) -> tuple[Ints, Ints]:
        """Spans (group, start, stop, created) at these moments, and by how much each counts: 1, or -1 for a pause."""
        pauses = self._pauses(at, where, field)
        rows = np.concatenate((self._open_spans(at, where, field), self._solved_spans(at, where, field), pauses))
        by = np.ones(len(rows), dtype=np.int64)
        by[len(rows) - len(pauses) :] = -1
        return rows, by

    def _open_spans(self, at: Ints, where: Filter, field: str | None) -> Ints:
        """(group, start, stop, created) of tickets that are open: until they were last observed, or for ever."""
        met = condition(where)
        met.add("t.is_open AND +t.created_at <= ?", int(at[-1]))  # the plus keeps to the index of open tickets
        stop = f"coalesce(max(t.created_at, t.observed_until + 1), {FOREVER})"
        return self._spans(f"t.created_at, {stop}, t.created_at FROM tickets t", met, field)

    def _solved_spans(self, at: Ints, where: Filter, field: str | None) -> Ints:
        """(group, start, stop, created) of tickets open at one of the moments and solved later; walks an index once."""
        met = condition(where)
        met.add("t.solved_at > m.at AND t.solved_at <= m.until AND t.created_at <= m.at")
        told = ", ".join(f"({one:d}, {until:d})" for one, until in pairwise([*at.tolist(), FOREVER]))
        joined = f"(SELECT column1 AS at, column2 AS until FROM (VALUES {told})) m CROSS JOIN tickets t"
        return self._spans(f"t.created_at, t.solved_at, t.created_at FROM {joined}", met, field)

    def _pauses(self, at: Ints, where: Filter, field: str | None) -> Ints:
        """(group, solved, reopened, created) of the solved stretches inside those spans."""
        met = condition(where)
        met.add("p.stop > ? AND p.start <= ?", int(at[0]), int(at[-1]))
        met.add("NOT (t.is_open AND coalesce(t.observed_until < p.start, 0))")
        stop = "CASE WHEN t.is_open THEN min(p.stop, coalesce(t.observed_until + 1, p.stop)) ELSE p.stop END"
        joined = "pauses p CROSS JOIN tickets t ON t.key = p.key"
        return self._spans(f"p.start, {stop}, t.created_at FROM {joined}", met, field)

    def _spans(self, columns: str, met: Condition, field: str | None) -> Ints:
        group = "0" if field is None else f"coalesce({number_column(field)}, 0)"
        rows = self._db.rows(f"SELECT {group}, {columns} WHERE {met.sql}", met.values)
        return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _ages(at: int, spans: Ints, by: Ints) -> Ints:
    """What `by` adds up to over the spans that hold a moment, by the bin of their age at it."""
    there = (spans[:, 1] <= at) & (at < spans[:, 2])
    counts = np.bincount(bins_of(at - spans[there, 3]), weights=by[there], minlength=BINS)
    return counts.astype(np.int64)


def _steps(group: Ints, groups: int, at: Ints, spans: Ints, by: Ints) -> Ints:
    """By how much each group changes at each moment T, where `by` counts while start <= T < stop."""
    steps = np.zeros((groups, len(at) + 1), dtype=np.int64)
    np.add.at(steps, (group, np.searchsorted(at, spans[:, 1], side="left")), by)
    np.add.at(steps, (group, np.searchsorted(at, spans[:, 2], side="left")), -by)
    return steps
