"""What the Trends page shows, as files: the trend, its groups, the comparison, and the parts of a change."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from flask import Response, abort

from ticketlens.model.answer import Survey
from ticketlens.model.comparison import Comparison
from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import split
from web.charts import trend as charts
from web.pages import asked, compared, figures, lately, reasons
from web.pages.files import csv_file, picture, source_line
from web.pages.multiples import group_specs
from web.pages.spreadsheet import csv_lines
from web.pages.trend_asked import Shown, asked_trend
from web.pages.trends import chart_title, spec

DURATION_COLUMNS = ("p50", "p75", "p90", "mean", "low", "high")
RECENT_COLUMNS = (
    "name", "first", "last", "watched", "late", "events", "p50", "p75", "p90", "low", "high", "mean", "mean_low",
    "mean_high",
)  # fmt: skip
SIDE_COLUMNS = (
    "n", "open", "working_days", "value", "per_day", "p50", "p90", "mean", "standard_error", "low", "high",
)  # fmt: skip
SURVEY_COLUMNS = ("survey", "lowest_score", "highest_score", "direction", "question")
"""Of whose answers a trend is."""


def trends(form: str) -> Response:
    shown = asked_trend()
    found = shown.trend
    if form == "csv":
        return csv_file("trend", csv_lines(_trend_header(shown), _trend_rows(shown)))
    if not found.points:
        abort(404, description="There is nothing to draw in this time.")
    words = f"{found.clock} time · cohort: {found.cohort} · {found.zone}"
    below = [figures.trend_note(found, shown.one), words, source_line(found.as_of)]
    if found.groups:
        drawn = charts.side_by_side(group_specs(found, shown.where, shown.one))
        title = f"{chart_title(found)}, each {wording.plain(asked.asked()['group_by'])}"
        return picture(drawn, form, "groups", title, below)
    return picture(spec(shown), form, "trend", figures.trend_title(found, shown.one), below)


def compare() -> Response:
    """Both sides and the change, a line each; durations in minutes."""
    told = compared.comparison(compared.pairing(asked_trend().trend))
    surveys = SURVEY_COLUMNS if told.after.survey else ()
    header = ("side", "label", "first", "last", "as_of", *SIDE_COLUMNS, "verdict", "flags", *surveys)
    return csv_file("compare", csv_lines(header, _sides(told)))


def _sides(told: Comparison) -> Iterator[Sequence[object]]:
    for name, side in (("before", told.before), ("after", told.after)):
        flags = "; ".join(flag.reason for flag in side.flags)
        figures_of = [getattr(side, column) for column in SIDE_COLUMNS]
        yield (name, side.label, side.first, side.last, side.as_of, *figures_of, None, flags, *_survey(side.survey))
    yield (*_change_row(told), *_survey(told.after.survey))


def _change_row(told: Comparison) -> Sequence[object]:
    change = told.change
    ends = {"low": change.low, "high": change.high, change.of: change.value}
    cells = [ends.get(column) for column in SIDE_COLUMNS]
    return ("change", change.of, None, None, told.as_of, *cells, change.verdict, "; ".join(told.refused))


def why(form: str) -> Response:
    found = asked_trend().trend
    told = compared.explanation(compared.pairing(found), asked.asked()["split_by"])
    if told is None or not told.reasons:
        abort(404, description="There is no change to split: choose other days, or a duration as the metric.")
    if form == "csv":
        return csv_file("why", csv_lines(reasons.COLUMNS, reasons.rows(told)))
    shown = reasons.reasons(told)
    words = f"{told.name} · {told.clock} time · cohort: {told.cohort} · by {wording.plain(told.split_by)} · {told.zone}"
    below = [words, " · ".join(shown.sums), source_line(told.as_of)]
    return picture(split.chart(shown.bars, hours=shown.unit == reasons.HOURS), form, "why", shown.title, below)


def _trend_header(shown: Shown) -> list[str]:
    trend = shown.trend
    unit = f"_{trend.unit}" if trend.unit else ""
    figures_of = [f"{name}{unit}" for name in _columns(trend)]
    own = ["label", "first", "last", "complete", "n", "open", *figures_of, "too_few"]
    earlier = [f"before_{name}" for name in own] if shown.over and not trend.groups else []
    surveys = SURVEY_COLUMNS if trend.survey else ()
    return [*(["group"] if trend.groups else []), *own, *earlier, *surveys]


def _survey(survey: Survey | None) -> tuple[object, ...]:
    return (survey.name, survey.lowest, survey.scale, survey.direction.value, survey.question) if survey else ()


def _columns(trend: Trend) -> tuple[str, ...]:
    return ("value", "low", "high") if trend.scalar else DURATION_COLUMNS


def _trend_rows(shown: Shown) -> Iterator[Sequence[object]]:
    yield from ((*row, *_survey(shown.trend.survey)) for row in _periods(shown))


def _periods(shown: Shown) -> Iterator[Sequence[object]]:
    trend = shown.trend
    if trend.groups is not None:
        for key, points in trend.groups.items():
            yield from ([key, *_trend_row(trend, point)] for point in points)
    elif shown.over:
        for point, earlier in zip(trend.points, shown.over.trend.points, strict=True):
            yield [*_trend_row(trend, point), *_trend_row(trend, earlier)]
    else:
        yield from (_trend_row(trend, point) for point in trend.points)


def _trend_row(trend: Trend, point: Point) -> list[object]:
    last = point.end - timedelta(days=1)
    figures_of = [getattr(point, name) for name in _columns(trend)]
    return [point.label, point.start, last, point.complete, point.n, point.open, *figures_of, point.too_few]


def now() -> Response:
    """How long it takes now, before, and a year ago; durations in minutes."""
    told = lately.asked_now(*_metric_and_clock())
    if told is None:
        abort(404, description="Only resolution and first reply are told as they are now: choose one as the metric.")
    return csv_file(
        "now", csv_lines(RECENT_COLUMNS, ([getattr(one, name) for name in RECENT_COLUMNS] for one in told.windows))
    )


def _metric_and_clock() -> tuple[str, str]:
    found = asked_trend().trend
    return found.metric, found.clock
