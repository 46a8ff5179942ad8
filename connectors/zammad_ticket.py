"""What Zammad's ticket, its articles, history and tags say, in our form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ticketlens.connector import Row, sound
from ticketlens.intake.payload import Payload

TYPES = ("new", "open", "pending reminder", "pending action", "closed", "merged", "removed")
"""Types of states by their numbers, which begin at 1; the states themselves have names and numbers of each Zammad's."""

STATUSES = {
    "new": "new", "open": "open", "pending reminder": "waiting_customer", "pending action": "waiting_customer",
    "closed": "closed", "merged": "closed", "removed": "closed",
}  # fmt: skip
CHANNELS = {
    "email": "email", "phone": "phone", "web": "web", "chat": "chat", "sms": "chat", "whatsapp message": "chat",
    "telegram personal-message": "chat", "twitter status": "social", "twitter direct-message": "social",
    "facebook feed post": "social", "facebook feed comment": "social",
}  # fmt: skip
AUTHORS = {"Agent": "agent", "1": "agent", "Customer": "customer", "2": "customer", "System": "bot", "3": "bot"}
SYSTEM = "1"


@dataclass(frozen=True, slots=True)
class Parts:
    """What was asked for beside the ticket; None is what could not be read."""

    articles: list[Payload] | None
    history: list[Payload] | None
    tags: list[Payload] | None


class States:
    """The type of each state: what counts, since anybody may rename states and add more."""

    def __init__(self, states: Iterable[Payload]) -> None:
        told = sound(states, Payload.id, _type, lambda state: state.opt_text("name"))
        self._by_id = {state.id(): _type(state) for state in told}
        self._by_name = {name: _type(state) for state in told if (name := state.opt_text("name"))}

    def type(self, id: str | None, name: str | None) -> str:
        return self._by_id.get(id or "") or self._by_name.get(name or "") or "open"


def _type(state: Payload) -> str:
    number = state.integer("state_type_id")
    return TYPES[number - 1] if 0 < number <= len(TYPES) else "open"


def row_of(ticket: Payload, parts: Parts, states: States, agent: str | None, root: str) -> Row:
    """`agent` is the name of the owner, `root` the address of this Zammad."""
    id_, kind = ticket.id(), states.type(ticket.opt_text("state_id"), ticket.opt_text("state"))
    articles = parts.articles or []
    first = next((one for one in articles if _author(one) == "customer"), articles[0] if articles else None)
    channel = (first and first.opt_text("type")) or ticket.opt_text("create_article_type")
    closed = ticket.opt_text("close_at")
    return {
        "id": id_,
        "subject": ticket.opt_text("title"),
        "body": first and first.opt_text("body"),
        "status": STATUSES[kind],
        "priority": _priority(ticket.opt_text("priority")),
        "channel": channel and CHANNELS.get(channel.lower(), "other"),
        "tags": [str(tag.value) for tag in parts.tags or []],
        "requester": ticket.opt_text("customer_id"),
        "organization": ticket.opt_text("organization") or ticket.opt_text("organization_id"),
        "assignee": agent,
        "group": ticket.opt_text("group") or ticket.opt_text("group_id"),
        "created_at": ticket.text("created_at"),
        "updated_at": ticket.text("updated_at"),
        "first_reply_at": _first_reply(ticket, articles),
        "first_solved_at": closed,
        "solved_at": ticket.opt_text("last_close_at") or closed,
        "history": None if parts.history is None else list(_moves(ticket, parts.history, states)),
        "messages": [_message(article) for article in articles],
        "url": f"{root}/#ticket/zoom/{id_}",
        "deleted": kind == "removed",
        "merged_into": _target(parts.history) if kind == "merged" else None,
        "custom": _named(number=ticket.opt_text("number"), state=ticket.opt_text("state")),
    }


def _named(**told: str | None) -> Mapping[str, str]:
    return {name: value for name, value in told.items() if value}


def _priority(name: str | None) -> str | None:
    """ "2 normal" is normal."""
    number, space, word = (name or "").partition(" ")
    return word if space and number.isdecimal() else name


def _author(article: Payload) -> str:
    """Neither a customer nor an agent where it is not told."""
    return AUTHORS.get(article.opt_text("sender") or article.opt_text("sender_id") or "", "system")


def _message(article: Payload) -> dict[str, object]:
    public, body = not article.boolean("internal"), article.opt_text("body")
    return {"at": article.text("created_at"), "author": _author(article), "public": public, "body": body}


def _first_reply(ticket: Payload, articles: list[Payload]) -> str | None:
    """Zammad's own, but what an agent opens a ticket with answers nobody, though it is the first response there."""
    opened = (
        _author(articles[0]) if articles else AUTHORS.get(ticket.opt_text("create_article_sender") or "", "customer")
    )
    if opened != "agent":
        return ticket.opt_text("first_response_at") or _first_of_agent(articles)
    return _first_of_agent(articles[1:])


def _first_of_agent(articles: list[Payload]) -> str | None:
    """Notes are no replies: nobody is told of them."""
    replies = (one for one in articles if _author(one) == "agent" and one.opt_text("type") != "note")
    return next((one.text("created_at") for one in replies if not one.boolean("internal")), None)


def _moves(ticket: Payload, history: list[Payload], states: States) -> Iterator[Row]:
    for event in history:
        if (event.opt_text("object"), event.opt_text("attribute")) == ("Ticket", "state"):
            before, after = (
                STATUSES[states.type(event.opt_text(f"id_{side}"), event.opt_text(f"value_{side}"))]
                for side in ("from", "to")
            )
            actor = _actor(event.opt_text("created_by_id"), ticket)
            yield {"at": event.text("created_at"), "field": "status", "from": before, "to": after, "actor": actor}


def _actor(user: str | None, ticket: Payload) -> str:
    if user == SYSTEM:
        return "system"
    return "customer" if user == ticket.opt_text("customer_id") else "agent"


def _target(history: list[Payload] | None) -> str:
    merges = [event for event in history or [] if event.opt_text("type") == "merged_into"]
    return (merges and merges[-1].opt_text("id_to")) or "another ticket"
