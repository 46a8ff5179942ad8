"""Sizes of groups in SQLite: one walk over an index, counted as numbers; only the largest are looked up by name."""

from dataclasses import dataclass
from math import prod

import numpy as np

from ticketlens.metrics.bins import BINS
from ticketlens.model.filter import CUSTOM, LISTS
from ticketlens.store.ages import by_day
from ticketlens.store.base import Positions, Question
from ticketlens.store.cells import Cells, distinct, spread
from ticketlens.store.codec import seconds
from ticketlens.store.fields import CYCLES, duration_column
from ticketlens.store.sizes import Sized, Sizes, among, first, grouped_and_whole, largest
from ticketlens.store.sqlite.figures import SqliteFigures, must_be_duration
from ticketlens.store.sqlite.filters import ENDS, SOLVES
from ticketlens.store.sqlite.names import Ints, named, parsed
from ticketlens.store.sqlite.tallies import SqliteTallies


@dataclass(frozen=True, slots=True)
class _Largest:
    """The largest groups, and which ticket is in which: pairs of places, one for each of these that a ticket has."""

    groups: tuple[str | None, ...]
    left_out: int
    tickets: Ints
    ranks: Ints


class SqliteSizes(SqliteTallies, SqliteFigures):
    def sizes(self, question: Question, limit: int) -> Sizes:
        with self._db.snapshot():
            return self._sizes(question, limit, live=self._live(question))

    def sized_histogram(
        self, question: Question, metric: str, clock: str, positions: Positions, limit: int
    ) -> tuple[Sized, Sized]:
        must_be_duration(metric)
        with self._db.snapshot():
            live = self._live(question)
            if live and question.periods and not self._by_sums(question, live=live):
                return self._walked(question, metric, clock, positions, limit)
            told: list[Sized] = []
            for asked in grouped_and_whole(question):
                sizes = self._sizes(asked, limit, live=live)
                told.append((sizes, self._histogram(among(asked, sizes), metric, clock, positions, live=live)))
        return told[0], told[-1]

    def _sizes(self, question: Question, limit: int, *, live: bool) -> Sizes:
        stood = question.cohort == "solved" and not live
        if stood or self._by_sums(question, live=live) or not question.periods:
            rows = ((row.period, row.group, row.n) for row in self._tally(question))
            return largest(rows, question, limit)
        if question.group_by is None:
            days = by_day(question.periods, self._days(question, "count(*)", live=live))
            return largest(((period, None, n) for period, n in days), question, limit)
        group = self._over(question, live=live)[1]
        periods, numbers = self._numbered(question, f"coalesce({group}, 0)", live=live)
        found = self._largest(question.group_by, numbers, limit)
        return _sized(found, periods, len(question.periods))

    def _walked(
        self, question: Question, metric: str, clock: str, positions: Positions, limit: int
    ) -> tuple[Sized, Sized]:
        """Group and bin of every ticket in one walk, of those without a bin too."""
        group = "0" if question.group_by is None else f"coalesce({self._over(question, live=True)[1]}, 0)"
        periods, packed = self._numbered(question, f"{group} * {BINS + 1} + {_bin(metric, clock)}", live=True)
        numbers, bins = np.divmod(packed, BINS + 1)
        told: list[Sized] = []
        for asked in grouped_and_whole(question):
            found = self._largest(asked.group_by, numbers, limit)
            n = _table(found, periods, bins, len(question.periods))
            sizes = Sizes(found.groups, tuple(map(tuple, n.sum(axis=2).tolist())), found.left_out)
            cells = Cells()
            groups, spans, ended = np.nonzero(n[:, :, :BINS])
            cells.add(spans, (found.groups[group] for group in groups), ended, ended=True, n=n[groups, spans, ended])
            if question.cohort == "arrived" and metric in ENDS:
                self._running(cells, among(asked, sizes), metric, clock, positions, live=True)
            told.append((sizes, cells.told()))
        return told[0], told[-1]

    def _largest(self, field: str | None, tickets: Ints, limit: int) -> _Largest:
        """Of tickets by the numbers of their groups; 0 is none."""
        if field is None:
            return _Largest((None,), 0, np.arange(len(tickets)), np.zeros(len(tickets), dtype=np.int64))
        numbers, at = distinct(tickets)
        n = np.bincount(at, minlength=len(numbers))
        several = field in LISTS or field.startswith(CUSTOM)
        kept = np.arange(len(numbers)) if several else at_most(n, limit)
        told = named(self._db, field, numbers[kept])
        places = kept[told.places]
        groups = tuple(dict.fromkeys(told.names))
        place = {name: number for number, name in enumerate(groups)}
        which = np.array([place[name] for name in told.names], dtype=np.int64)
        whole = np.bincount(which, weights=n[places], minlength=len(groups)).astype(np.int64)
        chosen = first(groups, whole.tolist(), limit)
        rank = np.full(len(groups), -1)
        rank[[place[name] for name in chosen]] = np.arange(len(chosen))
        mine = rank[which] >= 0
        entries, pairs = spread(at, places[mine], len(numbers))
        return _Largest(
            chosen, (len(groups) if several else len(numbers)) - len(chosen), entries, rank[which[mine]][pairs]
        )

    def _numbered(self, question: Question, number: str, *, live: bool) -> tuple[Ints, Ints]:
        """The number of the period of each ticket, and a number of its own."""
        packed = self._days(question, f"count(*), group_concat({number})", live=live)
        rows = list(by_day(question.periods, packed))
        periods, n = (np.array([row[part] for row in rows], dtype=np.int64) for part in (0, 1))
        return np.repeat(periods, n), parsed(row[2] for row in rows)

    def _days(self, question: Question, columns: str, *, live: bool) -> list[tuple[int, ...]]:
        """Rows (day, *columns) of the question's tickets."""
        day, _, met = self._over(question, live=live)
        if question.cohort in SOLVES and not live:
            met.add(f"{SOLVES[question.cohort]} <= ?", seconds(question.as_of))
        return self._db.rows(f"SELECT {day}, {columns} FROM tickets t WHERE {met.sql} GROUP BY 1", met.values)


def at_most(counts: Ints, limit: int) -> Ints:
    """Places of those that can be among the `limit` largest, whatever their names."""
    if len(counts) <= limit:
        return np.arange(len(counts))
    return np.flatnonzero(counts >= np.partition(counts, -limit)[-limit])


def _bin(metric: str, clock: str) -> str:
    """`BINS` where its length is not known, or not counted yet."""
    column = f"coalesce(t.{duration_column(metric, clock)}_bin, {BINS})"
    return f"iif(t.solved_at IS NULL, {BINS}, {column})" if metric in CYCLES else column


def _sized(found: _Largest, periods: Ints, width: int) -> Sizes:
    height = len(found.groups)
    n = np.bincount(found.ranks * width + periods[found.tickets], minlength=height * width).reshape(height, width)
    return Sizes(found.groups, tuple(map(tuple, n.tolist())), found.left_out)


def _table(found: _Largest, periods: Ints, bins: Ints, width: int) -> Ints:
    """Tickets by group, period and bin (the last one: without)."""
    shape = (len(found.groups), width, BINS + 1)
    places = np.ravel_multi_index((found.ranks, periods[found.tickets], bins[found.tickets]), shape)
    return np.bincount(places, minlength=prod(shape)).reshape(shape)
