"""Tickets as programs and spreadsheets read them: the NDJSON form with topic and metrics."""

from collections.abc import Mapping

from ticketlens.model.topic import Topic
from ticketlens.model.wire import ticket_to_row
from ticketlens.store.base import Row


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


def _topic(row: Row, topics: Mapping[int, Topic]) -> dict[str, object]:
    known = topics.get(row.topic) if row.topic is not None else None
    return {"topic": row.topic, "topic_name": known.name if known else None, "match": row.match}


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 3)
