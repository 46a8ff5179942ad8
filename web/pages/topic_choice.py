"""Many topics at once: what would happen to exactly the chosen ones, and then that."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ticketlens.edits import checks
from ticketlens.edits.words import KINDS
from ticketlens.errors import ConfigError
from ticketlens.model.edit import Edit
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.topic import Topic
from ticketlens.store.base import Row
from web import wording
from web.current import who
from web.pages import asked
from web.pages.done import back, number, tried, went, why

TYPICAL, EDGE = 3, 2


@dataclass(frozen=True, slots=True)
class Act:
    """`begin` and `end` of its sentence around "3 topics with 412 tickets"; what it sets, and what comes of it."""

    id: str
    choice: str
    begin: str
    end: str
    told: Mapping[str, object]
    then: str


def _called(kind: str) -> Act:
    name = KINDS[kind]
    return Act(kind, f"Call {name}", "Call", f" {name}", {"kind": kind}, "No ticket moves; only the kind changes.")


ACTS = {
    act.id: act
    for act in (
        Act("merge", "Merge into one", "Merge", " into one", {},
            "The one you choose goes on with its number, name and page. The pages of the others lead to it, and "
            "tickets that would come to them come to it. Counts of past weeks add up in it."),
        Act("pin", "Pin", "Pin", "", {"pinned": True}, "They stand first in the list, and no run drops them."),
        Act("unpin", "Unpin", "Unpin", "", {"pinned": False}, "They stand in the order of the list again."),
        Act("hide", "Hide", "Hide", "", {"hidden": True},
            "They leave the lists of topics. Their tickets stay counted in every total and share, their pages stay, "
            "and new tickets still come to them."),
        Act("show", "Show again", "Show", " again", {"hidden": False}, "They stand in the lists of topics again."),
        *map(_called, KINDS),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """A topic with all its tickets, and the subjects that show what it is."""

    topic: Topic
    n: int
    typical: tuple[Row, ...]
    edge: tuple[Row, ...]


def change() -> ResponseReturnValue:
    return tried(lambda: _do() if request.form.get("sure") == "yes" else _looked_at())


def _do() -> ResponseReturnValue:
    act, ids = _act(), _ids()
    return went(_made(act, ids).id)


def _made(act: Act, ids: list[int]) -> Edit:
    edits = asked.lens().edits
    if act.id == "merge":
        return edits.merge(ids, number("into"), by=who(), why=why())
    return edits.set_all(ids, act.told, by=who(), why=why())


def _looked_at() -> ResponseReturnValue:
    act, ids = _act(), _ids()
    lens = asked.lens()
    known = lens.topic_names()
    chosen = sorted((_chosen(checks.alive(id_, known)) for id_ in ids), key=lambda one: (-one.n, one.topic.id))
    into = number("into") if request.form.get("into") else chosen[0].topic.id
    if act.id == "merge":
        checks.mergeable([one for one in ids if one != into], into, known, lens.edits.shape())
    tickets = sum(one.n for one in chosen)
    return render_template(
        "topics_change.html", act=act, chosen=chosen, into=into, tickets=tickets, title=title(act, chosen), back=back()
    )


def title(act: Act, chosen: list[Chosen]) -> str:
    """Such as "Merge 3 topics with 412 tickets into one?"."""
    tickets = wording.count(sum(one.n for one in chosen), "ticket")
    return f"{act.begin} {wording.count(len(chosen), 'topic')} with {tickets}{act.end}?"


def _chosen(topic: Topic) -> Chosen:
    n = asked.lens().count(EVERYTHING.having("topic", str(topic.id)))
    return Chosen(topic, n, distinct(topic.typical, TYPICAL), distinct(topic.edge, EDGE))


def rows_of(keys: tuple[tuple[str, str], ...]) -> tuple[Row, ...]:
    found = (asked.lens().store.get_ticket(source, id_) for source, id_ in keys)
    return tuple(row for row in found if row is not None)


def distinct(keys: tuple[tuple[str, str], ...], most: int) -> tuple[Row, ...]:
    """The first tickets, each subject once."""
    found: dict[str, Row] = {}
    for row in rows_of(keys):
        found.setdefault(" ".join(row.ticket.subject.casefold().split()), row)
    return tuple(found.values())[:most]


def _act() -> Act:
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        raise ConfigError("choose what to do with the topics")
    return act


def _ids() -> list[int]:
    """Exactly those that were ticked, and the one to merge into."""
    texts = request.form.getlist("topic")
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        raise ConfigError("a topic is told by its number")
    ids = [int(text) for text in texts]
    if request.form.get("act") == "merge" and request.form.get("into"):
        ids.append(number("into"))
    if not ids:
        raise ConfigError("no topic is ticked: go back and tick those that are meant")
    if request.form.get("act") == "merge" and len(set(ids)) == 1:
        raise ConfigError("one topic alone cannot be merged: tick another one too")
    return list(dict.fromkeys(ids))
