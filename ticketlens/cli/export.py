"""ticketlens export: what the page shows, for other programs."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click
from click.core import ParameterSource

from ticketlens.cli.filters import chosen_filter, filter_options
from ticketlens.cli.session import Session
from ticketlens.cli.trend import TREND, asked_trend, trend_options
from ticketlens.errors import ConfigError
from ticketlens.export import WRITERS
from ticketlens.lens import Lens
from ticketlens.model.filter import Filter
from ticketlens.model.theme import theme_fields
from ticketlens.model.trend import Trend


@click.command()
@click.argument("what", type=click.Choice(["tickets", "topics", "trend"]))
@click.option("--format", "format_", type=click.Choice(list(WRITERS)), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="a file, in place of standard output")
@trend_options
@filter_options
@click.pass_obj
def export(session: Session, /, what: str, format_: str, output: Path | None, **given: Any) -> None:
    """Write tickets, topics or a trend as CSV, NDJSON or Parquet. A trend is asked for as of `ticketlens trend`."""
    where = chosen_filter(given)
    if what == "trend":
        rows: Iterable[Mapping[str, object]] = _trend(asked_trend(session.lens, where, given))
    else:
        _refuse_of_trends(what)
        rows = ROWS[what](session.lens, where)
    if output is None:
        _write(format_, rows, sys.stdout.buffer)
        return
    try:
        with output.open("wb") as file:
            _write(format_, rows, file)
    except OSError as error:
        raise ConfigError(f"--output: {output}: {error.strerror or 'cannot be written'}") from None
    click.echo(f"{output} written", err=True)


def _write(format_: str, rows: Iterable[Mapping[str, object]], file: BinaryIO) -> None:
    WRITERS[format_](rows, file)
    file.flush()


def _topics(lens: Lens, where: Filter) -> Iterable[Mapping[str, object]]:
    themes = lens.edits.themes()
    return [row.to_json() | theme_fields(row.topic.theme, themes) for row in lens.topics(where).rows]


def _trend(told: Trend) -> Iterable[Mapping[str, object]]:
    """A row a period, or a group and period."""
    survey = {"survey": told.survey.name} if told.survey else {}
    of = {"metric": told.metric, **survey, "clock": told.clock, "cohort": told.cohort, "unit": told.unit, "by": told.by}
    if told.groups is None:
        return [{**of, **point.to_json(scalar=told.scalar)} for point in told.points]
    return [
        {**of, "group": key, **point.to_json(scalar=told.scalar)}
        for key, points in told.groups.items()
        for point in points
    ]


def _refuse_of_trends(what: str) -> None:
    context = click.get_current_context()
    for name in TREND:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise ConfigError(f"--{name.replace('_', '-')}: {what} have none, only a trend has")


ROWS = {"tickets": Lens.export_rows, "topics": _topics}
