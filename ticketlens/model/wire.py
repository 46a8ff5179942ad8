"""A ticket as a row of NDJSON: the one form that import, push and export share."""

from datetime import UTC, datetime

from ticketlens.model.ticket import Event, Message, Satisfaction, Ticket


def ticket_to_row(ticket: Ticket) -> dict[str, object]:
    """All fields of `ticket` as JSON values; times are ISO 8601 in UTC with a `Z`."""
    return {
        "id": ticket.id,
        "source": ticket.source,
        "subject": ticket.subject,
        "body": ticket.body,
        "status": ticket.status.value,
        "priority": ticket.priority.value if ticket.priority else None,
        "channel": ticket.channel.value if ticket.channel else None,
        "tags": list(ticket.tags),
        "requester": ticket.requester,
        "organization": ticket.organization,
        "assignee": ticket.assignee,
        "group": ticket.group,
        "brand": ticket.brand,
        "language": ticket.language,
        "created_at": _time(ticket.created_at),
        "updated_at": _time(ticket.updated_at),
        "first_reply_at": _time(ticket.first_reply_at),
        "solved_at": _time(ticket.solved_at),
        "first_solved_at": _time(ticket.first_solved_at),
        "reopens": ticket.reopens,
        "observed_until": _time(ticket.observed_until),
        "satisfaction": _satisfaction(ticket.satisfaction) if ticket.satisfaction else None,
        "agent_minutes": ticket.agent_minutes,
        "sla_met": ticket.sla_met,
        "url": ticket.url,
        "history": [_event(event) for event in ticket.history],
        "messages": [_message(message) for message in ticket.messages],
        "spam": ticket.spam,
        "deleted": ticket.deleted,
        "test": ticket.test,
        "merged_into": ticket.merged_into,
        "custom": dict(ticket.custom),
    }


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z" if at else None


def _satisfaction(answer: Satisfaction) -> dict[str, object]:
    return {"score": answer.score, "scale": answer.scale, "comment": answer.comment, "at": _time(answer.at)}


def _event(event: Event) -> dict[str, object]:
    actor = event.actor.value if event.actor else None
    return {"at": _time(event.at), "field": event.field, "from": event.before, "to": event.after, "actor": actor}


def _message(message: Message) -> dict[str, object]:
    return {
        "at": _time(message.at),
        "author": message.author.value,
        "public": message.public,
        "body": message.body,
    }
