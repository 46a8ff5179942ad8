"""What pages show, as files: tables as CSV, charts as SVG and PNG with their words on them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, abort, stream_with_context

from ticketlens.model.topic import TopicFigures
from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import drawing
from web.charts import trend as charts
from web.charts.pareto import pareto
from web.charts.statistics import statistic
from web.pages import asked, figures
from web.pages.spreadsheet import csv_lines, csv_records
from web.pages.topics import BY_DEFAULT, ordered, pareto_note, pareto_title
from web.pages.trends import asked_trend, chart_title, group_specs

DURATION_COLUMNS = ("p50", "p75", "p90", "mean", "low", "high")
TOPIC_COLUMNS = (
    "id", "topic", "state", "tickets", "share", "change_month", "change_year", "p50_minutes", "p90_minutes", "open",
    "reopen_rate", "reopen_n", "csat", "csat_n", "waited_hours",
)  # fmt: skip


def tickets() -> Response:
    where = asked.asked().where
    asked.lens().count(where)  # a filter that cannot be is refused before the first line is sent
    return _csv("tickets", csv_records(asked.lens().export_rows(where)))


def why() -> Response:
    """The parts of the change of the mean wait, in minutes; they sum to the change."""
    now = asked.asked()
    told = asked.lens().overview(now.where, clock=now["clock"], cohort=now["cohort"], weeks=now.weeks, as_of=now.as_of)
    if told is None or told.why is None:
        abort(404, description="There is no change to split.")
    rows = [
        (part.topic.id if part.topic else None, part.name, part.speed, part.mix, part.total, part.n)
        for part in told.why.parts
    ]
    return _csv("why", csv_lines(("topic", "name", "speed_minutes", "mix_minutes", "total_minutes", "n"), rows))


def topics(form: str) -> Response:
    now = asked.asked()
    table = asked.lens().topics(now.where, as_of=now.as_of)
    if form == "csv":
        rows = ordered(table.rows, now["sort"] or BY_DEFAULT)
        return _csv("topics", csv_lines(TOPIC_COLUMNS, map(_topic_row, rows)))
    spec = pareto(table.rows, table.half, lambda row: asked.topic(row.topic.id))
    return _picture(spec, form, "topics", pareto_title(table), [pareto_note(table), _source(table.as_of)])


def trends(form: str) -> Response:
    found, where = asked_trend()
    if form == "csv":
        return _csv("trend", csv_lines(_trend_header(found), _trend_rows(found)))
    if not found.points:
        abort(404, description="There is nothing to draw in this time.")
    one = statistic(found, asked.asked()["show"])
    words = f"{found.clock} time · cohort: {found.cohort} · {found.zone}"
    below = [figures.trend_note(found, one), words, _source(found.as_of)]
    if found.groups:
        spec = charts.side_by_side(group_specs(found, where, one))
        return _picture(spec, form, "groups", f"{chart_title(found)}, each {wording.plain(_group())}", below)
    link = asked.PointLink(where, found)
    spec = charts.any_metric(found, link, title=figures.panel_title(found), one=one)
    return _picture(spec, form, "trend", figures.trend_title(found, one), below)


def _group() -> str:
    return asked.asked()["group_by"]


def _picture(spec: dict[str, Any], form: str, name: str, title: str, subtitle: Sequence[str]) -> Response:
    svg = drawing.draw(charts.titled(spec, title, subtitle))
    body = drawing.png(svg) if form == "png" else drawing.on_white(svg).encode()
    return _attached(Response(body, mimetype="image/png" if form == "png" else "image/svg+xml"), f"{name}.{form}")


def _csv(name: str, lines: Iterator[str]) -> Response:
    return _attached(Response(stream_with_context(lines), mimetype="text/csv"), f"{name}.csv")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="ticketlens-{name}"'
    return response


def _source(as_of: Any) -> str:
    return f"TicketLens · as of {wording.stamp(as_of, asked.lens().zone)}"


def _topic_row(row: TopicFigures) -> Sequence[object]:
    return (
        row.topic.id, row.topic.name, row.state, row.size, row.share, row.change_month, row.change_year, row.p50,
        row.p90, row.open, row.reopen_rate, row.reopen_n, row.csat, row.csat_n, row.waited_hours,
    )  # fmt: skip


def _trend_header(trend: Trend) -> list[str]:
    columns = ("value", "low", "high") if trend.scalar else DURATION_COLUMNS
    group = ["group"] if trend.groups else []
    unit = f"_{trend.unit}" if trend.unit else ""
    return [
        *group,
        "label",
        "first",
        "last",
        "complete",
        "n",
        "open",
        *(f"{name}{unit}" for name in columns),
        "too_few",
    ]


def _trend_rows(trend: Trend) -> Iterator[Sequence[object]]:
    if trend.groups is None:
        yield from (_trend_row(trend, point) for point in trend.points)
        return
    for key, points in trend.groups.items():
        one = replace(trend, points=points, groups=None)
        yield from ([key, *_trend_row(one, point)] for point in one.points)


def _trend_row(trend: Trend, point: Point) -> list[object]:
    columns = ("value", "low", "high") if trend.scalar else DURATION_COLUMNS
    last = point.end - timedelta(days=1)
    figures_of = [getattr(point, name) for name in columns]
    return [point.label, point.start, last, point.complete, point.n, point.open, *figures_of, point.too_few]
