"""Any metric, any group, either clock, either cohort, by day, week, month or quarter."""

from dataclasses import replace

from flask import render_template
from markupsafe import Markup

from ticketlens.metrics.contract import ANSWERED, BY_ID, metric
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Trend
from web.charts import drawing
from web.charts import trend as charts
from web.charts.panels import greatest
from web.pages import asked, figures

GROUPS = ("topic", "brand", "group", "channel", "language", "priority", "source", "assignee", "organization", "tag")
MOST_GROUPS = 8


def trends() -> str:
    found, where = asked_trend()
    if not any(point.n or point.value for point in found.points):
        return render_template("nothing.html", title="No tickets in this time")
    return render_template(
        "trends.html",
        trend=found,
        where=where,
        metric=BY_ID[found.metric],
        metrics=[BY_ID[name] for name in ANSWERED],
        group_fields=GROUPS,
        headline=figures.trend_title(found),
        figure=figures.trend_figure("trend", found, where, title=chart_title(found), size=charts.BROAD),
        small=small_multiples(found, where),
    )


def asked_trend() -> tuple[Trend, Filter]:
    """The trend that the address names, and its filter without the window, which its periods are."""
    now = asked.asked()
    where = now.where.between(None, None)
    chosen = metric(now["metric"])
    found = asked.lens().trend(
        metric=chosen.id,
        clock=now["clock"] if chosen.business else "calendar",
        cohort=now["cohort"] if now["cohort"] in chosen.cohorts else chosen.cohorts[0],
        by=now["by"],
        first=now.where.first,
        last=now.where.last,
        as_of=now.as_of,
        where=where,
        group_by=now["group_by"] or None,
    )
    return found, where


def chart_title(trend: Trend) -> str:
    when = {"arrived": " of arrival", "solved": " of solving"}.get(trend.cohort, "")
    return f"{BY_ID[trend.metric].name}, by {trend.by}{when}"


def small_multiples(trend: Trend, where: Filter) -> list[tuple[str, str, Markup, Trend]]:
    """One small chart a group on one scale, the largest first: (key, name, drawing, its own trend)."""
    field = asked.asked()["group_by"]
    names = {str(topic.id): topic.name for topic in asked.lens().topic_names().values()} if field == "topic" else {}
    groups = sorted((trend.groups or {}).items(), key=lambda group: -sum(point.n for point in group[1]))
    ones = [(key, replace(trend, points=points, groups=None)) for key, points in groups[:MOST_GROUPS]]
    fields = ("value", "high") if trend.scalar else ("p50",)
    top = max((greatest(one, fields) for _, one in ones), default=0.0) or None
    size = replace(charts.SMALL, top=top)
    told = []
    for key, one in ones:
        link = asked.PointLink(where.having(field, key), one)
        spec = charts.amounts(one, link, size) if one.scalar else charts.half(one, link, size)
        name = names.get(key, key) or ("in no topic" if field == "topic" else "none")
        told.append((key, name, drawing.inline(drawing.draw(spec), f"{name}: {figures.trend_title(one)}"), one))
    return told
