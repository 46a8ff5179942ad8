"""A ticket's text as everything after intake sees it: cleaned, redacted, its language known, its fingerprint taken."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from ticketlens.intake.clean import clean
from ticketlens.intake.language import READ_CHARS, detect
from ticketlens.intake.own_name import own_name
from ticketlens.intake.redact import PSEUDONYM, Redactor
from ticketlens.model.text import CleanText
from ticketlens.model.ticket import Event, Satisfaction, Ticket

EMBED_CHARS = 2000
"""Characters of the clean body that are embedded; a model reads no more than a few hundred words anyway."""

_NAMED = ("requester", "organization", "assignee", "group", "brand", "url")


def prepare_text(ticket: Ticket, redactor: Redactor) -> CleanText:
    """Clean, then redact subject, body and messages, with the customer's own name; a language that is told is kept."""
    own = own_name(ticket.requester)
    subject = redactor.redact(clean(ticket.subject).replace("\n", " "), own)
    body = redactor.redact(clean(ticket.body), own)
    return CleanText(
        subject=subject,
        body=body,
        messages=tuple(redactor.redact(clean(message.body), own) for message in ticket.messages),
        language=ticket.language or detect(_unmarked(f"{subject}\n{body[:READ_CHARS]}")),
        fingerprint=fingerprint(subject, body),
    )


def fingerprint(subject: str, body: str) -> str:
    """32 hexadecimal digits of SHA-256 over what is embedded: the subject and the first `EMBED_CHARS` of the body."""
    embedded = f"{subject}\x1f{body[:EMBED_CHARS]}"
    return sha256(embedded.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def redact_fields(ticket: Ticket, redactor: Redactor) -> Ticket:
    """The ticket with the short fields redacted (people, tags, custom values, survey comment, address, history).

    Subject, body and messages are left to `prepare_text`. The very same ticket where nothing is to be redacted.
    """
    changes: dict[str, Any] = {}
    for name in _NAMED:
        value = getattr(ticket, name)
        if value and (safe := redactor.redact_field(value)) != value:
            changes[name] = safe
    if (tags := tuple(map(redactor.redact_field, ticket.tags))) != ticket.tags:
        changes["tags"] = tags
    if (custom := _safe_custom(ticket.custom, redactor)) != ticket.custom:
        changes["custom"] = custom
    if (history := tuple(_safe_event(event, redactor) for event in ticket.history)) != ticket.history:
        changes["history"] = history
    if (satisfaction := _safe_satisfaction(ticket.satisfaction, redactor)) is not ticket.satisfaction:
        changes["satisfaction"] = satisfaction
    return replace(ticket, **changes) if changes else ticket


def _unmarked(text: str) -> str:
    return PSEUDONYM.sub(" ", text) if "[" in text else text


def _safe_custom(custom: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    return {name: redactor.redact_field(value) for name, value in custom.items()}


def _safe_event(event: Event, redactor: Redactor) -> Event:
    before = event.before and redactor.redact_field(event.before)
    after = event.after and redactor.redact_field(event.after)
    if before == event.before and after == event.after:
        return event
    return replace(event, before=before, after=after)


def _safe_satisfaction(satisfaction: Satisfaction | None, redactor: Redactor) -> Satisfaction | None:
    if satisfaction is None or not satisfaction.comment:
        return satisfaction
    comment = redactor.redact(clean(satisfaction.comment))
    return satisfaction if comment == satisfaction.comment else replace(satisfaction, comment=comment)
