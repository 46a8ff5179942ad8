"""The SQL of a ticket's columns, and the row that comes of them."""

import json
from typing import Any

from ticketlens.model.topic import MATCHES
from ticketlens.store.base import Row
from ticketlens.store.codec import ticket_of
from ticketlens.store.fields import COLUMNS, DURATIONS, JUDGED, READ, judged
from ticketlens.store.sqlite.numbers import NUMBERS

QUOTED = [f'"{name}"' for name in COLUMNS]
WRITTEN = (*QUOTED, *NUMBERS, "topic", "match", "similarity", "key")
INSERT = f"INSERT INTO tickets ({', '.join(WRITTEN)}) VALUES ({', '.join('?' * len(WRITTEN))})"
UPDATE = f"UPDATE tickets SET {', '.join(f'{name} = ?' for name in WRITTEN[:-1])} WHERE key = ?"
SELECT = (
    f"SELECT {', '.join(f't.{c}' for c in READ)}, t.topic, t.match, t.similarity, t.waited_seconds, t.waiting_since, "
    f"t.excluded, {', '.join(f't.{name}' for name in JUDGED)}, d.body, d.rest "
    "FROM tickets t JOIN details d ON d.key = t.key"
)


def row(columns: tuple[Any, ...]) -> Row:
    """The answer of `SELECT`."""
    width = len(READ)
    topic, match, similarity, waited, since, excluded, *told, body, rest = columns[width:]
    details = json.loads(rest)
    return Row(
        ticket=ticket_of({**details, "body": body}),
        durations=dict(zip(DURATIONS, columns[:width], strict=True)),
        topic=topic,
        match=MATCHES[match],
        similarity=similarity,
        waited_seconds=waited,
        waiting_since=since,
        judged=judged(dict(zip(JUDGED, told, strict=True))),
        flaws=tuple(details.get("flaws", ())),
        excluded=excluded,
    )
