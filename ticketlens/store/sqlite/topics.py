"""Topics, runs and assignments in SQLite. The topic of a ticket is kept with it, and switched in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast

import apsw

from ticketlens.metrics.periods import Period
from ticketlens.model.filter import Filter
from ticketlens.model.text import TextInUse
from ticketlens.model.topic import MATCHES, Topic
from ticketlens.store.base import Assignment
from ticketlens.store.names import BETWEEN, SIGN, key_of
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import condition
from ticketlens.store.sqlite.numbers import forget_unused
from ticketlens.store.sqlite.rollup import CHOSEN, changing, of_days, rebuild_days, summed
from ticketlens.store.sqlite.tickets import grow, version_of
from ticketlens.store.topics import topic_fields, topic_of

PUT_TOPIC = "INSERT OR REPLACE INTO topics (id, retired, centroid, fields) VALUES (?, ?, ?, ?)"
OWN = f"'{SIGN}' || k.source || char({ord(BETWEEN)}) || k.id"
"""`ticket_name`, of the tickets k."""

SWITCH = (
    "UPDATE tickets AS t SET topic = a.topic, match = coalesce(a.match, 0), similarity = a.similarity FROM "
    "(SELECT k.key, a.topic, a.match, a.similarity FROM tickets k LEFT JOIN assignments a ON a.fingerprint = "
    f"coalesce((SELECT fingerprint FROM assignments WHERE fingerprint = {OWN}), k.fingerprint)"
    "{only}) a WHERE a.key = t.key "
    "AND (t.topic IS NOT a.topic OR t.match <> coalesce(a.match, 0) OR t.similarity IS NOT a.similarity)"
)


class SqliteTopics:
    _db: Database

    def topics(self, *, retired: bool = False) -> list[Topic]:
        sql = f"SELECT id, retired, centroid, fields FROM topics {'' if retired else 'WHERE NOT retired'} ORDER BY id"
        return [_topic(*row) for row in self._db.rows(sql)]

    def new_topic_ids(self, count: int) -> list[int]:
        with self._db.transaction() as connection:
            last = _count(connection, "topic", count)
        return list(range(last - count + 1, last + 1))

    def put_topic(self, topic: Topic) -> None:
        with self._db.transaction() as connection:
            connection.execute(PUT_TOPIC, _row(topic))
            grow(connection)

    def publish(self, topics: Sequence[Topic], assignments: Mapping[str, Assignment], run: Mapping[str, object]) -> int:
        with self._db.transaction() as connection:
            number = _count(connection, "run", 1)
            connection.execute("UPDATE topics SET retired = 1")
            connection.executemany(PUT_TOPIC, [_row(topic) for topic in topics])
            connection.execute("DELETE FROM assignments")
            _put(connection, assignments)
            connection.execute(SWITCH.format(only=""))
            rebuild_days(connection)
            forget_unused(connection)
            fields = json.dumps({**run, "id": number}, ensure_ascii=False)
            connection.execute("INSERT INTO records VALUES ('run', ?, 1, ?)", (f"{number:08d}", fields))
            grow(connection)
        self._db.tune()
        return number

    def assign(self, assignments: Mapping[str, Assignment]) -> None:
        if not assignments:
            return
        with self._db.transaction() as connection:
            _put(connection, assignments)
            switch(connection, assignments)
            grow(connection)

    def unassign(self, names: Collection[str]) -> None:
        if not names:
            return
        with self._db.transaction() as connection:
            connection.executemany("DELETE FROM assignments WHERE fingerprint = ?", ((name,) for name in names))
            switch(connection, names)
            grow(connection)

    def assignments(self) -> dict[str, Assignment]:
        sql = "SELECT fingerprint, topic, match, similarity, found FROM assignments ORDER BY fingerprint"
        return {
            name: Assignment(topic, MATCHES[match], similarity, found)
            for name, topic, match, similarity, found in self._db.rows(sql)
        }

    def subjects(self, fingerprints: Sequence[str]) -> dict[str, TextInUse]:
        sql = (
            "SELECT t.source, t.id, t.subject, d.body, t.language, "
            "(SELECT count(*) FROM tickets WHERE fingerprint = ?1 AND excluded IS NULL) "
            "FROM tickets t JOIN details d ON d.key = t.key "
            "WHERE t.fingerprint = ?1 AND t.excluded IS NULL ORDER BY t.created_at, t.source, t.id LIMIT 1"
        )
        found = {}
        for name in fingerprints:
            for source, id_, *told in self._db.rows(sql, (name,)):
                found[name] = TextInUse((source, id_), *told)
        return found

    def weekly(self, topics: Sequence[int], periods: tuple[Period, ...], where: Filter) -> dict[int, list[int]]:
        counts = {topic: [0] * len(periods) for topic in topics}
        if not topics or not periods:
            return counts
        if summed(where, "arrived"):
            met, counted = of_days("arrived", where, periods), "t.topic, t.day, sum(t.n) FROM day_sums t"
        else:
            met, counted = condition(where), "t.topic, t.created_day, count(*) FROM tickets t"
            days = periods[0].start.toordinal(), periods[-1].end.toordinal()
            met.add("t.created_day >= ? AND t.created_day < ?", *days)
        number = {d: i for i, p in enumerate(periods) for d in range(p.start.toordinal(), p.end.toordinal())}
        sql = f"SELECT {counted} WHERE {met.sql} GROUP BY 1, 2"
        for topic, day, n in self._db.rows(sql, met.values):
            if topic in counts and day in number:
                counts[topic][number[day]] += n
        return counts

    def first_and_last_day(self) -> dict[int, tuple[date, date]]:
        sql = (
            "SELECT id, (SELECT min(created_day) FROM tickets t WHERE t.excluded IS NULL AND t.topic = topics.id), "
            "(SELECT max(created_day) FROM tickets t WHERE t.excluded IS NULL AND t.topic = topics.id) FROM topics"
        )
        return {
            topic: (date.fromordinal(first), date.fromordinal(last))
            for topic, first, last in self._db.rows(sql)
            if first is not None
        }


def switch(connection: apsw.Connection, names: Collection[str]) -> None:
    """Gives the tickets of these texts, and those that have one of these names, the topics of their assignments."""
    keys = _keys(connection, names)
    with changing(connection, keys):
        connection.execute(SWITCH.format(only=f" WHERE k.{CHOSEN}"), (json.dumps(keys),))


def _put(connection: apsw.Connection, assignments: Mapping[str, Assignment]) -> None:
    rows = ((name, a.topic, MATCHES.index(a.match), a.similarity, a.found) for name, a in assignments.items())
    connection.executemany("INSERT OR REPLACE INTO assignments VALUES (?, ?, ?, ?, ?)", rows)


def _keys(connection: apsw.Connection, names: Collection[str]) -> list[int]:
    single = {name: key for name in names if (key := key_of(name)) is not None}
    texts = json.dumps([name for name in names if name not in single])
    sql = "SELECT key FROM tickets WHERE fingerprint IN (SELECT value FROM json_each(?))"
    keys = {cast(int, key) for (key,) in connection.execute(sql, (texts,))}
    found = (version_of(connection, *key)[0] for key in single.values())
    return sorted(keys | {key for key in found if key is not None})


def _count(connection: apsw.Connection, counter: str, by: int) -> int:
    connection.execute("UPDATE counters SET value = value + ? WHERE name = ?", (by, counter))
    row = connection.execute("SELECT value FROM counters WHERE name = ?", (counter,)).fetchall()[0]
    return cast(int, row[0])


def _row(topic: Topic) -> tuple[Any, ...]:
    return topic.id, int(topic.retired), topic.centroid, json.dumps(topic_fields(topic), ensure_ascii=False)


def _topic(number: int, retired: int, centroid: bytes, packed: str) -> Topic:
    return topic_of(number, bool(retired), bytes(centroid), json.loads(packed))
