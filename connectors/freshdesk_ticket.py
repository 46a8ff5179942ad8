"""What a Freshdesk ticket says, with the account's own words for its numbers, its messages and its rating."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ticketlens.connector import Row, sound
from ticketlens.errors import BadPayload
from ticketlens.intake.payload import Payload
from ticketlens.intake.terms import STATUSES as WORDS
from ticketlens.intake.terms import fold_term

STATUSES = {"2": "open", "3": "waiting_customer", "4": "solved", "5": "closed"}
PRIORITIES = {"1": "low", "2": "normal", "3": "high", "4": "urgent"}
OUTBOUND = "10"
SOURCES = {
    "1": "email", "2": "web", "3": "phone", "4": "web", "5": "social", "6": "social", "7": "chat", "9": "web",
    OUTBOUND: "email", "13": "chat", "15": "chat",
}  # fmt: skip
FORWARDED = "8"
SCORES = {"-103": 1, "-102": 2, "-101": 3, "100": 4, "101": 5, "102": 6, "103": 7}
MERGED = re.compile(r"This ticket is closed and merged into ticket\W{0,3}(\d+)")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the account calls its statuses, sources, agents, groups and products, by their numbers."""

    statuses: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def told_by(cls, fields: Iterable[Payload]) -> "Choices":
        """Of the account's ticket fields. Statuses are listed by number, with the names for agents and customers."""
        told = sound(fields, lambda one: one.opt_text("type"))
        listed = {one.opt_text("type"): one.at("choices").value for one in told}
        statuses = listed.get("default_status")
        names = statuses.items() if isinstance(statuses, Mapping) else ()
        return cls(
            statuses={str(number): str(name[0]) for number, name in names if isinstance(name, list) and name},
            sources=_by_number(listed.get("default_source")),
            agents=_by_number(listed.get("default_agent")),
            groups=_by_number(listed.get("default_group")),
            products=_by_number(listed.get("default_product")),
        )


@dataclass(frozen=True, slots=True)
class Beside:
    """What is asked for beside the ticket; None where it was not, or cannot be read."""

    conversations: Sequence[Payload] | None = None
    rating: Payload | None = None


def row_of(ticket: Payload, root: str, choices: Choices, beside: Beside) -> Row:
    id_, stats = ticket.id(), ticket.at("stats")
    number, source = ticket.text("status"), ticket.opt_text("source") or ""
    solves = [moment(stats, name) for name in ("resolved_at", "closed_at") if stats.opt_text(name)]
    return {
        "id": id_,
        "subject": ticket.opt_text("subject"),
        "body": _body(ticket),
        "status": _status(number, choices),
        "priority": PRIORITIES.get(ticket.opt_text("priority") or ""),
        "channel": SOURCES.get(source) or choices.sources.get(source) or "other",
        "tags": [str(tag.value) for tag in ticket.items("tags")],
        "requester": ticket.opt_text("requester_id"),
        "organization": ticket.opt_text("company.name") or ticket.opt_text("company_id"),
        "assignee": _named(choices.agents, ticket.opt_text("responder_id")),
        "group": _named(choices.groups, ticket.opt_text("group_id")),
        "brand": _named(choices.products, ticket.opt_text("product_id")),
        "created_at": ticket.text("created_at"),
        "updated_at": _changed(ticket, beside.rating),
        "first_reply_at": _first_reply(ticket, stats),
        "solved_at": min(solves).isoformat() if solves else None,
        "reopens": None if stats.opt_text("reopened_at") is None else 1,
        "satisfaction": None if beside.rating is None else _satisfaction(beside.rating),
        "url": f"{root}/a/tickets/{id_}",
        "spam": ticket.boolean("spam"),
        "deleted": ticket.boolean("deleted"),
        "custom": _custom(ticket, number, choices),
        **({} if beside.conversations is None else _told(ticket, beside.conversations)),
    }


def is_set_apart(ticket: Payload) -> bool:
    """Spam and deleted tickets count nowhere: nothing more is asked about them."""
    return ticket.boolean("spam") or ticket.boolean("deleted")


def rated_at(rating: Payload) -> datetime:
    return moment(rating, "created_at")


def moment(told: Payload, name: str) -> datetime:
    """Raises BadPayload for what is no time."""
    try:
        return datetime.fromisoformat(told.text(name)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadPayload(told.at(name).path, "not a time") from None


def _by_number(choices: object) -> dict[str, str]:
    """Of choices that are listed by name: number -> name."""
    return {str(number): str(name) for name, number in choices.items()} if isinstance(choices, Mapping) else {}


def _named(names: Mapping[str, str], id: str | None) -> str | None:
    """The name where it is known, else the id."""
    return names.get(id or "", id)


def _status(number: str, choices: Choices) -> str:
    """Only 4 and 5 end a ticket in Freshdesk, whatever a status of the account's own is called."""
    label = choices.statuses.get(number, number)
    if number in STATUSES:
        return STATUSES[number]
    return "open" if WORDS.get(fold_term(label)) in ("solved", "closed") else label


def _custom(ticket: Payload, status: str, choices: Choices) -> Row:
    """The account's own fields, by the names that Freshdesk gives them (`cf_plan`)."""
    own = ticket.at("custom_fields").value
    told = {**own} if isinstance(own, Mapping) else {}
    if status not in STATUSES and status in choices.statuses:
        told["status"] = choices.statuses[status]
    return {**told, "type": ticket.opt_text("type")}


def _body(ticket: Payload) -> str | None:
    return ticket.opt_text("description") or ticket.opt_text("description_text")


def _changed(ticket: Payload, rating: Payload | None) -> str:
    """A rating may come without a change of the ticket, which is then as new as its rating."""
    updated = moment(ticket, "updated_at")
    return (updated if rating is None else max(updated, rated_at(rating))).isoformat()


def _first_reply(ticket: Payload, stats: Payload) -> str | None:
    """Freshdesk's own; the e-mail with which an agent opened a ticket is no reply to it."""
    if stats.opt_text("first_responded_at") is None:
        return None
    replied = moment(stats, "first_responded_at")
    opens = ticket.opt_text("source") == OUTBOUND and replied <= moment(ticket, "created_at")
    return None if opens else replied.isoformat()


def _satisfaction(rating: Payload) -> Row | None:
    """Surveys of 2, 3, 5 and 7 answers share one scale, from -103 (extremely unhappy) over 100 to 103."""
    score = SCORES.get(rating.opt_text("ratings.default_question") or "")
    at = rating.text("created_at")
    return {"score": score, "scale": 7, "comment": rating.opt_text("feedback"), "at": at} if score else None


def _told(ticket: Payload, conversations: Sequence[Payload]) -> Row:
    """The messages, and where the ticket went if it was merged, which a note of Freshdesk's own tells."""
    begun = "agent" if ticket.opt_text("source") == OUTBOUND else "customer"
    first = {"at": ticket.text("created_at"), "author": begun, "public": True, "body": _body(ticket)}
    customer = ticket.opt_text("requester_id")
    return {
        "messages": [first, *(_message(one, customer) for one in conversations)],
        "merged_into": _merged_into(conversations) if ticket.text("status") == "5" else None,
    }


def _message(one: Payload, customer: str | None) -> Row:
    writer = one.opt_text("user_id")
    own = one.boolean("incoming") or (writer is not None and writer == customer)
    return {
        "at": one.text("created_at"),
        "author": "customer" if own else "agent" if writer else "bot",
        "public": not one.boolean("private") and one.opt_text("source") != FORWARDED,
        "body": one.opt_text("body") or one.opt_text("body_text"),
    }


def _merged_into(conversations: Sequence[Payload]) -> str | None:
    notes = (one for one in conversations if not one.boolean("incoming"))
    found = (MERGED.search(note.opt_text("body_text") or "") for note in notes)
    return next((match[1] for match in found if match), None)
