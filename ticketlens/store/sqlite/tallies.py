"""Tallies in SQLite: from the sums by day where they can answer, else one walk over an index that covers them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from ticketlens.store.ages import by_day
from ticketlens.store.base import Question, Tally
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.filters import SETTLED_AFTER, SOLVES
from ticketlens.store.sqlite.names import parsed
from ticketlens.store.sqlite.questions import FOREVER, LEAST_AGE, PAUSED, SqliteQuestions, first_day, keys
from ticketlens.store.sqlite.rollup import of_days, summed

DAY = 86_400
FLAGS = 32
FIRST_DAY = date(1970, 1, 1).toordinal()


class SqliteTallies(SqliteQuestions):
    def tally(self, question: Question) -> list[Tally]:
        with self._db.snapshot():
            return self._tally(question)

    def _tally(self, question: Question) -> list[Tally]:
        sums: dict[tuple[int, str | None], list[int]] = defaultdict(lambda: [0] * 7)
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
        if not self._by_sums(question, live=live):
            return self._counted(question, live=live)
        if question.cohort != "first_solved":
            return self._summed(question)
        day = FIRST_DAY + (seconds(question.as_of) - SETTLED_AFTER) // DAY
        near = (day - 1, day + 1)
        return [*self._summed(question, near), *self._counted(question, live=live, days=near)]

    def _by_sums(self, question: Question, *, live: bool) -> bool:
        grouped = question.group_by in (None, "topic")
        return live and grouped and bool(question.periods) and summed(question.where, question.cohort)

    def _summed(self, question: Question, without: tuple[int, int] = (0, 0)) -> list[tuple[Any, ...]]:
        """The tally by `day_sums`, without some days; what was first solved before them is settled, and none after."""
        met = of_days(question.cohort, question.where, question.periods)
        met.add("NOT t.day BETWEEN ? AND ?", *without)
        group = "NULL" if question.group_by is None else "nullif(t.topic, -1)"
        settled = f"t.day < {without[0]:d}"
        sql = (
            f"SELECT {first_day(question.periods, 't.day')}, {group}, sum(t.n), sum(t.open), sum(t.waited_seconds), "
            f"sum(iif({settled}, t.n, 0)), sum(iif({settled}, t.returned, 0)), sum(t.rated), sum(t.satisfied) "
            f"FROM day_sums t WHERE {met.sql} GROUP BY 1, 2"
        )
        return self._db.rows(sql, met.values)

    def _counted(self, question: Question, *, live: bool, days: tuple[int, int] | None = None) -> list[tuple[Any, ...]]:
        """The tally over the tickets, of those days where they are named: group and flags of each as one number."""
        at = seconds(question.as_of)
        day, group, met = self._over(question, live=live)
        if days is not None:
            met.add(f"{day} BETWEEN ? AND ?", *days)
        if question.cohort in SOLVES and not live:
            met.add(f"{SOLVES[question.cohort]} <= ?", at)
        packed = f"group_concat(coalesce({group}, 0) * {FLAGS} + {_flags(question.cohort, at, live=live)})"
        waited = "group_concat(t.waited_seconds)" if question.cohort == "arrived" else "NULL"
        sql = f"SELECT {day}, count(*), {packed}, {waited} FROM tickets t WHERE {met.sql} GROUP BY 1"
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for number, *packed_day in by_day(question.periods, self._db.rows(sql, met.values)):
            found[question.periods[number].start.toordinal()].append(tuple(packed_day))
        return [row for first, rows in found.items() for row in _added(first, rows)]

    def _add_running_waits(
        self, sums: dict[tuple[int, str | None], list[int]], question: Question, *, live: bool
    ) -> None:
        day, group, met = self._over(question, live=live)
        met.add("t.is_open AND t.waiting_since IS NOT NULL")
        stop = LEAST_AGE.format(at=seconds(question.as_of), forever=FOREVER)
        columns = f"{day}, {group}, sum(max(0, {stop} - t.waiting_since))"
        sql = f"SELECT {columns} FROM tickets t WHERE {met.sql} GROUP BY {keys(group)}"
        for period, key, waited in self._by_period(question, self._db.rows(sql, met.values)):
            sums[period, key][2] += waited or 0


def _flags(cohort: str, at: int, *, live: bool) -> str:
    """What counts once where it is so: 1 open, 2 settled, 4 returned, 8 rated, 16 satisfied."""
    is_open = (
        "t.is_open" if live else f"((t.is_open OR coalesce(t.solved_at, 0) > {at:d}) AND NOT {PAUSED.format(at=at)})"
    )
    settled = f"(t.first_solved_at <= {at - SETTLED_AFTER:d})"
    rated = "8 * (t.satisfied IS NOT NULL) + 16 * coalesce(t.satisfied, 0)"
    return {
        "arrived": f"{is_open} + {rated}",
        "solved": "0",
        "first_solved": f"{settled} * (2 + 4 * coalesce(t.returned, 0))",
        "rated": rated,
    }[cohort]


def _added(first: int, rows: Sequence[tuple[int, str, str | None]]) -> Iterator[tuple[Any, ...]]:
    """Rows (day, group, n, open, waited, settled, returned, rated, satisfied) of a period, from its packed tickets."""
    counts, packed, waits = zip(*rows, strict=True)
    groups, flags = np.divmod(parsed(packed), FLAGS)
    found, which = np.unique(groups, return_inverse=True)
    waited = parsed(waits) if waits[0] is not None else np.zeros(sum(counts), dtype=np.int64)
    each = [np.ones_like(waited), flags & 1, waited, *(flags >> bit & 1 for bit in range(1, 5))]
    sums = (np.bincount(which, weights=part).astype(np.int64).tolist() for part in each)
    for group, *figures in zip(found.tolist(), *sums, strict=True):
        yield first, group or None, *figures
