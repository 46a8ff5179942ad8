"""One topic: what it is, whether it gets worse, whom it hits, and what is close to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ticketlens.answers.desk import TREND_PERIODS, Desk
from ticketlens.answers.topics import topic_table
from ticketlens.answers.trend import Asked, trend
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Topic, TopicFigures
from ticketlens.model.trend import Trend
from ticketlens.store.base import Key, Row, Store

FACETS = ("language", "channel", "group", "brand")
NEAR = 5
SHOWN = 3
ENOUGH = 100
"""Tickets in the window from which on a topic's times are told by week."""


@dataclass(frozen=True, slots=True)
class TopicPage:
    """`near` has (topic, cosine of the centres, size in the window); `rank_waited` 1 is the topic waited for most;
    a topic that ended has none."""

    figures: TopicFigures
    window: tuple[date, date]
    volume: Trend
    ttr: Trend
    facets: Mapping[str, list[tuple[str, int]]]
    typical: tuple[Row, ...]
    edge: tuple[Row, ...]
    near: tuple[tuple[Topic, float, int], ...]
    rank_waited: int | None


def topic_page(desk: Desk, id: int, where: Filter) -> TopicPage | None:
    table = topic_table(desk, where, hidden=True)
    figures = next((row for row in table.rows if row.topic.id == id), None)
    if figures is None:
        return None
    own = where.having("topic", str(id))
    inside = own.between(*table.window)
    final = desk.day(desk.anchor)
    weeks = desk.periods("week", final - timedelta(weeks=TREND_PERIODS - 1), final)
    sizes = {row.topic.id: row.size for row in table.rows}
    return TopicPage(
        figures=figures,
        window=table.window,
        volume=trend(desk, Asked("arrived", "calendar", "arrived", "week", weeks, own.between(None, None))),
        ttr=_ttr(desk, own.between(None, None), figures.size, weeks),
        facets={name: desk.store.facet(name, inside, limit=8) for name in FACETS},
        typical=_rows(desk.store, figures.topic.typical),
        edge=_rows(desk.store, figures.topic.edge),
        near=tuple(
            (topic, cosine, sizes[topic.id])
            for topic, cosine in _near(figures.topic, [r.topic for r in table.rows if not r.topic.retired])
        ),
        rank_waited=_rank(id, table.rows),
    )


def _rank(id: int, rows: Sequence[TopicFigures]) -> int | None:
    going_on = (row.topic.id for row in rows if not row.topic.retired)
    return next((rank for rank, topic in enumerate(going_on, start=1) if topic == id), None)


def _ttr(desk: Desk, own: Filter, size: int, weeks: tuple[Period, ...]) -> Trend:
    """By week where most weeks have enough tickets for a figure, else by month over two years."""
    if size >= ENOUGH:
        return trend(desk, Asked("ttr.full", "calendar", "arrived", "week", weeks, own))
    final = desk.day(desk.anchor)
    months = desk.periods("month", final - timedelta(days=700), final)
    return trend(desk, Asked("ttr.full", "calendar", "arrived", "month", months, own))


def _rows(store: Store, keys: tuple[Key, ...]) -> tuple[Row, ...]:
    found = (store.get_ticket(source, id_) for source, id_ in keys[:SHOWN])
    return tuple(row for row in found if row is not None)


def _near(topic: Topic, others: list[Topic]) -> list[tuple[Topic, float]]:
    comparable = [other for other in others if other.id != topic.id and len(other.centroid) == len(topic.centroid) > 0]
    if not comparable:
        return []
    centres = np.stack([np.frombuffer(other.centroid, dtype="<f4") for other in comparable])
    cosines = centres @ np.frombuffer(topic.centroid, dtype="<f4")
    best = np.argsort(-cosines, kind="stable")[:NEAR]
    return [(comparable[i], float(cosines[i])) for i in best]
