"""A ticket as bytes and back, for the places of a store that only hold it: the same in every store."""

import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ticketlens.model import Actor, Channel, Event, Message, Priority, Satisfaction, Status, Ticket

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
TIMES = ("created_at", "updated_at", "first_reply_at", "first_solved_at", "solved_at", "observed_until")
TEXTS = (
    "source", "id", "subject", "body", "requester", "organization", "assignee", "group", "brand", "language", "url",
    "merged_into", "spam", "deleted", "test", "pulled", "reopens", "agent_minutes",
    "sla_met",
)  # fmt: skip
DEFAULTS = {name: Ticket.__dataclass_fields__[name].default for name in TEXTS[3:]}


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def seconds(at: datetime) -> int:
    return microseconds(at) // 1_000_000


def from_seconds(value: int) -> datetime:
    return EPOCH + timedelta(seconds=value)


def ticket_fields(ticket: Ticket) -> dict[str, Any]:
    """The ticket as plain JSON values; what equals its default is left out. Times are epoch microseconds."""
    fields: dict[str, Any] = {"source": ticket.source, "id": ticket.id, "subject": ticket.subject}
    for name, default in DEFAULTS.items():
        value = getattr(ticket, name)
        if value != default:
            fields[name] = value
    for name in TIMES:
        at = getattr(ticket, name)
        if at is not None:
            fields[name] = microseconds(at)
    if ticket.status is not Status.OPEN:
        fields["status"] = ticket.status.value
    for name in ("priority", "channel"):
        chosen = getattr(ticket, name)
        if chosen is not None:
            fields[name] = chosen.value
    return {**fields, **_parts(ticket)}


def _parts(ticket: Ticket) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if ticket.tags:
        parts["tags"] = list(ticket.tags)
    if ticket.oddities:
        parts["oddities"] = list(ticket.oddities)
    if ticket.custom:
        parts["custom"] = dict(ticket.custom)
    if ticket.history:
        parts["history"] = [(microseconds(e.at), e.field, e.before, e.after, e.actor) for e in ticket.history]
    if ticket.messages:
        parts["messages"] = [(microseconds(m.at), m.author, m.public, m.body) for m in ticket.messages]
    if ticket.satisfaction:
        s = ticket.satisfaction
        parts["satisfaction"] = (s.score, s.scale, s.comment, microseconds(s.at) if s.at else None)
    return parts


def ticket_of(fields: Mapping[str, Any]) -> Ticket:
    """What `ticket_fields` was made of."""
    known: dict[str, Any] = {name: fields[name] for name in TEXTS if name in fields}
    known |= {name: moment(fields[name]) for name in TIMES if name in fields}
    if "status" in fields:
        known["status"] = Status(fields["status"])
    if "priority" in fields:
        known["priority"] = Priority(fields["priority"])
    if "channel" in fields:
        known["channel"] = Channel(fields["channel"])
    known["tags"] = tuple(fields.get("tags", ()))
    known["oddities"] = tuple(fields.get("oddities", ()))
    if "custom" in fields:
        known["custom"] = fields["custom"]
    known["history"] = tuple(
        Event(moment(at), field, before, after, Actor(actor) if actor else None)
        for at, field, before, after, actor in fields.get("history", ())
    )
    known["messages"] = tuple(
        Message(moment(at), Actor(author), public, body) for at, author, public, body in fields.get("messages", ())
    )
    if "satisfaction" in fields:
        score, scale, comment, at = fields["satisfaction"]
        known["satisfaction"] = Satisfaction(score, scale, comment, moment(at) if at is not None else None)
    return Ticket(**known)


def load(packed: bytes) -> Ticket:
    return ticket_of(json.loads(zlib.decompress(packed)))
