"""Any metric, any group, either clock, either cohort, by day, week, month or quarter: why did it move?"""

from dataclasses import replace

from flask import render_template

from ticketlens.metrics.contract import BY_ID
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Trend
from web.charts import split
from web.charts import trend as charts
from web.pages import asked, compared, controls, figures, headline, lately, multiples, reasons, versus
from web.pages.trend_asked import Shown, asked_trend

TALL = 330
"""The height of a chart of one panel: that of the table beside it."""
WHEN = {"arrived": " of arrival", "solved": " of solving", "answered": " of the answer"}


def trends() -> str:
    shown = asked_trend()
    found, where, now = shown.trend, shown.where, asked.asked()
    asking = {
        "trend": found, "metric": BY_ID[found.metric], "metrics": controls.metrics(),
        "controls": controls.controls(BY_ID[found.metric], found.clock, found.cohort, shown.one.id, found.survey),
    }  # fmt: skip
    if not any(point.n or point.left_out or point.value for point in found.points):
        return render_template("no_trend.html", **asking)
    wanted = compared.pairing(found)
    told = compared.comparison(wanted)
    why = compared.explanation(wanted, now["split_by"])
    groups = multiples.multiples(found, where, shown.one)
    return render_template(
        "trends.html",
        **asking,
        where=where,
        headline=headline.headline(told, why) or headline.Headline(figures.trend_title(found, shown.one)),
        whole=whole(found, where),
        figure=trend_figure(shown),
        nothing_under=bool(now["over"]) and shown.over is None and not shown.one.hours,
        compared=compared.compared(told, found),
        newest=compared.newest_days(wanted),
        others=versus.others(),
        why=reasons.reasons(why) if why else None,
        why_files=figures.files("pages.trends_why", now.where),
        five=reasons.five(why) if why else None,
        split=split,
        split_fields=reasons.fields(),
        lately=lately.lately(found.metric, found.clock),
        groups=groups,
        all_groups=multiples.count(found),
        group_files=figures.trend_files(found, where, group_by=now["group_by"]),
        coarser=multiples.coarser(groups, found.by),
    )


def trend_figure(shown: Shown) -> figures.Figure:
    def draw(size: charts.Size) -> charts.Spec:
        return spec(shown, size)

    trend = shown.trend
    note = f"{periods_of(trend)} · {figures.trend_note(trend, shown.one)}"
    title = figures.trend_title(trend, shown.one)
    drawn = figures.figure("trend", title, note, draw, figures.trend_files(trend, shown.where))
    return replace(drawn, trend=trend, where=shown.where, over=shown.over)


def spec(shown: Shown, size: charts.Size = charts.WIDE) -> charts.Spec:
    title = figures.panel_title(shown.trend, shown.one)
    return charts.any_metric(shown.trend, shown.link, size, title=title, one=shown.one, over=shown.over, height=TALL)


def chart_title(trend: Trend) -> str:
    return f"{BY_ID[trend.metric].name}, {periods_of(trend)}"


def periods_of(trend: Trend) -> str:
    return f"by {trend.by}{WHEN.get(trend.cohort, '')}"


def whole(trend: Trend, where: Filter) -> tuple[int, str] | None:
    """How many tickets or answers all periods count together, and their list; None of what no list has."""
    if trend.cohort == "moment":
        return None
    assumed = max(point.assumed for point in trend.points)
    left_out = sum(point.left_out for point in trend.points)
    span = replace(trend.points[0], end=trend.points[-1].end, assumed=assumed, left_out=left_out)
    to = asked.to_list(where, trend, span)
    return None if to is None else (sum(point.n for point in trend.points), to)
