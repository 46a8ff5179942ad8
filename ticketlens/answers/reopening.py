"""Whether reopenings are known at all: a helpdesk of which no ticket ever came back may not tell of it."""

from dataclasses import replace

from ticketlens.answers.desk import Desk
from ticketlens.answers.listed import in_state
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.trend import Point, Trend

UNTOLD = "no reopening is known: it may be that nobody tells"


def honest(desk: Desk, where: Filter, told: Trend, group_by: str | None) -> Trend:
    """A trend of reopen rates without the zeros of sources of which nothing ever came back."""
    lines: dict[str | None, tuple[Point, ...]] = {None: told.points}
    lines.update(told.groups or {})
    own = {key: where.having("source", key) if key and group_by == "source" else where for key in lines}
    guessed = {key for key, line in lines.items() if _zero(line) and not ever(desk, own[key])}
    if not guessed:
        return told
    lines = {key: _without(line) if key in guessed else line for key, line in lines.items()}
    groups = None if told.groups is None else {key: lines[key] for key in told.groups}
    return replace(told, points=lines[None], groups=groups, notes=(*told.notes, UNTOLD))


def _zero(line: tuple[Point, ...]) -> bool:
    known = [point.value for point in line if point.value is not None]
    return bool(known) and not any(known)


def _without(line: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple(replace(point, value=None, low=None, high=None) for point in line)


def ever(desk: Desk, where: Filter) -> bool:
    """Whether any ticket of the sources of `where` came back, at any time; else a rate of 0 is a guess."""
    own = {"source": where.where["source"]} if "source" in where.where else {}
    return bool(desk.store.count_tickets(in_state(replace(EVERYTHING, where=own), "reopened")))
