"""What the Trends page shows, as files: the trend, its groups, the comparison, and the parts of a change."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from flask import Response, abort

from ticketlens.model.comparison import Comparison
from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import split
from web.charts import trend as charts
from web.charts.statistics import statistic
from web.pages import asked, compared, figures, reasons
from web.pages.files import csv_file, picture, source_line
from web.pages.spreadsheet import csv_lines
from web.pages.trends import asked_trend, chart_title, group_specs

DURATION_COLUMNS = ("p50", "p75", "p90", "mean", "low", "high")
SIDE_COLUMNS = (
    "n", "open", "working_days", "value", "per_day", "p50", "p90", "mean", "standard_error", "low", "high",
)  # fmt: skip


def trends(form: str) -> Response:
    found, where = asked_trend()
    if form == "csv":
        return csv_file("trend", csv_lines(_trend_header(found), _trend_rows(found)))
    if not found.points:
        abort(404, description="There is nothing to draw in this time.")
    one = statistic(found, asked.asked()["show"])
    words = f"{found.clock} time · cohort: {found.cohort} · {found.zone}"
    below = [figures.trend_note(found, one), words, source_line(found.as_of)]
    if found.groups:
        spec = charts.side_by_side(group_specs(found, where, one))
        return picture(spec, form, "groups", f"{chart_title(found)}, each {wording.plain(_group())}", below)
    link = asked.PointLink(where, found)
    spec = charts.any_metric(found, link, title=figures.panel_title(found), one=one)
    return picture(spec, form, "trend", figures.trend_title(found, one), below)


def _group() -> str:
    return asked.asked()["group_by"]


def compare() -> Response:
    """Both sides and the change, a line each; durations in minutes."""
    told = compared.comparison(compared.pairing(asked_trend()[0]))
    header = ("side", "label", "first", "last", "as_of", *SIDE_COLUMNS, "verdict", "flags")
    return csv_file("compare", csv_lines(header, _sides(told)))


def _sides(told: Comparison) -> Iterator[Sequence[object]]:
    for name, side in (("before", told.before), ("after", told.after)):
        flags = "; ".join(flag.reason for flag in side.flags)
        figures_of = [getattr(side, column) for column in SIDE_COLUMNS]
        yield (name, side.label, side.first, side.last, side.as_of, *figures_of, None, flags)
    yield _change_row(told)


def _change_row(told: Comparison) -> Sequence[object]:
    change = told.change
    ends = {"low": change.low, "high": change.high, change.of: change.value}
    cells = [ends.get(column) for column in SIDE_COLUMNS]
    return ("change", change.of, None, None, told.as_of, *cells, change.verdict, "; ".join(told.refused))


def why(form: str) -> Response:
    found, _ = asked_trend()
    told = compared.explanation(compared.pairing(found), asked.asked()["split_by"])
    if told is None or not told.reasons:
        abort(404, description="There is no change to split: choose other days, or a duration as the metric.")
    if form == "csv":
        return csv_file("why", csv_lines(reasons.COLUMNS, reasons.rows(told)))
    shown = reasons.reasons(told)
    words = f"{told.name} · {told.clock} time · cohort: {told.cohort} · by {wording.plain(told.split_by)} · {told.zone}"
    below = [words, " · ".join(shown.sums), source_line(told.as_of)]
    return picture(split.chart(shown.bars), form, "why", shown.title, below)


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
