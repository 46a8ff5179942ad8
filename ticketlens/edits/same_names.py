"""No edit and no undoing gives two topics, or a topic and a theme that people named, one name. Pure."""

from collections.abc import Mapping

from ticketlens.edits.refusal import Refused
from ticketlens.edits.shape import Shape
from ticketlens.intake.visible import name_key
from ticketlens.model.topic import Topic

Holder = tuple[str, int]
"""What has a name, and its number."""


def must_differ(before: Shape, after: Shape, topics: Mapping[int, Topic]) -> None:
    """Raises Refused where two that did not have one name by the first shape have it by the second."""
    had, has = _names(before, topics), _names(after, topics)
    first: dict[str, Holder] = {}
    for holder, name in has.items():
        other = first.setdefault(name_key(name), holder)
        if other != holder and not _equal(had, holder, other):
            stays, comes = (other, holder) if _key(had, other) == name_key(name) else (holder, other)
            raise Refused(
                f"{_told(stays)} is called so already, and {_told(comes)} would be: rename {_told(stays)} first"
            )


def _names(shape: Shape, topics: Mapping[int, Topic]) -> dict[Holder, str]:
    """Of topics that people see, of ended ones that people named, which a run may find again, and of named themes."""
    shown = [shape.shown(topic) for topic in topics.values()]
    kept = (one for one in shown if not one.retired or (one.lost and shape.is_named(one.id)))
    called: dict[Holder, str] = {("topic", one.id): one.name for one in kept}
    return called | {("theme", number): name for number, name in shape.themes.items()}


def _equal(names: Mapping[Holder, str], one: Holder, other: Holder) -> bool:
    return one in names and _key(names, one) == _key(names, other)


def _key(names: Mapping[Holder, str], holder: Holder) -> str | None:
    return name_key(names[holder]) if holder in names else None


def _told(holder: Holder) -> str:
    kind, number = holder
    return f"{kind} {number}"
