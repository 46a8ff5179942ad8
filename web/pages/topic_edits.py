"""What can be done on the page of one topic: its fields, what it is kept apart from, what always belongs to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ticketlens.edits import checks
from ticketlens.edits.reach import reach
from ticketlens.edits.refusal import Refused
from ticketlens.edits.shape import rule_filter
from ticketlens.edits.words import KINDS, rule
from ticketlens.errors import ConfigError
from ticketlens.model.edit import FIELDS, TOPIC_KINDS
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.topic import Topic
from web.current import may_edit, who
from web.pages import asked, topics
from web.pages.controls import custom_fields
from web.pages.done import back, just_done, names, number, reason, tried, went, why
from web.pages.ticket_choice import token
from web.pages.topic_choice import ACTS

SWITCHES = ("pinned", "hidden")
RULED_BY = ("tag", "group", "brand", "channel", "priority", "language", "organization", "requester", "source")
MOST_ORIGINS = 8


@dataclass(frozen=True, slots=True)
class Origin:
    """Where tickets are that an edit would take: a topic or none, and how many."""

    topic: Topic | None
    n: int
    where: Filter


def change(id: int) -> ResponseReturnValue:
    """Exactly the fields that differ from what the form showed, so that nobody's later edit is written over."""
    given, was = ({name: _given(prefix + name) for name in FIELDS} for prefix in ("", "was."))
    changed = {name: _value(name, text) for name, text in given.items() if text != was[name]}
    if not changed:
        return went("same")
    try:
        edit = asked.lens().edits.set(id, changed, by=who(), why=why())
    except (Refused, ConfigError) as error:
        return topics.shown(id, wrong=reason(error), entered=given), 409 if isinstance(error, Refused) else 400
    return went(edit.id)


def _given(name: str) -> str:
    return "\n".join(request.form.get(name, "").splitlines()).strip()


def _value(name: str, text: str) -> object:
    """A theme that was taken away is none, which is another thing than the one that was found."""
    if name == "theme":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return text == "yes" if name in SWITCHES else text or None


def call_theme(id: int) -> ResponseReturnValue:
    given = request.form.get("name", "").strip()
    themes = asked.lens().edits.themes()
    if id in themes and given == themes[id].name:
        return went("same")
    return tried(lambda: went(asked.lens().edits.call(id, given or None, by=who(), why=why()).id))


def apart(id: int) -> ResponseReturnValue:
    return tried(lambda: went(asked.lens().edits.apart(id, number("other"), by=who(), why=why()).id))


def undo(id: int) -> ResponseReturnValue:
    return tried(lambda: went(asked.lens().edits.undo(id, by=who()).id))


def always(id: int) -> ResponseReturnValue:
    """First how many tickets the rule would take, and from where; then the rule."""
    return tried(lambda: _rule(id) if request.form.get("sure") == "yes" else _rule_looked_at(id))


def _rule(id: int) -> ResponseReturnValue:
    return went(asked.lens().edits.always(id, _told_rule(), by=who(), why=why()).id)


def _rule_looked_at(id: int) -> ResponseReturnValue:
    lens, told = asked.lens(), _told_rule()
    topic = checks.going_on(id, lens.topic_names())
    given = checks.rule(told)
    where = rule_filter(given)
    origins = origins_of(where)
    found = reach(lens.store, lens.edits.shape(), where, id)
    return render_template(
        "topic_rule.html", topic=topic, rule=rule(given), told=told, where=where, total=found.total,
        inside=found.inside, held=found.held, taken=found.taken, origins=origins, back=back(),
    )  # fmt: skip


def _told_rule() -> dict[str, list[str]]:
    """Words, or a field and its value, or both."""
    field, value = request.form.get("field", "").strip(), request.form.get("value", "").strip()
    told = {"q": [request.form.get("q", "").strip()]}
    if value:
        if not field:
            raise ConfigError("choose the field that has this value")
        told[field] = [value]
    return {name: values for name, values in told.items() if values[0]}


def origins_of(where: Filter) -> list[Origin]:
    """In which topics the tickets of a filter are now, most first."""
    lens = asked.lens()
    known = lens.topic_names()
    return [
        Origin(known.get(int(value)) if value else None, n, where.having("topic", value))
        for value, n in lens.facet("topic", where, limit=MOST_ORIGINS)
    ]


def choices(*left_out: int) -> list[Topic]:
    """Topics that may be chosen as the other one, by name."""
    alive = (topic for topic in asked.lens().store.topics() if topic.id not in left_out)
    return sorted(alive, key=lambda topic: topic.name.casefold())


def fields_of(topic: Topic) -> dict[str, str]:
    """The fields as the form shows them."""
    told: Mapping[str, object] = {name: getattr(topic, name) for name in FIELDS}
    return {name: ("yes" if value else "") if name in SWITCHES else str(value or "") for name, value in told.items()}


def ruled_by() -> list[str]:
    return [*RULED_BY, *custom_fields()]


def shared() -> dict[str, object]:
    """Names for the templates of every page."""
    return {
        "just_done": just_done, "may_edit": may_edit, "choices": choices, "fields_of": fields_of,
        "topic_kinds": [(kind, KINDS[kind]) for kind in TOPIC_KINDS], "ruled_by": ruled_by, "topic_names": names,
        "every_ticket_of": lambda *topics: EVERYTHING.having("topic", [str(one) for one in topics]),
        "token": token, "topic_acts": [(act.id, act.choice) for act in ACTS.values()],
        "change_address": lambda endpoint, **parts: url_for(f"pages.{endpoint}", **parts),
    }  # fmt: skip
