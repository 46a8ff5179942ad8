"""What was done to a Zendesk ticket: changes of status, comments, the first reply. Source: developer.zendesk.com,
Ticket Audits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from connectors.frame import rows_of
from ticketlens.connector import Row, sound
from ticketlens.intake.payload import Payload
from ticketlens.intake.times import TimeRule

STATUSES = {"pending": "waiting_customer", "hold": "on_hold", "deleted": "closed"}
ROLES = {"end-user": "customer", "agent": "agent", "admin": "agent"}
MACHINE = "-1"
UNKNOWN = "system"
"""Whose role nobody tells: neither a reply of an agent nor a word of the customer is made of what he wrote."""

RoleOf = Callable[[str], str | None]
"""Zendesk's own role of a user, by his id."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of status, in our words for them."""

    at: str
    by: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A comment; `opens`: the ticket was made of it."""

    at: str
    by: str | None
    public: bool
    body: str | None
    opens: bool


@dataclass(frozen=True, slots=True)
class Audits:
    """All audits of one ticket, oldest first. `roles`: of the users that Zendesk told of beside them."""

    moved: tuple[Moved, ...]
    said: tuple[Said, ...]
    roles: Mapping[str, str | None]

    @classmethod
    def of(cls, pages: Iterable[Payload], rule: TimeRule) -> "Audits":
        """Raises BadPayload for audits that cannot be read: some of them alone would mislead."""
        told = list(pages)
        audits = [audit for page in told for audit in rows_of(page, "audits")]
        users = [user for page in told for user in sound(page.items("users"), Payload.id, _own_role)]
        moved = tuple(one for audit in audits for one in _moves(audit, rule))
        said = tuple(one for number, audit in enumerate(audits) for one in _words(audit, rule, opens=number == 0))
        return cls(moved, said, {user.id(): _own_role(user) for user in users})

    def row(self, ticket: Payload, listed: RoleOf) -> Row:
        """The parts of a row that the audits tell; `listed` knows the users of the list of tickets."""
        history = [{"at": one.at, "field": "status", "actor": self._who(one.by, ticket, listed),
                    "from": one.before, "to": one.after} for one in self.moved]  # fmt: skip
        writers = [self._who(one.by, ticket, listed) for one in self.said]
        messages = [{"at": one.at, "author": writer or ("agent" if not one.public else UNKNOWN),
                     "public": one.public, "body": one.body}
                    for one, writer in zip(self.said, writers, strict=True)]  # fmt: skip
        replies = [one.at for one, writer in zip(self.said, writers, strict=True)
                   if writer == "agent" and one.public and not one.opens]  # fmt: skip
        return {"history": history, "messages": messages, **({"first_reply_at": replies[0]} if replies else {})}

    def _who(self, user: str | None, ticket: Payload, listed: RoleOf) -> str | None:
        """None for a writer whose role is told nowhere; a ticket is assigned to agents alone."""
        if user is None or user == MACHINE:
            return "bot" if user else None
        if user == ticket.opt_text("requester_id"):
            return "customer"
        known = ROLES.get(self.roles.get(user) or listed(user) or "")
        return known or ("agent" if user == ticket.opt_text("assignee_id") else None)


def _moves(audit: Payload, rule: TimeRule) -> Iterator[Moved]:
    for event in audit.items("events"):
        if event.opt_text("type") in ("Change", "Create") and event.opt_text("field_name") == "status":
            sides = (_status(event, name) for name in ("previous_value", "value"))
            yield Moved(_at(audit, rule), audit.opt_text("author_id"), *sides)


def _words(audit: Payload, rule: TimeRule, *, opens: bool) -> Iterator[Said]:
    for event in audit.items("events"):
        if event.opt_text("type") == "Comment":
            by = event.opt_text("author_id") or audit.opt_text("author_id")
            body = event.opt_text("plain_body") or event.opt_text("body")
            yield Said(_at(audit, rule), by, event.boolean("public"), body, opens)


def _at(audit: Payload, rule: TimeRule) -> str:
    return audit.time("created_at", rule).isoformat()


def _own_role(user: Payload) -> str | None:
    return user.opt_text("role")


def _status(event: Payload, name: str) -> str | None:
    word = event.opt_text(name)
    return None if word is None else STATUSES.get(word, word)
