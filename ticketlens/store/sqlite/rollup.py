"""Sums by day and topic, and of open tickets by hour: they change with the tickets, in the same transaction.

What a ticket adds to the sums is told by the views `day_parts` and `open_parts` alone. Only questions of days and
topics are answered from sums; a filter by anything else, or a moment in the past, is counted over the tickets.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import apsw

from ticketlens.metrics.periods import Period
from ticketlens.model.filter import EVERYTHING, NONE, NOTHING, Filter
from ticketlens.store.codec import seconds
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import Condition, topic_number

HOUR = 3600
EPOCH = 62_135_596_800
"""Seconds from 0001-01-01, where hours are counted from as days are, to 1970."""

DAY_FIGURES = ("open", "waited_seconds", "returned", "rated", "satisfied", "weak", "core", "edited")
BY_DAY = (
    f"INSERT INTO day_sums SELECT cohort, day, topic, {{by}} * count(*), "
    f"{', '.join(f'{{by}} * sum({name})' for name in DAY_FIGURES)} FROM day_parts WHERE {{only}} GROUP BY 1, 2, 3 "
    f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in ('n', *DAY_FIGURES))}"
)
BY_HOUR = (
    f"INSERT INTO open_sums SELECT (at + {EPOCH}) / {HOUR}, {{by}} * sum(change) FROM open_parts WHERE {{only}} "
    "GROUP BY 1 ON CONFLICT DO UPDATE SET change = change + excluded.change"
)
CHOSEN = "key IN (SELECT value FROM json_each(?))"
TOUCHED = (
    "SELECT key FROM tickets WHERE created_at >= :first AND created_at < :end UNION "
    "SELECT key FROM tickets WHERE excluded IS NULL AND solved_at >= :first AND solved_at < :end UNION "
    "SELECT key FROM tickets WHERE excluded IS NULL AND is_open "
    "AND observed_until >= :first - 1 AND observed_until < :end UNION "
    "SELECT key FROM pauses WHERE start >= :first AND start < :end UNION "
    "SELECT key FROM pauses WHERE stop >= :first AND stop < :end"
)
"""Every ticket that can add to a stretch of time."""


@contextmanager
def changing(connection: apsw.Connection, keys: Sequence[int]) -> Iterator[None]:
    """Takes these tickets, there or to come, out of the sums, and puts them back as they are after."""
    _add(connection, keys, -1)
    yield
    _add(connection, keys, 1)


def rebuild_days(connection: apsw.Connection) -> None:
    """The sums by day anew: where the topics of all tickets moved at once."""
    connection.execute("DELETE FROM day_sums")
    connection.execute(BY_DAY.format(by=1, only="day > 0"))  # true of all, and has SQLite walk the indexes by day


def summed(where: Filter, cohort: str) -> bool:
    """Whether the sums of a cohort can answer a filter: nothing but its own days and topics."""
    if replace(where, where=NOTHING, first=None, last=None, dated="arrived") != EVERYTHING:
        return False
    days = where.dated == cohort or (where.dated == "arrived" and where.first is None and where.last is None)
    return days and set(where.where) <= {"topic"}


def of_days(cohort: str, where: Filter, periods: Sequence[Period] = ()) -> Condition:
    """The rows of `day_sums` (alias t) of a filter that is `summed`, of these periods where any are given."""
    met = Condition()
    met.add("t.cohort = ? AND t.n > 0", cohort)
    if periods:
        met.add("t.day >= ? AND t.day < ?", periods[0].start.toordinal(), periods[-1].end.toordinal())
    if where.first is not None:
        met.add("t.day >= ?", where.first.toordinal())
    if where.last is not None:
        met.add("t.day <= ?", where.last.toordinal())
    if "topic" in where.where:
        chosen = [-1 if value == NONE else topic_number(value) for value in where.where["topic"]]
        met.add(f"t.topic IN ({', '.join('?' * len(chosen))})", *chosen)
    return met


def open_at(db: Database, moments: Sequence[datetime]) -> list[int]:
    """How many tickets were open at each moment, of all that count."""
    ends = [seconds(moment) + 1 for moment in moments]
    total, hour, found = 0, 0, dict[int, int]()
    for end in sorted(set(ends)):
        sql = "SELECT coalesce(sum(change), 0) FROM open_sums WHERE hour >= ? AND hour < ?"
        last, rest = divmod(end + EPOCH, HOUR)
        total += db.value(sql, (hour, last))
        found[end] = total + (_changes(db, end - rest, end) if rest else 0)
        hour = last
    return [found[end] for end in ends]


def _changes(db: Database, first: int, end: int) -> int:
    """By how much the number of open tickets changes in [first, end), from the tickets."""
    keys = [key for (key,) in db.rows(TOUCHED, {"first": first, "end": end})]
    sql = f"SELECT coalesce(sum(change), 0) FROM open_parts WHERE {CHOSEN} AND at >= ? AND at < ?"
    return int(db.value(sql, (json.dumps(keys), first, end)))


def _add(connection: apsw.Connection, keys: Sequence[int], by: int) -> None:
    for sql in (BY_DAY, BY_HOUR):
        connection.execute(sql.format(by=by, only=CHOSEN), (json.dumps(keys),))
