"""ticketlens trend: the same numbers as the page."""

from collections.abc import Callable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ticketlens.answers.words import length
from ticketlens.cli.filters import chosen_filter, filter_options
from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.lens import Lens
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point, Trend
from ticketlens.query import parse_moment

TREND = {
    "metric": click.option("--metric", default="ttr.full", show_default=True),
    "clock": click.option(
        "--clock", type=click.Choice(["calendar", "business"]), default="calendar", show_default=True
    ),
    "cohort": click.option("--cohort", type=click.Choice(["arrived", "solved"]), default="arrived", show_default=True),
    "by": click.option(
        "--by", type=click.Choice(["day", "week", "month", "quarter"]), default="week", show_default=True
    ),
    "as_of": click.option("--as-of", metavar="TIME", help="as it was known then, such as 2026-11-16T09:00:00Z"),
    "group_by": click.option("--group-by", metavar="FIELD"),
    "survey": click.option(
        "--survey", metavar="NAME", help="of csat, nps and ces: which survey, if not the one with most answers"
    ),
}
"""What a trend is asked for, besides the filter; `export trend` takes the same."""


def trend_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(TREND.values()):
        command = option(command)
    return command


def asked_trend(lens: Lens, where: Filter, given: Mapping[str, Any]) -> Trend:
    """The trend of what `trend_options` gave."""
    as_of = parse_moment("--as-of", given["as_of"]) if given["as_of"] else None
    return lens.trend(where=where, **{**given, "as_of": as_of})


@click.command()
@trend_options
@filter_options
@json_option
@click.pass_obj
def trend(session: Session, /, as_json: bool, **given: Any) -> None:
    """One metric over days, weeks, months or quarters."""
    where = chosen_filter(given)
    told = asked_trend(session.lens, where, given)
    if as_json:
        echo_json(told.to_json())
        return
    _print(told)


def _print(told: Trend) -> None:
    console = Console(markup=False)
    console.print(
        f"{told.metric}{f' of {told.survey.name}' if told.survey else ''} · {told.clock} time · {told.cohort} "
        f"by {told.by} · {told.zone} · "
        f"as of {told.as_of:%Y-%m-%d %H:%M %Z}"
    )
    for note in told.notes:
        console.print(f"{note[:1].upper()}{note[1:]}.")
    for key, points in (told.groups or {"": told.points}).items():
        table = Table(title=key or None, title_justify="left")
        heads = (
            ("value", "95 % interval")
            if told.scalar
            else ("half within", "95 % interval", "three quarters", "nine in ten")
        )
        for head in ("period", "n", "open", *heads):
            table.add_column(head, justify="right" if head != "period" else "left")
        for point in points:
            table.add_row(*_cells(point, told))
        console.print(table)


def _cells(point: Point, told: Trend) -> tuple[str, ...]:
    name = point.label if point.complete else f"{point.label} …"
    shared = (name, f"{point.n:,}", f"{point.open:,}")
    if told.scalar:
        if point.value is None and point.low is None and point.flags:
            return (*shared, point.standing, "")
        return (*shared, _value(point.value, told.unit), _interval(point, lambda value: _value(value, told.unit)))
    if point.too_few:
        return (*shared, "too few", "", "", "")
    return (*shared, _reached(point.p50), _interval(point, length), _reached(point.p75), _reached(point.p90))


def _reached(minutes: float | None) -> str:
    return "not reached" if minutes is None else length(minutes)


def _interval(point: Point, told: Any) -> str:
    if point.low is None:
        return ""
    return f"{told(point.low)} – {'not reached' if point.high is None else told(point.high)}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "not known"
    if unit == "points":
        return f"{value:,.1f}"
    return f"{value * 100:.1f} %" if unit == "share" else f"{value:,.0f}"
