"""Answers in SQLite: the winner of two versions, lists by time, counts by period, group, survey and score."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import apsw

from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import TOP_BOXES
from ticketlens.model.answer import Answer, rating_of
from ticketlens.model.filter import CUSTOM, EVERYTHING, FIELDS, LISTS
from ticketlens.store.answer_codec import decide, kept_answer, packed_answer, packed_survey, survey_of
from ticketlens.store.answers import AnswerCount, AnswerDate, AnswerFilter, AnswerPage, AnswerQuestion, KeptAnswer
from ticketlens.store.base import Put, Question
from ticketlens.store.codec import seconds
from ticketlens.store.cursors import decoded, encoded_place
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import Condition, condition
from ticketlens.store.sqlite.questions import SqliteQuestions
from ticketlens.store.sqlite.tickets import grow

INSERT = (
    "INSERT OR REPLACE INTO answers (source, id, survey, name, kind, score, at, sent_at, moment, ticket_source, "
    "ticket, customer, commented, kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
DATES: Mapping[AnswerDate, tuple[tuple[str, str], ...]] = {
    "answered": (("a.at", "a.score IS NOT NULL"),),
    "sent": (("a.sent_at", "a.sent_at IS NOT NULL"), ("a.at", "a.sent_at IS NULL AND a.score IS NOT NULL")),
    "listed": (("a.moment", "1"),),
}
"""(date, condition) of each kind of those that are meant; no answer is of two."""

OF_TICKET = "tickets t ON t.source = a.ticket_source AND t.id = a.ticket"


SCALES = ", ".join(map(str, TOP_BOXES))
WHOLE = f"t.rating_scale IN ({SCALES}) AND t.rating_score = CAST(t.rating_score AS INTEGER)"


class SqliteAnswers(SqliteQuestions):
    _db: Database

    def put_answers(self, batch: Sequence[KeptAnswer]) -> list[Put]:
        with self._db.transaction() as connection:
            held = {one.key: _held(connection, one.key) for one in batch}
            written, puts = decide(batch, held, lambda one: one.key)
            write_answers(connection, written.values())
        return puts

    def get_answer(self, source: str, id: str) -> Answer | None:
        packed = self._db.value("SELECT kept FROM answers WHERE source = ? AND id = ?", (source, id))
        return kept_answer(packed).answer if packed else None

    def list_answers(self, where: AnswerFilter, *, cursor: str | None = None, limit: int = 50) -> AnswerPage:
        tables, met = _over(where, DATES[where.dated])
        if cursor is not None:
            met.add("(a.moment, a.source, a.id) < (?, ?, ?)", *decoded(cursor)[0])
        order = "ORDER BY a.moment DESC, a.source DESC, a.id DESC LIMIT ?"
        sql = f"SELECT a.moment, a.source, a.id, a.kept FROM {tables} WHERE {met.sql} {order}"
        found = self._db.rows(sql, [*met.values, limit + 1])
        items = tuple(kept_answer(packed).answer for *_, packed in found[:limit])
        last = found[limit - 1][:3] if len(found) > limit else None
        return AnswerPage(items, None if last is None else encoded_place((last[0], last[1], last[2])))

    def count_answers(self, question: AnswerQuestion) -> list[AnswerCount]:
        if not question.periods:
            return []
        group, joined, bound = _grouped(question)
        sums: Counter[tuple[int, Any, str, int | None]] = Counter()
        with self._db.snapshot():
            for date in DATES[question.where.dated]:
                tables, met = _over(question.where, (date,))
                sql = (
                    f"{_spans(question.periods)} SELECT p.number, {group}, a.survey, a.score, count(*) FROM p "
                    f"CROSS JOIN {tables} {joined} WHERE {date[0]} >= p.start AND {date[0]} < p.stop AND {met.sql} "
                    "GROUP BY 1, 2, 3, 4"
                )
                for period, key, survey, score, n in self._db.rows(sql, [*bound, *met.values]):
                    sums[period, key, survey, score] += n
        return told_counts(
            AnswerCount(period, None if key is None else str(key), survey_of(survey), score, n)
            for (period, key, survey, score), n in sums.items()
        )

    def count_ratings(self, question: Question) -> list[AnswerCount]:
        with self._db.snapshot():
            day, group, met = self._over(question, live=self._live(question))
            met.add(WHOLE)
            columns = f"{day}, {group}, t.rating_scale, CAST(t.rating_score AS INTEGER), count(*)"
            rows = self._db.rows(f"SELECT {columns} FROM tickets t WHERE {met.sql} GROUP BY 1, 2, 3, 4", met.values)
        sums: Counter[tuple[int, str | None, int, int]] = Counter()
        for period, key, scale, score, n in self._by_period(question, rows):
            sums[period, key, scale, score] += n
        return told_counts(
            AnswerCount(period, key, rating_of(scale), score, n) for (period, key, scale, score), n in sums.items()
        )


def told_counts(counts: Iterable[AnswerCount]) -> list[AnswerCount]:
    """In the order that every store tells them in."""
    return sorted(
        counts, key=lambda one: (one.period, one.group or "", one.survey, -1 if one.score is None else one.score)
    )


def write_answers(connection: apsw.Connection, answers: Iterable[KeptAnswer]) -> None:
    rows = [_row(one) for one in answers]
    connection.executemany(INSERT, rows)
    if rows:
        grow(connection)


def _row(kept: KeptAnswer) -> tuple[Any, ...]:
    one = kept.answer
    at, sent = (None if moment is None else seconds(moment) for moment in (one.at, one.sent_at))
    ticket = one.ticket or (None, None)
    return (
        one.source, one.id, packed_survey(one.survey), one.survey.name, one.survey.kind.value, one.score, at, sent,
        seconds(one.moment), *ticket, one.customer, int(bool(one.comment)), packed_answer(kept),
    )  # fmt: skip


def _held(connection: apsw.Connection, key: tuple[str, str]) -> KeptAnswer | None:
    for (packed,) in connection.execute("SELECT kept FROM answers WHERE source = ? AND id = ?", key):
        return kept_answer(str(packed))
    return None


def _over(where: AnswerFilter, dates: Sequence[tuple[str, str]]) -> tuple[str, Condition]:
    """(tables, condition); the tables hold the answers as a, and their tickets as t where the filter is about those."""
    met, ways, values = Condition(), [], []
    for column, meant in dates:
        way = [meant]
        for sign, moment in ((">=", where.since), ("<", where.until)):
            if moment is not None:
                way.append(f"{column} {sign} ?")
                values.append(seconds(moment))
        ways.append(" AND ".join(way))
    met.add(f"({' OR '.join(ways)})", *values)
    _own(met, where)
    if where.where == EVERYTHING:
        return "answers a", met
    tickets = condition(where.where)
    met.add(tickets.sql, *tickets.values)
    return f"answers a JOIN {OF_TICKET}", met


def _own(met: Condition, where: AnswerFilter) -> None:
    if where.survey is not None:
        met.add("a.survey = ?", packed_survey(where.survey))
    if where.name is not None:
        met.add("a.name = ?", where.name)
    if where.kind is not None:
        met.add("a.kind = ?", where.kind.value)
    if where.scores:
        met.add(f"a.score IN ({', '.join('?' * len(where.scores))})", *where.scores)
    if where.commented:
        met.add("a.commented")
    if where.customers:
        met.add(f"a.customer IN ({', '.join('?' * len(where.customers))})", *where.customers)
    if where.ticket is not None:
        met.add("a.ticket_source = ? AND a.ticket = ?", *where.ticket)


def _grouped(question: AnswerQuestion) -> tuple[str, str, list[Any]]:
    """(expression of the group, what is joined for it, its bound values). g is the ticket, where it counts."""
    name = question.group_by
    if name is None:
        return "NULL", "", []
    ticket = "LEFT JOIN tickets g ON g.source = a.ticket_source AND g.id = a.ticket AND g.excluded IS NULL"
    if name.startswith(CUSTOM):
        own = "LEFT JOIN custom f ON f.number = g.custom_number AND f.name = ?"
        return "f.value", f"{ticket} {own}", [name.removeprefix(CUSTOM)]
    if name in LISTS:
        return "f.value", f"{ticket} LEFT JOIN {LISTS[name]} f ON f.number = g.{LISTS[name]}_number", []
    if name not in FIELDS:
        raise ConfigError(f"group_by: {name!r} is none of {', '.join(FIELDS)}, custom.NAME")
    return f'g."{name}"', ticket, []


def _spans(periods: Sequence[Period]) -> str:
    rows = ", ".join(
        f"({number:d}, {seconds(one.start_at):d}, {seconds(one.end_at):d})" for number, one in enumerate(periods)
    )
    return f"WITH p (number, start, stop) AS (VALUES {rows})"
