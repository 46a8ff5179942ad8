"""Tickets as programs and spreadsheets read them: the NDJSON form with topic and metrics."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from ticketlens.answers.desk import Rates
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Topic
from ticketlens.model.wire import ticket_to_row
from ticketlens.store.base import Row, Store

PAGE = 500


def row_json(row: Row, topics: Mapping[int, Topic]) -> dict[str, object]:
    """`metrics` maps each duration to its minutes on both clocks; null is not reached, or no opening hours."""
    metrics: dict[str, dict[str, float | None]] = {}
    for (metric, clock), seconds in row.durations.items():
        metrics.setdefault(metric, {})[clock] = _minutes(seconds)
    return {**ticket_to_row(row.ticket), **_topic(row, topics), "metrics": metrics}


def export_row(row: Row, topics: Mapping[int, Topic]) -> dict[str, object]:
    """The same, with a column for each metric and clock: `ttr.full.calendar_minutes`, …"""
    columns = {f"{metric}.{clock}_minutes": _minutes(seconds) for (metric, clock), seconds in row.durations.items()}
    return {**ticket_to_row(row.ticket), **_topic(row, topics), **columns}


def export_rows(
    store: Store,
    where: Filter,
    topics: Mapping[int, Topic],
    *,
    as_of: datetime,
    rates: Rates,
    settled_at: datetime | None,
) -> Iterator[dict[str, object]]:
    """Each ticket with a column for each metric, newest first; running waits and targets are those of `as_of`."""
    cursor: str | None = None
    while True:
        page = store.list_tickets(where, cursor=cursor, limit=PAGE, as_of=settled_at)
        for row in page.items:
            yield {**export_row(row, topics), **counted(row, as_of, rates)}
        if page.next is None:
            return
        cursor = page.next


def counted(row: Row, as_of: datetime, rates: Rates) -> dict[str, object]:
    """What shares and sums count of one ticket: `counted.one_touch`, …; null where it is in none."""
    told = row.judged
    passed = told.breach_at is not None and told.breach_at <= as_of.timestamp()
    found: dict[str, object] = {
        "started_at": _time(told.began_at), "flaws": list(row.flaws), "excluded": row.excluded,
        "reopened_within_7_days": told.returned, "one_touch": told.one_touch, "targeted": told.targeted,
        "breach_at": _time(told.breach_at), "breached": passed if told.targeted else None,
        "waited_hours": row.waited(as_of) / 3600,
    }  # fmt: skip
    if rates.cost_per_hour:
        found |= {
            "cost": _cost(row, rates),
            "cost_assumed": row.ticket.agent_minutes is None and bool(rates.minutes_per_ticket),
        }
    return {f"counted.{name}": value for name, value in found.items()}


def _cost(row: Row, rates: Rates) -> float | None:
    """Of a solved ticket."""
    if not row.ticket.status.is_solved:
        return None
    minutes = row.ticket.agent_minutes
    assumed = int(minutes is None and bool(rates.minutes_per_ticket))
    return rates.of(round((minutes or 0) * 60), assumed, int(minutes is not None))


def _time(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _topic(row: Row, topics: Mapping[int, Topic]) -> dict[str, object]:
    known = topics.get(row.topic) if row.topic is not None else None
    return {"topic": row.topic, "topic_name": known.name if known else None, "match": row.match}


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 3)
