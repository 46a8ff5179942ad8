"""What pages show, as files: tables as CSV, charts as SVG and PNG with their words on them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, abort, stream_with_context

from ticketlens.model.theme import Theme
from ticketlens.model.topic import TopicFigures
from web import wording
from web.charts import drawing
from web.charts import trend as charts
from web.charts.pareto import pareto
from web.pages import asked
from web.pages.spreadsheet import csv_lines, csv_records
from web.pages.topics import BY_DEFAULT, ordered, pareto_note, pareto_title, table_of

TOPIC_COLUMNS = (
    "id", "topic", "state", "tickets", "share", "change_month", "change_year", "p50_minutes", "p90_minutes", "open",
    "reopen_rate", "reopen_n", "csat", "csat_n", "waited_hours", "cost", "cost_n", "cost_assumed",
    "theme", "theme_name",
)  # fmt: skip


def tickets() -> Response:
    where = asked.asked().where
    asked.lens().count(where)  # a filter that cannot be is refused before the first line is sent
    return csv_file("tickets", csv_records(asked.lens().export_rows(where)))


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
    return csv_file("why", csv_lines(("topic", "name", "speed_minutes", "mix_minutes", "total_minutes", "n"), rows))


def topics(form: str) -> Response:
    now = asked.asked()
    table = table_of(now)
    if form == "csv":
        rows = ordered(table.rows, now["sort"] or BY_DEFAULT)
        return csv_file("topics", csv_lines(TOPIC_COLUMNS, map(partial(_topic_row, asked.lens().edits.themes()), rows)))
    spec = pareto(table.rows, table.half, lambda row: asked.topic(row.topic.id))
    return picture(spec, form, "topics", pareto_title(table), [pareto_note(table), source_line(table.as_of)])


def picture(spec: dict[str, Any], form: str, name: str, title: str, subtitle: Sequence[str]) -> Response:
    svg = drawing.draw(charts.titled(spec, title, subtitle))
    body = drawing.png(svg) if form == "png" else drawing.on_white(svg).encode()
    return _attached(Response(body, mimetype="image/png" if form == "png" else "image/svg+xml"), f"{name}.{form}")


def csv_file(name: str, lines: Iterator[str]) -> Response:
    return _attached(Response(stream_with_context(lines), mimetype="text/csv"), f"{name}.csv")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="ticketlens-{name}"'
    return response


def source_line(as_of: Any) -> str:
    return f"TicketLens · as of {wording.stamp(as_of, asked.lens().zone)}"


def _topic_row(themes: Mapping[int, Theme], row: TopicFigures) -> Sequence[object]:
    theme = themes.get(row.topic.theme or 0)
    return (
        row.topic.id, row.topic.name, row.state, row.size, row.share, row.change_month, row.change_year, row.p50,
        row.p90, row.open, row.reopen_rate, row.reopen_n, row.csat, row.csat_n, row.waited_hours,
        row.cost, row.cost_n, row.cost_assumed, theme.id if theme else None, theme.name if theme else None,
    )  # fmt: skip
