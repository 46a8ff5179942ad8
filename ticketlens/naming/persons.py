"""Whose names the store knows: those that write and answer the tickets of a topic. No topic is called after them."""

import re
from collections.abc import Collection, Iterator

from ticketlens.intake.redact import PSEUDONYM
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.topic import Topic
from ticketlens.store.base import Store

Names = frozenset[str]
"""The words that one person is called by, casefolded."""

MOST = 5_000
"""Persons of a topic that are looked at, those with most tickets first."""

READ = 200
"""Tickets of a topic that are read as they came, for their addresses."""

LEAST = 3
"""Characters of the shortest word that is taken for a name."""

OFFICES = frozenset(
    ("admin", "agent", "billing", "bot", "client", "contact", "customer", "hello", "help", "info", "mail", "noreply",
     "office", "reply", "sales", "service", "support", "team", "user")
)  # fmt: skip
"""What stands in addresses and fields of persons, and is nobody's name."""


def persons(store: Store, topic: Topic) -> set[Names]:
    """Of the topic's tickets by their clean fields, and by addresses of those that a namer saw and of the newest."""
    return {names for told in _told(store, topic) if (names := names_in(told))}


def names_in(told: str) -> Names:
    """ "Anna Berg" and "anna.berg@example.com" have the same."""
    own = PSEUDONYM.sub(" ", told).partition("@")[0]
    words = (word.casefold() for word in re.findall(r"[^\W\d_]+", own))
    return frozenset(word for word in words if len(word) >= LEAST) - OFFICES


def named_after(name: str, persons: Collection[Names], known: Collection[str]) -> bool:
    """Whether a name holds two words of one person's, or one that is none of the topic's `known` words."""
    words = {word.casefold() for word in re.findall(r"[^\W\d_]+", name)}
    return any(len(own & words) > 1 or bool((own & words) - set(known)) for own in persons)


def _told(store: Store, topic: Topic) -> Iterator[str]:
    where = EVERYTHING.having("topic", str(topic.id))
    for field in ("requester", "assignee"):
        yield from (value for value, _ in store.facet(field, where, limit=MOST))
    newest = ((row.ticket.source, row.ticket.id) for row in store.list_tickets(where, limit=READ).items)
    for source, id_ in {*topic.typical, *newest}:
        if (ticket := store.get_raw(source, id_)) is not None:
            yield from filter(None, (ticket.requester, ticket.assignee))
