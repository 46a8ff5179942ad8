"""What Intercom tells of a conversation, or of one of its tickets, as a row of ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.intercom_parts import CUSTOMERS, Parts, agreeing, message
from ticketlens.connector import Row
from ticketlens.errors import BadPayload
from ticketlens.intake.payload import Payload

CHANNELS = {
    "conversation": "chat", "email": "email", "phone_call": "phone", "phone_switch": "phone", "sms": "chat",
    "whatsapp": "chat", "facebook": "social", "instagram": "social", "twitter": "social", "push": "other",
}  # fmt: skip
STATUSES = {
    "open": "open", "closed": "closed", "snoozed": "on_hold",
    "submitted": "new", "in_progress": "open", "waiting_on_customer": "waiting_customer", "resolved": "solved",
}  # fmt: skip
PRIORITIES = {"priority": "high", "not_priority": "normal"}
TEAMMATES_OWN = ("Back-office", "Tracker")


@dataclass(frozen=True, slots=True)
class Account:
    """What a workspace tells of itself: names by id, and the address under which its agents open a conversation.

    `has_tickets`: its tickets are read too.
    """

    admins: Mapping[str, str]
    teams: Mapping[str, str]
    inbox: str | None
    has_tickets: bool

    def columns(self, told: Payload) -> Row:
        """Names where they are known, else ids; nobody is 0, which comes as a number or as text."""
        admin, team = told.opt_text("admin_assignee_id") or "0", told.opt_text("team_assignee_id") or "0"
        return {
            "assignee": None if admin == "0" else self.admins.get(admin, admin),
            "group": None if team == "0" else self.teams.get(team, team),
            "url": f"{self.inbox}/{told.id()}" if self.inbox else None,
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the path of the kind and the member of its lists, `parts` the member of its parts.

    `prefix` sets its ids apart from those of the other kind, which may be the same.
    """

    name: str
    parts: str
    prefix: str
    row: Callable[[Payload, Account], Row | None]

    def our_id(self, id: str) -> str:
        return f"{self.prefix}{id}"

    def is_told_whole(self, record: Payload) -> bool:
        """Whether reading it by itself would tell no more."""
        try:
            return Parts.of(record, self.parts).are_all_to_be_had
        except BadPayload:
            return False


# -- conversations


def conversation_row(told: Payload, account: Account) -> Row | None:
    """None for what the workspace sent out and no customer answered."""
    begun = _begun(told)
    if begun is None:
        return None
    every = Parts.of(told, "conversation_parts")
    parts = every.since(begun)
    messages = parts.messages({**message(told.at("source"), begun), "author": "customer"} if _is_asked(told) else None)
    status = STATUSES.get(state := told.opt_text("state") or "", state)
    return {
        "id": told.id(),
        **_asked(told, messages),
        **_times(told.at("statistics"), begun, messages),
        **account.columns(told),
        "status": status,
        "priority": PRIORITIES.get(told.opt_text("priority") or ""),
        "tags": [tag.text("name") for tag in told.items("tags.tags")],
        "organization": told.opt_text("company.name") or told.opt_text("company.id"),
        "created_at": begun,
        "updated_at": every.version(told.integer("updated_at")),
        "satisfaction": _rating(told),
        "merged_into": _as_ticket(told) if account.has_tickets else None,
        "history": agreeing(parts.state_history() if parts.are_all else None, status),
        "messages": messages,
        "custom": {"ai_agent": told.opt_text("ai_agent.resolution_state"), **_members(told.at("custom_attributes"))},
    }


def _is_asked(told: Payload) -> bool:
    """Whether a customer began it, and not a bot, a campaign or an agent."""
    how, who = told.opt_text("source.delivered_as"), told.opt_text("source.author.type")
    return how == "customer_initiated" or who in CUSTOMERS or (how is None and who is None)


def _begun(told: Payload) -> int | None:
    """The second at which a customer first wrote."""
    if _is_asked(told):
        return told.integer("created_at")
    names = ("first_contact_reply.created_at", "statistics.first_contact_reply_at")
    return next((told.integer(name) for name in names if told.at(name).value is not None), None)


def _asked(told: Payload, messages: list[Row] | None) -> Row:
    """Who asks, how, and in which words: his own, not those that he answers."""
    source, own = told.at("source"), _is_asked(told)
    kind = source.opt_text("type") or ""
    subject = source.opt_text("subject") or told.opt_text("title")
    return {
        **_words(subject, source.opt_text("body") if own else _first(messages, "customer", "body"), kind),
        "channel": CHANNELS.get(kind, "other"),
        "requester": _requester(told) or (source.opt_text("author.id") if own else None),
    }


def _times(statistics: Payload, begun: int, messages: list[Row] | None) -> Row:
    """Moments of the statistics, without those that lie before the request, in what was sent out."""

    def moment(name: str) -> int | None:
        found = statistics.integer(name) if statistics.at(name).value is not None else begun - 1
        return found if found >= begun else None

    return {
        "first_reply_at": moment("first_admin_reply_at") or _first(messages, "agent", "at"),
        "first_solved_at": moment("first_close_at"),
        "solved_at": moment("last_close_at"),
        "reopens": statistics.at("count_reopens").value,
    }


def _rating(told: Payload) -> Row | None:
    """What the customer gave the conversation, else what he gave the AI agent."""
    for place, remark in (("conversation_rating", "remark"), ("ai_agent", "rating_remark")):
        rated = told.at(place)
        if rated.at("rating").value is not None:
            at = rated.at("updated_at").value or rated.at("created_at").value
            return {"score": rated.at("rating").value, "scale": 5, "comment": rated.opt_text(remark), "at": at}
    return None


def _as_ticket(told: Payload) -> str | None:
    """A conversation that was made a customer's ticket goes on there."""
    ticket = told.at("ticket")
    if ticket.value is None or ticket.opt_text("category") in TEAMMATES_OWN:
        return None
    return TICKETS.our_id(ticket.id())


# -- tickets


def ticket_row(told: Payload, account: Account) -> Row | None:
    attributes = _members(told.at("ticket_attributes"))
    title, description = attributes.pop("_default_title_", None), attributes.pop("_default_description_", None)
    parts = Parts.of(told, "ticket_parts")
    messages = parts.messages(None)
    status = STATUSES.get(state := told.opt_text("ticket_state.category") or "", state)
    return {
        "id": TICKETS.our_id(told.id()),
        **_words(title, description or _first(messages, "customer", "body"), told.opt_text("ticket_type.name")),
        "status": status,
        "requester": _requester(told),
        **account.columns(told),
        "created_at": told.integer("created_at"),
        "updated_at": parts.version(told.integer("updated_at")),
        "first_reply_at": _first(messages, "agent", "at"),
        "merged_into": _worked_on_for(told),
        "history": agreeing(parts.ticket_history(STATUSES), status),
        "messages": messages,
        "custom": {
            "ticket_number": told.opt_text("ticket_id"),
            "ticket_type": told.opt_text("ticket_type.name"),
            "ticket_category": told.opt_text("category"),
            "ticket_state": told.opt_text("ticket_state.internal_label"),
            **attributes,
        },
    }


def _worked_on_for(told: Payload) -> str | None:
    """The customer's request that a ticket of the teammates' own belongs to: it would count twice."""
    if told.opt_text("category") not in TEAMMATES_OWN:
        return None
    for linked in told.items("linked_objects.data"):
        if linked.opt_text("category") not in TEAMMATES_OWN:
            kind = TICKETS if linked.opt_text("type") == "ticket" else CONVERSATIONS
            return kind.our_id(linked.id())
    return None


# -- both


def _words(subject: object, body: object, kind: str | None) -> Row:
    """Subject and body; a call or a lone picture has neither, and counts all the same."""
    return {"subject": subject if subject or body else f"[{kind or 'no words'}]", "body": body}


def _requester(told: Payload) -> str | None:
    return next((one.id() for one in told.items("contacts.contacts")), None)


def _first(messages: list[Row] | None, author: str, column: str) -> object:
    return next((one[column] for one in messages or () if one["author"] == author and one["public"]), None)


def _members(attributes: Payload) -> dict[str, object]:
    found = attributes.value
    return {str(name): value for name, value in found.items()} if isinstance(found, Mapping) else {}


CONVERSATIONS = Kind("conversations", "conversation_parts", "", conversation_row)
TICKETS = Kind("tickets", "ticket_parts", "ticket-", ticket_row)


def kind_of(id: str) -> tuple[Kind, str]:
    """The kind that one of our ids is of, and Intercom's own id."""
    kind = TICKETS if id.startswith(TICKETS.prefix) else CONVERSATIONS
    return kind, id.removeprefix(kind.prefix)
