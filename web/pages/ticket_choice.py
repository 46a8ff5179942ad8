"""Tickets that a person puts elsewhere: split off as a topic of their own, moved, or taken out of all topics."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import quote, unquote

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ticketlens.edits import checks
from ticketlens.edits.reach import keys_of
from ticketlens.errors import ConfigError
from ticketlens.model.edit import Edit
from ticketlens.model.ticket import Ticket
from ticketlens.model.topic import Topic
from ticketlens.store.base import Key
from ticketlens.store.places import Place
from web import wording
from web.current import who
from web.pages import asked
from web.pages.done import back, number, tried, went, why
from web.pages.topic_choice import rows_of

ACTS = ("split", "move", "out")
MOST = 1_000
"""So many tickets of a list are taken at once: their names travel with the form."""

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """`topic`: the one that all have to be in (a split), where the form tells one; `to`: where they go."""

    act: str
    keys: list[Key]
    topic: int | None
    to: int | None


def token(ticket: Ticket) -> str:
    """A ticket in a form: source and id, each percent-encoded."""
    return token_of((ticket.source, ticket.id))


def token_of(key: Key) -> str:
    return "/".join(quote(part, safe="") for part in key)


def change() -> ResponseReturnValue:
    return tried(lambda: _do(_choice()) if request.form.get("sure") == "yes" else _looked_at(_choice()))


def _do(chosen: Choice) -> ResponseReturnValue:
    return went(_made(chosen).id)


def _made(chosen: Choice) -> Edit:
    edits = asked.lens().edits
    if chosen.act == "split" and chosen.topic is not None:
        name = request.form.get("name", "").strip() or None
        return edits.split(chosen.topic, chosen.keys, name=name, by=who(), why=why())
    return edits.move(chosen.keys, chosen.to, within=chosen.topic, by=who(), why=why())


def _looked_at(chosen: Choice) -> ResponseReturnValue:
    lens = asked.lens()
    there = checks.known(lens.store, chosen.keys)
    if chosen.topic is not None:
        checks.within(chosen.topic, there)
    known = lens.topic_names()
    to = checks.going_on(chosen.to, known) if chosen.to is not None else None
    topic = checks.alive(chosen.topic, known) if chosen.topic is not None else None
    keys = list(there)
    return render_template(
        "tickets_change.html", act=chosen.act, title=title(chosen.act, len(keys), topic, to), topic=topic, to=to,
        tokens=[token_of(key) for key in keys], rows=rows_of(tuple(keys[:SHOWN])), origins=_origins(there, known),
        name=request.form.get("name", "").strip(), back=back(),
    )  # fmt: skip


def title(act: str, n: int, topic: Topic | None, to: Topic | None) -> str:
    tickets = wording.count(n, "ticket")
    if act == "split":
        return f"Split {tickets} off {topic.name if topic else ''}?"
    return f"Move {tickets} to {to.name}?" if to else f"Take {tickets} out of all topics?"


def _origins(there: dict[Key, Place], known: dict[int, Topic]) -> list[tuple[Topic | None, int]]:
    """Where the tickets are now, most first."""
    counts = Counter(place.topic for place in there.values())
    return [(None if id_ is None else known.get(id_), n) for id_, n in counts.most_common()]


def _choice() -> Choice:
    act = request.form.get("act", "")
    if act not in ACTS:
        raise ConfigError("choose what to do with the tickets")
    topic = number("topic") if request.form.get("topic") else None
    if act == "split" and topic is None:
        raise ConfigError("tickets are split off one topic: look at the tickets of that one")
    keys = (
        _all_of_list() if request.form.get("all") == "yes" else [_key(text) for text in request.form.getlist("ticket")]
    )
    if not keys:
        raise ConfigError("no ticket is ticked: go back and tick those that are meant")
    return Choice(act, keys, topic, number("to") if act == "move" else None)


def _key(text: str) -> Key:
    source, slash, id_ = text.partition("/")
    if not slash:
        raise ConfigError("a ticket is told by its source and its id")
    return unquote(source), unquote(id_)


def _all_of_list() -> list[Key]:
    """All tickets of the list that the form stood under; its filter is in the form's address."""
    lens, where = asked.lens(), asked.asked().where
    if (count := lens.count(where)) > MOST:
        raise ConfigError(f"the list has {count:,} tickets, and at most {MOST:,} go at once: narrow it by a filter")
    return list(keys_of(asked.lens().store, where))
