"""A chart as a page shows it: a title that says what it shows, drawings for wide and narrow screens, and files."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from ticketlens.metrics.contract import BY_ID
from ticketlens.model.filter import Filter
from ticketlens.model.topic import TopicFigures
from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import drawing
from web.charts import trend as charts
from web.charts.panels import stands_alone
from web.charts.pareto import pareto
from web.charts.statistics import BOTH, DONE, STATISTICS, Statistic, panel_name, pending, shown, told
from web.charts.trend import NARROW, WIDE, Size, measured
from web.pages import asked, days, surveys

Draw = Callable[[Size], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """`trend` and `where` are there where a table of exact numbers is to stand beside the drawing."""

    id: str
    title: str
    note: str
    wide: Markup
    narrow: Markup
    files: dict[str, str]
    trend: Trend | None = None
    where: Filter | None = None
    over: charts.Over | None = None


def figure(id: str, title: str, note: str, draw: Draw, files: dict[str, str], size: Size = WIDE) -> Figure:
    wide, narrow = (drawing.inline(drawing.draw(draw(each)), title) for each in (size, NARROW))
    return Figure(id, title, note, wide, narrow, files)


def trend_figure(id: str, trend: Trend, where: Filter, *, title: str | None = None) -> Figure:
    """A trend with its table; `where` is what it was asked for, without its window."""
    link = asked.PointLink(where, trend)

    def draw(size: Size) -> dict[str, Any]:
        return charts.any_metric(trend, link, size, title=panel_title(trend))

    drawn = figure(id, title or trend_title(trend), trend_note(trend), draw, trend_files(trend, where))
    return replace(drawn, trend=trend, where=where)


def pareto_figure(rows: tuple[TopicFigures, ...], half: int, where: Filter, title: str, note: str) -> Figure:
    def draw(size: Size) -> dict[str, Any]:
        return pareto(rows, half, lambda row: asked.topic(row.topic.id), size)

    return figure("pareto", title, note, draw, files("pages.topics_file", where))


def trend_files(trend: Trend, where: Filter, *, group_by: str = "") -> dict[str, str]:
    """Where the same trend is found as files: same window, same moment."""
    window = where.between(trend.points[0].start, trend.points[-1].end - asked.ONE_DAY) if trend.points else where
    same = {
        "metric": trend.metric,
        "clock": trend.clock,
        "cohort": trend.cohort if trend.cohort in asked.CHOICES["cohort"] else asked.DEFAULTS["cohort"],
        "by": trend.by,
        "group_by": group_by,
        "survey": trend.survey.id if trend.survey else "",
    }
    return files("pages.trends_file", replace(window, as_of=trend.as_of), **same)


def files(endpoint: str, where: Filter, **same: object) -> dict[str, str]:
    return {form.upper(): asked.page(endpoint, where, {"form": form}, **same) for form in ("csv", "png", "svg")}


def last_known(trend: Trend, field: str | None = None) -> Point | None:
    """The last complete period with a figure."""
    wanted = field or ("value" if trend.scalar else "p50")
    known = (point for point in reversed(trend.points) if point.complete and not (point.too_few and wanted != "n"))
    return next((point for point in known if getattr(point, wanted) is not None), None)


def trend_title(trend: Trend, one: Statistic = STATISTICS[BOTH]) -> str:
    """What the chart shows: "Half is solved within 19 h, nine in ten within 91 h"."""
    last = last_known(trend, shown(trend, one))
    name = BY_ID[trend.metric].name if trend.metric in BY_ID else trend.metric
    if last is None:
        return f"{name}: not known yet"
    if trend.scalar and one.id == BOTH:
        return f"{name}: {measured(trend, last.value)}, {days.period_days(last.start, last.end)}"
    said = capital(told(trend, one, last))
    if one.id != BOTH:
        return f"{said}, {days.period_days(last.start, last.end)}"
    return f"{said}, {_most(trend, last)}"


def _most(trend: Trend, last: Point) -> str:
    within = "within" if trend.metric.partition(".")[0] in DONE else "up to"
    return "nine in ten not reached yet" if last.p90 is None else f"nine in ten {wording.at_most(within, last.p90)}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def trend_note(trend: Trend, one: Statistic = STATISTICS[BOTH]) -> str:
    """How to read it: what is shaded, how many tickets, how many are still open."""
    last = last_known(trend, shown(trend, one))
    parts = [surveys.scored(trend.survey)] if trend.survey else []
    if not trend.scalar and one.id != "n":
        parts.append("Open tickets counted (Kaplan–Meier)" if trend.cohort == "arrived" else "Open tickets left out")
    if one.hours:
        parts.append("Hatched: not all of them are so old yet")
    if shown(trend, one) in ("p50", "value") and any(point.low is not None for point in trend.points):
        parts.append(interval_drawn(trend))
    if last is not None:
        still = (
            f", {wording.percent(last.open / last.n, 0)} {_still(trend)}"
            if last.n and not trend.scalar and trend.cohort == "arrived"
            else ""
        )
        every = f" of {wording.number(last.n + last.left_out)}" if last.left_out else ""
        parts.append(f"n = {wording.number(last.n)}{every} in {period_name(trend, last)}{still}")
    notes = (capital(wording.dated(text)) for text in trend.notes)
    return " · ".join((*parts, *map(wording.dated, _flagged(trend)), *notes))


def _flagged(trend: Trend) -> list[str]:
    """Why points are hatched that are over: the newest reason of each kind, and how many more periods have one."""
    newest = {flag.kind: flag.reason for point in trend.points for flag in point.flags[:1]}
    of = Counter(point.flags[0].kind for point in trend.points if point.flags)
    return [f"{reason}{f', and {of[kind] - 1} more' if of[kind] > 1 else ''}" for kind, reason in newest.items()]


def interval_drawn(trend: Trend) -> str:
    """How the interval is drawn: as a band, which needs two periods side by side, else as a whisker."""
    known = sum(point.low is not None and point.high is not None for point in trend.points)
    return f"95 % interval {'as a whisker' if known == sum(stands_alone(trend.points)) else 'shaded'}"


def _still(trend: Trend) -> str:
    words = pending(trend)
    return "still open" if words == "not solved" else words


def period_name(trend: Trend, point: Point) -> str:
    if trend.by == "week":
        return f"week {point.start.isocalendar().week}"
    return days.period_days(point.start, point.end)


def panel_title(trend: Trend, one: Statistic = STATISTICS[BOTH]) -> str:
    if one.id != BOTH:
        return panel_name(trend, one)
    name = BY_ID[trend.metric].name if trend.metric in BY_ID else trend.metric
    return f"{wording.within(name)}, by {trend.by}" if trend.scalar else ""
