"""Which topics a namer is asked for, and which of its names stand beside those of people and of runs. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from ticketlens.edits.shape import Shape
from ticketlens.intake.visible import name_key
from ticketlens.model.topic import Topic

STILL = 1 / 3
"""The least share of the words that a topic was named for which it still has; else it is named anew."""


def wanted(topics: Iterable[Topic], shape: Shape) -> list[Topic]:
    """Topics that no person named, and which are new or say something else than when they were named."""
    return [
        topic for topic in topics if not topic.retired and not shape.is_named(topic.id) and is_new_or_changed(topic)
    ]


def is_new_or_changed(topic: Topic) -> bool:
    if not topic.named:
        return True
    still = set(topic.named_for) & set(topic.words)
    return bool(topic.named_for and topic.words) and len(still) < STILL * len(set(topic.named_for))


def names_beside(topic: int, topics: Iterable[Topic]) -> set[str]:
    """Their keys, of all other topics that people see; those that runs found too, which may come back."""
    others = [one for one in topics if one.id != topic and not one.retired]
    return {name_key(name) for one in others for name in (one.name, one.label, one.named) if name}


def apart(topics: Sequence[Topic], shape: Shape) -> list[Topic]:
    """The topics as people see them, no two of one name. Where a run or a person gave one the name that the namer had
    given to another, the latter has the name that was found for it again; and a name that was found gives way to one
    that a person or the namer gave, or that an older topic has."""
    shown = [shape.shown(topic) for topic in topics]
    names = [name_key(one.name) for one in shown if not one.retired]
    kept = [
        shape.shown(replace(one, named="", named_for=()))
        if one.named and not one.retired and not shape.is_named(one.id) and names.count(name_key(one.name)) > 1
        else one
        for one in shown
    ]
    return _found_beside(kept, shape)


def _found_beside(topics: Sequence[Topic], shape: Shape) -> list[Topic]:
    """In place of a name that is taken, the same with a word of the topic more."""
    found = {one.id for one in topics if not one.retired and not one.named and not shape.is_named(one.id)}
    taken = {name_key(one.name) for one in topics if not one.retired and one.id not in found}
    taken |= {name_key(name) for name in shape.themes.values()}
    free: dict[int, str] = {}
    for topic in sorted((one for one in topics if one.id in found), key=lambda one: one.id):
        free[topic.id] = next(name for name in _wordings(topic) if name_key(name) not in taken)
        taken.add(name_key(free[topic.id]))
    return [
        shape.shown(replace(one, label=free[one.id])) if free.get(one.id, one.name) != one.name else one
        for one in topics
    ]


def _wordings(topic: Topic) -> Iterator[str]:
    yield topic.name
    yield from (f"{topic.name}, {word}" for word in topic.words if word.casefold() not in topic.name.casefold())
    yield from (f"{topic.name} ({number})" for number in count(2))
