"""The groups of a trend as small charts on one scale, the largest first."""

from dataclasses import dataclass, replace

from markupsafe import Markup

from ticketlens.metrics.contract import BY_ID
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point, Trend
from web.charts import drawing
from web.charts import trend as charts
from web.charts.panels import greatest
from web.charts.statistics import Statistic, shown
from web.pages import asked, figures

MOST_GROUPS = 6
COARSER = {"day": "week", "week": "month", "month": "quarter"}


@dataclass(frozen=True, slots=True)
class Multiple:
    """One group: its key and name, what it says, its drawing, and the tickets of its last figure.

    `known` is False where no period has a figure.
    """

    key: str
    name: str
    title: str
    drawing: Markup
    last: Point
    where: Filter
    known: bool


def multiples(trend: Trend, where: Filter, one: Statistic) -> list[Multiple]:
    """One small chart a group on one scale, the largest first."""
    groups = largest(trend)
    top = _top([own for _, own in groups], one)
    return [_multiple(key, own, where, one, top) for key, own in groups]


def largest(trend: Trend) -> list[tuple[str, Trend]]:
    """The groups with most tickets, each as a trend of its own."""
    groups = sorted((trend.groups or {}).items(), key=lambda group: -sum(point.n for point in group[1]))
    return [(key, replace(trend, points=points, groups=None)) for key, points in groups[:MOST_GROUPS]]


def group_spec(key: str, own: Trend, where: Filter, one: Statistic, top: float | None) -> charts.Spec:
    link = asked.PointLink(where.having(asked.asked()["group_by"], key), own)
    return charts.small(own, link, one, replace(charts.SMALL, top=top))


def group_specs(trend: Trend, where: Filter, one: Statistic) -> list[tuple[str, charts.Spec]]:
    """(name, chart) of each group, on one scale."""
    groups = largest(trend)
    top = _top([own for _, own in groups], one)
    return [(group_name(key), group_spec(key, own, where, one, top)) for key, own in groups]


def _multiple(key: str, own: Trend, where: Filter, one: Statistic, top: float | None) -> Multiple:
    name = group_name(key)
    title = figures.capital(figures.trend_title(own, one).removeprefix(f"{BY_ID[own.metric].name}: "))
    drawn = drawing.inline(drawing.draw(group_spec(key, own, where, one, top)), f"{name}: {title}")
    known = figures.last_known(own, shown(own, one))
    last = known or own.points[-1]
    narrowed = where.having(asked.asked()["group_by"], key)
    return Multiple(key, name, title, drawn, last, asked.behind(narrowed, own, last), known is not None)


def coarser(groups: list[Multiple], by: str) -> str | None:
    """Longer periods, where most groups are too small for these."""
    unknown = sum(not group.known for group in groups)
    return COARSER.get(by) if unknown * 2 > len(groups) else None


def _top(groups: list[Trend], one: Statistic) -> float | None:
    """The end of the scale that all groups share."""
    if not groups:
        return None
    field = shown(groups[0], one)
    fields = ("value", "high") if field == "value" else (field,)
    return max(greatest(own, fields) for own in groups) or None


def group_name(key: str) -> str:
    """What a group is called: a topic by its name, and what has none of the field says so."""
    field = asked.asked()["group_by"]
    if field != "topic":
        return key or f"no {field.removeprefix('custom.')}"
    names = {str(topic.id): topic.name for topic in asked.lens().topic_names().values()}
    return names.get(key, key) or "in no topic"
