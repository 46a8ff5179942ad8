"""Kinds of source: those that come with TicketLens, and those of other packages."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from connectors import TABLE
from ticketlens.connector import Connector
from ticketlens.intake.shown import shown
from ticketlens.sources.registry import Kinds

GROUP = "ticketlens.connectors"
PARTS = ("name", "title", "fields", "pull", "starting_at", "read")


@dataclass(frozen=True, slots=True)
class Found:
    """The kinds there are, and what is wrong with those that are not, each in a sentence."""

    kinds: Kinds
    problems: tuple[str, ...] = ()


def find_kinds(own: Kinds = TABLE, others: Iterable[EntryPoint] | None = None) -> Found:
    """`others` are the entry points of the group; one that cannot be loaded, or takes a name that is taken, is left."""
    kinds, problems = dict(own), []
    for entry in entry_points(group=GROUP) if others is None else others:
        try:
            kind = _loaded(entry)
        except Exception as fault:
            problems.append(
                f"the connector {entry.value} cannot be loaded ({type(fault).__name__}: {shown(str(fault), 200)})"
            )
            continue
        if kind.name in kinds:
            problems.append(f"the connector {entry.value} is left out: there is a kind of source {kind.name!r} already")
        else:
            kinds[kind.name] = kind
    return Found(kinds, tuple(problems))


def _loaded(entry: EntryPoint) -> type[Connector]:
    kind: type[Connector] = entry.load()
    missing = [part for part in PARTS if not hasattr(kind, part)]
    if missing or not isinstance(kind, type):
        raise TypeError(f"it is no connector; it lacks {', '.join(missing) or 'a class'}")
    return kind
