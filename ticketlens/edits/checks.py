"""What is looked at before an edit is made, so that each one that stands makes sense."""

import re
from collections.abc import Collection, Mapping, Sequence

from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.edits.shape import Key, Shape, rule_filter
from ticketlens.errors import ConfigError
from ticketlens.intake.tokens import search_tokens
from ticketlens.intake.visible import name_key, one_line, paragraphs
from ticketlens.model.edit import FIELDS, TOPIC_KINDS, Edit
from ticketlens.model.theme import Theme
from ticketlens.model.ticket import Channel, Priority
from ticketlens.model.topic import Topic
from ticketlens.store.base import Store
from ticketlens.store.places import Place

LONGEST = {"name": 120, "owner": 200, "note": 4_000}
MOST_TICKETS = 100_000
LEFT_OUT = re.compile(r"(?:^|\s)-+\w")
"""A word with a minus before it, by which other searches leave it out."""

CLOSED = {"priority": tuple(Priority), "channel": tuple(Channel)}
RULED_BY = re.compile(r"q|tag|source|group|brand|channel|priority|language|organization|requester|custom\..+")


def fields(told: Mapping[str, object]) -> dict[str, object]:
    """The fields of a topic as they are kept; raises ConfigError, which names the one that is wrong."""
    if not told:
        raise ConfigError(f"nothing to change; known are {', '.join(FIELDS)}")
    return {name: _field(name, value) for name, value in told.items()}


def fields_of_many(told: Mapping[str, object]) -> dict[str, object]:
    if "name" in told:
        raise ConfigError("name: a name is given to one topic alone, since no two have the same")
    return fields(told)


def _field(name: str, value: object) -> object:
    if name not in FIELDS:
        raise ConfigError(f"{name}: no field of a topic; known are {', '.join(FIELDS)}")
    if name in ("pinned", "hidden"):
        if not isinstance(value, bool):
            raise ConfigError(f"{name}: true or false")
        return value
    if name == "kind":
        if value not in TOPIC_KINDS:
            raise ConfigError(f"kind: {str(value)[:40]!r} is none of {', '.join(TOPIC_KINDS)}")
        return value
    if name == "theme":
        if isinstance(value, bool) or not (value is None or (isinstance(value, int) and value >= 0)):
            raise ConfigError("theme: the number of a theme, 0 for none, or nothing for the one that was found")
        return value
    return _text(name, value)


def _text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigError(f"{name}: a text, or nothing")
    text = paragraphs(value) if name == "note" else one_line(value)
    if len(text) > LONGEST[name]:
        raise ConfigError(f"{name}: at most {LONGEST[name]:,} characters")
    return text or None


def listed(topics: Sequence[int]) -> tuple[int, ...]:
    if not topics:
        raise ConfigError("topics: name at least one")
    return tuple(dict.fromkeys(topics))


def alive(id: int, topics: Mapping[int, Topic]) -> Topic:
    """The topic; one that was merged into another is edited there."""
    topic = topics.get(id)
    if topic is None:
        raise NotThere(f"there is no topic {id}")
    if topic.merged_into is not None:
        raise Refused(f"topic {id} was merged into topic {topic.merged_into}: edit that one, or undo the merge")
    if topic.retired and not topic.lost:
        raise Refused(f"topic {id} was made by a split that was undone")
    return topic


def going_on(id: int, topics: Mapping[int, Topic]) -> Topic:
    """A topic into which tickets, or which into a theme, may be put: lists show no topic that ended."""
    topic = alive(id, topics)
    if topic.retired:
        raise Refused(f"topic {id} has ended, since no run finds it any more: choose another topic")
    return topic


def free_name(id: int | None, name: object, topics: Mapping[int, Topic], themes: Collection[str] = ()) -> None:
    """No two topics have one name, and none has that of a theme which people called so."""
    if not isinstance(name, str):
        return
    if any(name_key(other) == name_key(name) for other in themes):
        raise Refused("a theme is called so already; choose another name, or call the theme by another one first")
    for other in topics.values():
        if other.id != id and not other.retired and name_key(other.name) == name_key(name):
            raise Refused(f"topic {other.id} is called so already; choose another name, or merge the two")


def theme(told: Mapping[str, object], topic: int, topics: Mapping[int, Topic], themes: Mapping[int, Theme]) -> None:
    """Whether the topic may be put into the theme that is told, if one is."""
    number = told.get("theme")
    if number is not None:
        going_on(topic, topics)
    theme_there(number, themes)


def theme_there(number: object, themes: Mapping[int, Theme]) -> None:
    """A theme is there as long as two topics are in it."""
    if number and number not in themes:
        raise NotThere(f"there is no theme {number}")


def free_theme_name(number: int, name: object, themes: Mapping[int, Theme], topics: Mapping[int, Topic]) -> None:
    """No theme is called as another one, nor as a topic."""
    if not isinstance(name, str):
        return
    others = [one for one in themes.values() if one.id != number]
    if any(name_key(one.name) == name_key(name) for one in others):
        raise Refused("another theme is called so already; choose another name, or put its topics into that one")
    free_name(None, name, topics)


def mergeable(gone: Collection[int], into: int, topics: Mapping[int, Topic], shape: Shape) -> None:
    if not gone:
        raise ConfigError("topics: name at least one other topic than the one to merge into")
    for topic in gone:
        alive(topic, topics)
    going_on(into, topics)
    for one, other in shape.apart:
        ends = {shape.at_last(one), shape.at_last(other)}
        if ends <= {*gone, into} and len(ends) == 2:
            raise Refused(f"topics {one} and {other} are kept apart: undo that edit first")


def separable(one: int, other: int, topics: Mapping[int, Topic], shape: Shape) -> None:
    if one == other:
        raise ConfigError("from: another topic than the one that is kept apart")
    alive(one, topics)
    alive(other, topics)
    if (min(one, other), max(one, other)) in shape.apart:
        raise Refused(f"topics {one} and {other} are kept apart already")


def known(store: Store, tickets: Sequence[Key]) -> dict[Key, Place]:
    """The tickets with where they are, each once; raises NotThere, which names the first one that the store has not."""
    keys = tuple(dict.fromkeys(tickets))
    if not keys:
        raise ConfigError("tickets: name at least one")
    if len(keys) > MOST_TICKETS:
        raise ConfigError(f"tickets: at most {MOST_TICKETS:,} in one edit")
    there = store.where_are(keys)
    missing = [key for key in keys if key not in there]
    if missing:
        raise NotThere(f"there is no {_named(missing[0])}{_more(missing)}; nothing was changed")
    return {key: there[key] for key in keys}


def within(topic: int, there: Mapping[Key, Place]) -> None:
    """Whether all of them are in the topic; raises Refused, which names the first one that is not."""
    others = [key for key, place in there.items() if place.topic != topic]
    if others:
        raise Refused(f"{_named(others[0])} is not in topic {topic}{_more(others)}; nothing was changed")


def _named(key: Key) -> str:
    return f"ticket {key[1][:80]!r} of source {key[0][:80]!r}"


def _more(keys: Sequence[Key]) -> str:
    return f" (nor {len(keys) - 1:,} others)" if len(keys) > 1 else ""


def rule(parameters: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The parameters of a rule as they are kept: words, or fields that a helpdesk tells."""
    given = {name: [value for value in values if value.strip()] for name, values in parameters.items()}
    given = {name: values for name, values in given.items() if values}
    for name in given:
        if not RULED_BY.fullmatch(name):
            raise ConfigError(f"rule: {name[:40]!r} cannot rule a topic; use words (q) or a field such as tag")
    if not given:
        raise ConfigError("rule: name words (q) or a field with a value, such as tag=refund")
    _known_values(given)
    _whole_words(given.get("q", ()))
    rule_filter(given)
    return given


def _known_values(given: Mapping[str, Sequence[str]]) -> None:
    for name, known in CLOSED.items():
        for value in given.get(name, ()):
            if value not in known:
                raise ConfigError(f"rule: {name}: {value[:40]!r} is none of {', '.join(known)}")


def _whole_words(texts: Sequence[str]) -> None:
    for text in texts:
        if LEFT_OUT.search(text):
            raise ConfigError(f"rule: q: {text[:40]!r} would take tickets with the word; a rule cannot leave words out")
        if not search_tokens(text):
            raise ConfigError(f"rule: q: {text[:40]!r} has no word that a ticket may have")


def undoable(number: int, edits: Sequence[Edit]) -> Edit:
    """The edit; raises Refused where it was undone already, or others rest on it."""
    edit = next((one for one in edits if one.id == number), None)
    if edit is None:
        raise NotThere(f"there is no edit {number}")
    if edit.undone is not None:
        raise Refused(f"edit {number} was undone already, by {edit.undone.by} at {edit.undone.at.isoformat()}")
    if edit.kind == "split":
        made = edit.told["made"]
        later = [one.id for one in edits if one.id > number and one.undone is None and made in one.topics]
        if later:
            names = ", ".join(str(one) for one in reversed(later))
            raise Refused(f"edits of topic {made}, which this one made, came after it: undo {names} first")
    return edit
