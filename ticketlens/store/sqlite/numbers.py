"""What a filter can name, as numbers: each text once in `texts`, and its number with every ticket that has it.

Tags, flaws and custom fields are sets: a ticket has one number for all of its own, which stands for them as a text of
JSON. The tables `tags`, `flaws` and `custom` tell which sets hold a value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apsw

from ticketlens.errors import ConfigError
from ticketlens.model.filter import CUSTOM, FIELDS, LISTS
from ticketlens.store import fields
from ticketlens.store.base import Prepared

PLAIN = tuple(name for name in FIELDS if name not in (*LISTS, "topic"))
SETS = (*LISTS.values(), "custom")
NUMBERS = tuple(f"{name}_number" for name in (*PLAIN, *SETS))
"""Columns of tickets; NULL where a ticket has none."""

TAG = "INSERT OR IGNORE INTO tags (value, number) VALUES (?, ?)"
FLAW = "INSERT OR IGNORE INTO flaws (value, number) VALUES (?, ?)"
CUSTOM_FIELD = "INSERT OR IGNORE INTO custom (name, value, number) VALUES (?, ?, ?)"
_PLACES = tuple(fields.COLUMNS.index(name) for name in PLAIN)


class Set(NamedTuple):
    """All tags, flaws or custom fields of a ticket: as one text, and how a value of it is told."""

    text: str
    sql: str
    values: tuple[tuple[str, ...], ...]


def number_column(field: str) -> str:
    """The column of tickets (alias t) that tells a field of the filter as a number; ConfigError for an unknown one."""
    if field not in FIELDS and not field.startswith(CUSTOM):
        raise ConfigError(f"unknown field {field!r}; known are {', '.join(FIELDS)} and custom.NAME")
    if field.startswith(CUSTOM):
        return "t.custom_number"
    return "t.topic" if field == "topic" else f"t.{LISTS.get(field, field)}_number"


def numbers(
    connection: apsw.Connection, rows: Iterable[Sequence[Any]], batch: Iterable[Prepared]
) -> Iterator[tuple[int | None, ...]]:
    """`NUMBERS` of each ticket, which is told as its values of `fields.COLUMNS` and as itself; new texts are kept."""
    plain: dict[str | None, int | None] = {None: None}
    sets: dict[Set | None, int | None] = {None: None}
    for row, prepared in zip(rows, batch, strict=True):
        texts = [row[place] for place in _PLACES]
        ticket = prepared.ticket
        told = (_list(TAG, ticket.tags), _list(FLAW, prepared.timing.flaws), _custom(ticket.custom))
        for text in texts:
            if text not in plain:
                plain[text] = _number(connection, text)
        for one in told:
            if one is not None and one not in sets:
                sets[one] = number = _number(connection, one.text)
                connection.executemany(one.sql, ((*value, number) for value in one.values))
        yield (*(plain[text] for text in texts), *(sets[one] for one in told))


def forget_unused(connection: apsw.Connection) -> None:
    """Texts, and sets of them, that no ticket has any more."""
    connection.execute("CREATE TEMP TABLE used (number INTEGER PRIMARY KEY)")
    for name in NUMBERS:
        connection.execute(f"INSERT OR IGNORE INTO used SELECT DISTINCT {name} FROM tickets WHERE {name} IS NOT NULL")
    for table in ("texts", *SETS):
        connection.execute(f"DELETE FROM {table} WHERE number NOT IN used")
    connection.execute("DROP TABLE used")


def _list(sql: str, told: Sequence[str]) -> Set | None:
    values = sorted(set(told))
    return Set(fields.PACKED(values), sql, tuple((value,) for value in values)) if values else None


def _custom(custom: Mapping[str, str]) -> Set | None:
    return Set(fields.PACKED(dict(custom)), CUSTOM_FIELD, tuple(custom.items())) if custom else None


def _number(connection: apsw.Connection, text: str) -> int:
    for (number,) in connection.execute("SELECT number FROM texts WHERE text = ?", (text,)):
        return int(number)
    connection.execute("INSERT INTO texts (text) VALUES (?)", (text,))
    return connection.last_insert_rowid()
