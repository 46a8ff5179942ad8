"""Which tickets are they, and what happened to one of them?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, render_template

from ticketlens.edits.words import rule
from ticketlens.metrics.contract import METRICS
from ticketlens.metrics.flaws import KNOWN
from ticketlens.model.edit import Edit
from ticketlens.model.filter import Filter
from ticketlens.model.ticket import Ticket
from web import wording
from web.charts.spark import Stretch
from web.pages import asked
from web.pages.lineage import placed_by

PAGE = 50
DURATIONS = tuple(row.id for row in METRICS if row.kind == "duration")


@dataclass(frozen=True, slots=True)
class Duration:
    """One duration of a ticket on both clocks, in seconds."""

    id: str
    calendar: int | None
    business: int | None


def tickets() -> str:
    now = asked.asked()
    lens = asked.lens()
    found = lens.tickets(now.where, cursor=now["cursor"] or None, limit=PAGE)
    return render_template(
        "tickets.html",
        count=lens.count(now.where),
        rows=found.items,
        older=asked.here(cursor=found.next) if found.next else None,
        names=lens.topic_names(),
        has_cursor=bool(now["cursor"]),
        alone=_alone(now.where),
    )


def _alone(where: Filter) -> int | None:
    """The one topic that a list is about."""
    values = where.where.get("topic", ())
    return int(values[0]) if len(values) == 1 and values[0].isascii() and values[0].isdigit() else None


def ticket(source: str, id: str) -> str:
    told = asked.lens().ticket(source, id)
    if told is None:
        abort(404, description="There is no such ticket here; its source may have deleted it.")
    durations = [
        Duration(
            name,
            told.row.durations.get((name, "calendar")),
            told.row.durations.get((name, "business")),
        )
        for name in DURATIONS
    ]
    placed = placed_by((source, id), told.row.topic) if told.row.match == "edited" else None
    stretches = list(statuses(told.row.ticket, asked.lens().as_of()))
    return render_template(
        "ticket.html", told=told, row=told.row, ticket=told.row.ticket, durations=durations, stretches=stretches,
        flaws=[KNOWN[name] for name in told.row.flaws if name in KNOWN],
        has_hours=bool(asked.lens().settings.schedules),
        placed=placed, rule=_rule(placed),
    )  # fmt: skip


def _rule(placed: Edit | None) -> str | None:
    """What tickets the rule is about that puts this one where it is."""
    given: Any = placed.told.get("rule") if placed else None
    return rule(given) if given else None


def statuses(one: Ticket, as_of: datetime) -> Iterator[Stretch]:
    """The times that a ticket spent in each status, up to the last solve, or to now while it is open."""
    changes = [event for event in one.history if event.field == "status" and event.after]
    if not changes:
        return
    at, status = one.created_at, changes[0].before or "new"
    end = max(one.solved_at or as_of, changes[-1].at)
    for event in changes:
        yield from _stretch(status, at, event.at)
        at, status = event.at, event.after or status
    yield from _stretch(status, at, end)


def _stretch(status: str, start: datetime, end: datetime) -> Iterator[Stretch]:
    if end > start:
        length = wording.seconds((end - start).total_seconds())
        yield Stretch(status, start, end, f"{wording.plain(status)}: {length}")
