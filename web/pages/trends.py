"""Any metric, any group, either clock, either cohort, by day, week, month or quarter: why did it move?"""

from dataclasses import dataclass, replace

from flask import render_template
from markupsafe import Markup

from ticketlens.metrics.contract import BY_ID, metric
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point, Trend
from web.charts import drawing, split
from web.charts import trend as charts
from web.charts.panels import greatest
from web.charts.statistics import Statistic, shown, statistic
from web.pages import asked, compared, controls, figures, reasons, versus

MOST_GROUPS = 8
WHEN = {"arrived": " of arrival", "solved": " of solving", "answered": " of the answer"}


@dataclass(frozen=True, slots=True)
class Multiple:
    """One group: its key and name, its own trend with what it says, its drawing, and its last figure's tickets."""

    key: str
    name: str
    trend: Trend
    title: str
    drawing: Markup
    last: Point | None
    where: Filter


def trends() -> str:
    found, where = asked_trend()
    if not any(point.n or point.value for point in found.points):
        return render_template("nothing.html", title="No tickets in this time")
    one = statistic(found, asked.asked()["show"])
    row = BY_ID[found.metric]
    wanted = compared.pairing(found)
    told, split_by = compared.comparison(wanted), asked.asked()["split_by"]
    why = compared.explanation(wanted, split_by)
    return render_template(
        "trends.html",
        compared=compared.compared(told, found),
        newest=compared.newest_days(wanted),
        against=compared.names(told)[0],
        others=versus.others(),
        why=reasons.reasons(why) if why else None,
        why_files=figures.files("pages.trends_why", asked.asked().where),
        split=split,
        split_fields=reasons.fields(),
        trend=found,
        where=where,
        metric=row,
        metrics=controls.metrics(),
        controls=controls.controls(row, found.clock, found.cohort, one.id),
        headline=compared.headline(told, why) or compared.Headline(figures.trend_title(found, one)),
        figure=trend_figure(found, where, one),
        groups=multiples(found, where, one),
        group_files=figures.trend_files(found, where, group_by=asked.asked()["group_by"]),
        whole=whole(found, where),
    )


def asked_trend() -> tuple[Trend, Filter]:
    """The trend that the address names, and its filter without the window, which its periods are."""
    now = asked.asked()
    where = now.where.between(None, None)
    chosen = metric(now["metric"])
    found = asked.lens().trend(
        metric=chosen.id,
        clock=now["clock"] if now["clock"] in chosen.clocks else chosen.clocks[0],
        cohort=controls.cohort_of(chosen),
        by=now["by"],
        first=now.where.first,
        last=now.where.last,
        as_of=now.as_of,
        where=where,
        group_by=now["group_by"] or None,
    )
    return found, where


def trend_figure(trend: Trend, where: Filter, one: Statistic) -> figures.Figure:
    link = asked.PointLink(where, trend)
    drawn = figures.figure(
        "trend", figures.trend_title(trend, one), f"{periods_of(trend)} · {figures.trend_note(trend, one)}",
        lambda size: charts.any_metric(trend, link, size, title=figures.panel_title(trend), one=one),
        figures.trend_files(trend, where),
    )  # fmt: skip
    return replace(drawn, trend=trend, where=where)


def chart_title(trend: Trend) -> str:
    return f"{BY_ID[trend.metric].name}, {periods_of(trend)}"


def periods_of(trend: Trend) -> str:
    return f"by {trend.by}{WHEN.get(trend.cohort, '')}"


def whole(trend: Trend, where: Filter) -> tuple[int, Filter] | None:
    """How many tickets all periods count together, and which; None of what is counted anew at each moment."""
    if trend.cohort == "moment":
        return None
    span = replace(trend.points[0], end=trend.points[-1].end)
    return sum(point.n for point in trend.points), asked.behind(where, trend, span)


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
    title = figures.trend_title(own, one)
    drawn = drawing.inline(drawing.draw(group_spec(key, own, where, one, top)), f"{name}: {title}")
    last = figures.last_known(own, shown(own, one)) or own.points[-1]
    narrowed = where.having(asked.asked()["group_by"], key)
    return Multiple(key, name, own, title, drawn, last, asked.behind(narrowed, own, last))


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
