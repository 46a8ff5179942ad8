"""The groups of a trend as small charts on one scale, the largest first."""

import math
from dataclasses import dataclass, replace

from markupsafe import Markup

from ticketlens.metrics.contract import BY_ID
from ticketlens.model.answer import TICKET_RATING
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import drawing
from web.charts import trend as charts
from web.charts.panels import BEYOND, greatest
from web.charts.statistics import Statistic, shown
from web.pages import asked, figures

MOST_GROUPS = 6
USUAL, FAR, HEADROOM = 0.95, 1.5, 1.1
"""The scale leaves out what is beyond the 95th percentile where the greatest value is over 1.5 times that."""
COARSER = {"day": "week", "week": "month", "month": "quarter"}


@dataclass(frozen=True, slots=True)
class Multiple:
    """One group: its key and name, what it says, its drawing, and the list behind its last figure.

    `known` is False where no period has a figure.
    """

    key: str
    name: str
    title: str
    drawing: Markup
    last: Point
    to: str | None
    known: bool


def multiples(trend: Trend, where: Filter, one: Statistic) -> list[Multiple]:
    """One small chart a group on one scale, the largest first."""
    top = _top(trend, one)
    return [_multiple(key, own, where, one, top) for key, own in largest(trend)]


def largest(trend: Trend) -> list[tuple[str, Trend]]:
    """The groups with most tickets, each as a trend of its own; last what has none of the field, which is no group."""
    groups = trend.groups or {}
    named = sorted((key for key in groups if key), key=lambda key: -sum(point.n for point in groups[key]))
    chosen = [*named[:MOST_GROUPS], *([""] if "" in groups else [])]
    return [(key, replace(trend, points=groups[key], groups=None)) for key in chosen]


def count(trend: Trend) -> int:
    """How many groups there are."""
    return sum(bool(key) for key in trend.groups or {}) + trend.groups_left_out


def group_spec(key: str, own: Trend, where: Filter, one: Statistic, top: float | None) -> charts.Spec:
    link = asked.PointLink(where.having(asked.asked()["group_by"], key), own)
    return charts.small(own, link, one, replace(charts.SMALL, top=top))


def group_specs(trend: Trend, where: Filter, one: Statistic) -> list[tuple[str, charts.Spec]]:
    """(name, chart) of each group, on one scale."""
    top = _top(trend, one)
    return [(group_name(key), group_spec(key, own, where, one, top)) for key, own in largest(trend)]


def _multiple(key: str, own: Trend, where: Filter, one: Statistic, top: float | None) -> Multiple:
    name = group_name(key)
    title = figures.capital(figures.trend_title(own, one).removeprefix(f"{BY_ID[own.metric].name}: "))
    drawn = drawing.inline(drawing.draw(group_spec(key, own, where, one, top)), f"{name}: {title}")
    title += _beyond(own, shown(own, one), top)
    known = figures.last_known(own, shown(own, one))
    last = known or own.points[-1]
    to = asked.to_list(where.having(asked.asked()["group_by"], key), own, last) if _one_list(key, own) else None
    return Multiple(key, name, title, drawn, last, to, known is not None)


def _one_list(key: str, own: Trend) -> bool:
    """Answers without a ticket stand in one group with those whose ticket has none of the field: no list has both."""
    return bool(key) or own.survey is None or own.survey.name == TICKET_RATING


def coarser(groups: list[Multiple], by: str) -> str | None:
    """Longer periods, where most groups are too small for these."""
    unknown = sum(not group.known for group in groups)
    return COARSER.get(by) if unknown * 2 > len(groups) else None


def _top(trend: Trend, one: Statistic) -> float | None:
    """The end of the scale that all groups share: of their values the 95th percentile, if the greatest is far off."""
    field = shown(trend, one)
    groups = [own for key, own in largest(trend) if key or not any(trend.groups or {})]
    values = sorted(value for own in groups for point in own.points if (value := getattr(point, field)) is not None)
    if not values:
        return None
    usual = values[math.ceil(len(values) * USUAL) - 1]
    return (values[-1] * HEADROOM if values[-1] <= usual * FAR else usual) or values[-1] or None


def _beyond(own: Trend, field: str, top: float | None) -> str:
    """The greatest value in words where the scale does not reach it."""
    most = greatest(own, (field,))
    return f" · {BEYOND} up to {told_as(own, field, most)}" if top is not None and most > top else ""


def told_as(own: Trend, field: str, value: float) -> str:
    return wording.number(value) if field == "n" else charts.measured(own, value)


def group_name(key: str) -> str:
    """What a group is called: a topic by its name, and what has none of the field says so."""
    field = asked.asked()["group_by"]
    if field != "topic":
        return key or f"no {field.removeprefix('custom.')}"
    names = {str(topic.id): topic.name for topic in asked.lens().topic_names().values()}
    return names.get(key, key) or "in no topic"
