"""The other side of a comparison in the same time: which filters there are to choose from, and what they are called."""

from collections import defaultdict

from ticketlens.answers.sides import versus
from ticketlens.model.filter import Filter
from ticketlens.query import filter_parameters
from web import wording
from web.pages import asked
from web.pages.kept import kept

OFFERED = ("brand", "group", "channel", "priority", "language", "source")
MOST_OTHERS = 6


def other_side(where: Filter, other: Filter | None) -> Filter | None:
    """This filter, with what `other` has in place of its own."""
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in filter_parameters(other) if other else ():
        given[name].append(value)
    return versus(where, given)


def words(one: Filter, other: Filter) -> str:
    """What one filter has that the other has not."""
    parts = [
        f"{wording.plain(name)} {' or '.join(_value(name, value) for value in values)}"
        for name, values in one.where.items()
        if other.where.get(name) != values
    ]
    if one.q and one.q != other.q:
        parts.append(f"“{one.q}”")
    return wording.words(parts) or "all tickets"


def _value(name: str, value: str) -> str:
    if name == "topic" and value.isdigit():
        topic = asked.lens().topic_names().get(int(value))
        return topic.name if topic else value
    return value or wording.missing(name)


def others() -> list[tuple[str, list[tuple[str, str]]]]:
    """Other filters to hold this one against, by field: (words, address)."""
    now = asked.asked()
    told = []
    for name in _fields(now.where):
        mine = now.where.where.get(name)
        values = [value for value, _ in _facet(name, now.where.without(name))]
        if mine is None and len(values) > 1:
            first, *rest = values
            pairs = [
                (f"{first or 'none'} against {value or 'none'}", _address(now.where.having(name, first), name, value))
                for value in rest[:MOST_OTHERS]
            ]
        else:
            pairs = [
                (f"against {value or 'none'}", _address(now.where, name, value))
                for value in values
                if mine is not None and (value,) != mine
            ][:MOST_OTHERS]
        if pairs:
            told.append((name, pairs))
    return told


def _fields(where: Filter) -> list[str]:
    return [*OFFERED, *(name for name in where.where if name not in OFFERED)]


def _facet(name: str, where: Filter) -> list[tuple[str, int]]:
    plain = where.between(None, None)
    return kept(("versus", name, repr(plain)), lambda: asked.lens().facet(name, plain, limit=MOST_OTHERS + 1))


def _address(where: Filter, name: str, value: str) -> str:
    return asked.here(where, versus=Filter().having(name, value), against="")
