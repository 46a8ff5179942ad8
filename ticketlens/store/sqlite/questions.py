"""What every count begins with: the tickets that a question is over, and their periods and groups."""

from collections.abc import Iterable, Sequence
from typing import Any

from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import CUSTOM, FIELDS, LISTS
from ticketlens.store.ages import by_day, by_moment
from ticketlens.store.base import Question
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import COLUMNS, DAYS, Condition, condition

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
        if question.group_by in LISTS:
            group, table = "f.value", f"tickets t LEFT JOIN {LISTS[question.group_by]} f ON f.key = t.key"
        elif question.group_by is not None and question.group_by.startswith(CUSTOM):
            group, table = "f.value", "tickets t LEFT JOIN custom f ON f.key = t.key AND f.name = ?"
            met.values.insert(0, question.group_by.removeprefix(CUSTOM))
        elif question.group_by is not None:
            if question.group_by not in COLUMNS:
                raise ConfigError(f"group_by: {question.group_by!r} is none of {', '.join(FIELDS)}, custom.NAME")
            group = COLUMNS[question.group_by]
        return day, group, table, met

    def _by_period(self, question: Question, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """Rows (day, group, …) with the number of the period in place of the day, and the group as text."""
        for number, group, *rest in by_day(question.periods, rows):
            yield (number, _text(group), *rest)

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
        if not by_solve:
            return list(self._by_period(question, rows))
        return [(number, _text(group), *rest) for number, group, *rest in by_moment(question.periods, rows)]


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


def _text(group: Any) -> str | None:
    return None if group is None else str(group)
