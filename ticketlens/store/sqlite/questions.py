"""What every count begins with: the tickets that a question is over, and their periods and groups."""

from collections.abc import Iterable, Sequence
from typing import Any

from ticketlens.metrics.periods import Period
from ticketlens.store.ages import by_day, by_moment
from ticketlens.store.base import Question
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import DAYS, Condition, condition
from ticketlens.store.sqlite.names import names_of
from ticketlens.store.sqlite.numbers import number_column

FOREVER = 2**60
PAUSED = (
    "(t.reopens > 0 AND EXISTS (SELECT 1 FROM pauses p WHERE p.key = t.key AND p.start <= {at:d} AND {at:d} < p.stop))"
)
"""A reopened ticket that stood as solved at that moment."""

LEAST_AGE = "min({at:d}, coalesce(t.observed_until, {forever}), (SELECT at FROM read_to r WHERE r.source = t.source))"


class SqliteQuestions:
    _db: Database

    def _live(self, question: Question) -> bool:
        """Whether `as_of` is at or after all that was read, so that what is stored is what was known then."""
        read_to = self._db.value("SELECT max(at) FROM read_to")
        return read_to is None or seconds(question.as_of) >= read_to

    def _over(self, question: Question, *, live: bool, dated: bool = True) -> tuple[str, str, Condition]:
        """(day column, number of the group, condition) of a question; `dated` keeps to the days of its periods."""
        day = f"t.{DAYS[question.cohort]}"
        met = condition(question.where, question.as_of, grown=not live)
        if question.periods and dated:
            met.add(
                f"{day} >= ? AND {day} < ?", question.periods[0].start.toordinal(), question.periods[-1].end.toordinal()
            )
        elif not question.periods:
            met.add("0")
        group = "NULL" if question.group_by is None else number_column(question.group_by)
        return day, group, met

    def _by_period(self, question: Question, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """Rows (day, number of the group, …) with the number of the period, and the name of the group."""
        return self._in_groups(question, by_day(question.periods, rows))

    def _in_groups(self, question: Question, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """Rows (period, number of the group, …) with the name of the group: one of many names is told with each."""
        if question.group_by is None:
            return rows
        kept = list(rows)
        names = names_of(self._db, question.group_by, (group for _, group, *_ in kept))
        return ((period, name, *rest) for period, group, *rest in kept for name in names[group])

    def _paused(self, question: Question, columns: str, known: str = "1") -> list[tuple[Any, ...]]:
        """(period, group, *columns) of the cohort's tickets that stood as solved at `as_of`, and reopened after it."""
        if question.cohort not in ("arrived", "solved"):
            return []
        by_solve = question.cohort == "solved"
        day, group, met = self._over(question, live=False, dated=not by_solve)
        at = seconds(question.as_of)
        met.add(f"{known} AND p.start <= ? AND ? < p.stop", at, at)
        columns = f"{'p.start' if by_solve else day}, {group}, {columns}"
        sql = f"SELECT {columns} FROM tickets t JOIN pauses p ON p.key = t.key WHERE {met.sql}"
        placed = (by_moment if by_solve else by_day)(question.periods, self._db.rows(sql, met.values))
        return list(self._in_groups(question, placed))


def keys(group: str) -> str:
    """Day and group; the day alone where there is no group, so that the index is walked in its own order."""
    return "1" if group == "NULL" else "1, 2"


def first_day(periods: Sequence[Period], day: str) -> str:
    """SQL for the first day of a day's period, where all are equally long and none is left out; else for the day."""
    lengths = {(period.end - period.start).days for period in periods}
    whole = bool(periods) and periods[-1].end.toordinal() - periods[0].start.toordinal() == len(periods) * max(lengths)
    if len(lengths) != 1 or not whole:
        return day
    start, length = periods[0].start.toordinal(), lengths.pop()
    return f"{day} - ({day} - {start:d}) % {length:d}"
