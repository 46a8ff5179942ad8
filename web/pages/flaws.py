"""What is odd in tickets, by source: counts that open exactly the tickets that they count."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.metrics.flaws import KNOWN, Flaw
from ticketlens.model.filter import Filter
from web.pages import asked
from web.pages.kept import kept


@dataclass(frozen=True, slots=True)
class FlawRow:
    """`source` is empty where the page is about one source."""

    source: str
    flaw: Flaw
    n: int
    link: str


def rows_of(source: str) -> list[FlawRow]:
    return [_row("", source, flaw, n) for flaw, n in _counted().get(source, {}).items()]


def all_rows() -> list[FlawRow]:
    """Of every source, those of files and of the API too."""
    return [_row(source, source, flaw, n) for source, told in _counted().items() for flaw, n in told.items()]


def _row(shown: str, source: str, flaw: str, n: int) -> FlawRow:
    where = Filter(where={"source": (source,), "flaw": (flaw,)})
    return FlawRow(shown, KNOWN[flaw], n, asked.tickets(where))


def _counted() -> Mapping[str, Mapping[str, int]]:
    return kept("flaws", asked.lens().store.flaws)
