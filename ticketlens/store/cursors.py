"""The opaque cursor of a list of tickets: where its last row stands, and what the store adds to find the way back."""

import base64
import binascii
import json

from ticketlens.errors import ConfigError
from ticketlens.store.base import Row
from ticketlens.store.codec import seconds

Place = tuple[int, str, str]
"""(created at, source, id) of the last row told."""


def encoded(row: Row, extra: str | None = None) -> str:
    return encoded_place((seconds(row.ticket.created_at), row.ticket.source, row.ticket.id), extra)


def encoded_place(last: Place, extra: str | None = None) -> str:
    place = [*last, *([extra] if extra else [])]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decoded(cursor: str) -> tuple[Place, str | None]:
    """Raises ConfigError for what `encoded` did not give."""
    try:
        at, source, id_, *extra = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(at, int) or abs(at) >= 2**62 or len(extra) > 1:
            raise ValueError("not a place")
        return (at, str(source), str(id_)), str(extra[0]) if extra else None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise ConfigError("cursor: not one that this list gave") from None
