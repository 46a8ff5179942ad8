"""The SQL of a ticket's columns, and the row that comes of them."""

import json
from typing import Any

from ticketlens.model.topic import MATCHES
from ticketlens.store.base import Row
from ticketlens.store.codec import ticket_of
from ticketlens.store.fields import COLUMNS, DURATIONS, READ

QUOTED = [f'"{name}"' for name in COLUMNS]
INSERT = (
    f"INSERT INTO tickets (key, {', '.join(QUOTED)}, topic, match, similarity) "
    f"VALUES ({', '.join('?' * (len(COLUMNS) + 4))})"
)
UPDATE = (
    f"UPDATE tickets SET {', '.join(f'{name} = ?' for name in QUOTED)}, topic = ?, match = ?, similarity = ? "
    "WHERE key = ?"
)
SELECT = (
    f"SELECT {', '.join(f't.{c}' for c in READ)}, t.topic, t.match, t.similarity, t.waited_seconds, t.waiting_since, "
    "t.excluded, d.body, d.rest FROM tickets t JOIN details d ON d.key = t.key"
)


def row(columns: tuple[Any, ...]) -> Row:
    """The answer of `SELECT`."""
    width = len(READ)
    topic, match, similarity, waited, since, excluded, body, rest = columns[width:]
    details = json.loads(rest)
    return Row(
        ticket=ticket_of({**details, "body": body}),
        durations=dict(zip(DURATIONS, columns[:width], strict=True)),
        topic=topic,
        match=MATCHES[match],
        similarity=similarity,
        waited_seconds=waited,
        waiting_since=since,
        flaws=tuple(details.get("flaws", ())),
        excluded=excluded,
    )
