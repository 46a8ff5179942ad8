"""Kinds of source: those that come with TicketLens, and those of other packages."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from connectors import TABLE
from ticketlens.connector import Connector, Field
from ticketlens.intake.shown import shown
from ticketlens.sources.registry import NAME, Kinds

GROUP = "ticketlens.connectors"
METHODS = ("pull", "starting_at", "read")
PARTS = ("name", "title", "fields", *METHODS)


class NoConnector(Exception):
    """What an entry point names is none; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The kinds there are, and what is wrong with those that are not, each in a sentence."""

    kinds: Kinds
    problems: tuple[str, ...] = ()


def find_kinds(own: Kinds = TABLE, others: Iterable[EntryPoint] | None = None) -> Found:
    """`others` are the entry points of the group; one that is not sound, or takes a taken name, is left out."""
    kinds, problems = dict(own), []
    for entry in entry_points(group=GROUP) if others is None else others:
        try:
            kind = _loaded(entry)
            if kind.name in kinds:
                raise NoConnector(f"there is a kind of source {kind.name!r} already")
        except NoConnector as wrong:
            problems.append(f"the connector {entry.value} is left out: {wrong}")
        except (Exception, SystemExit) as fault:
            problems.append(
                f"the connector {entry.value} cannot be loaded ({type(fault).__name__}: {shown(str(fault), 200)})"
            )
        else:
            kinds[kind.name] = kind
    return Found(kinds, tuple(problems))


def _loaded(entry: EntryPoint) -> type[Connector]:
    """Raises NoConnector, and whatever the package raises when it is imported."""
    kind: type[Connector] = entry.load()
    missing = [part for part in PARTS if not hasattr(kind, part)]
    if missing or not isinstance(kind, type):
        raise NoConnector(f"it lacks {', '.join(missing) or 'a class'}")
    wrong = _wrong(kind)
    if wrong is not None:
        raise NoConnector(wrong)
    return kind


def _wrong(kind: type[Connector]) -> str | None:
    """What is to be mended in its parts, which come from elsewhere: no type of them is sure."""
    name: object = kind.name
    title: object = kind.title
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"its name is {shown(repr(name))}, and has to be of small letters, digits, '.', '_', '-'"
    if not isinstance(title, str) or not title.strip():
        return "its title is to be the helpdesk's own name"
    uncalled = [method for method in METHODS if not callable(getattr(kind, method))]
    return f"{uncalled[0]} is no method" if uncalled else _wrong_fields(kind.fields)


def _wrong_fields(fields: object) -> str | None:
    if not isinstance(fields, tuple) or not all(isinstance(one, Field) for one in fields):
        return f"its fields are {shown(repr(fields))}, and have to be a tuple of Field"
    names = [one.name for one in fields]
    if not all(isinstance(name, str) and name.isidentifier() for name in names):
        return "a field of it has a name that is none"
    return "two fields of it have one name" if len(set(names)) < len(names) else None
