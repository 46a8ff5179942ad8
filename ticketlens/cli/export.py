"""ticketlens export: what the page shows, for other programs."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click

from ticketlens.cli.filters import chosen_filter, filter_options
from ticketlens.cli.session import Session
from ticketlens.errors import ConfigError
from ticketlens.export import WRITERS
from ticketlens.lens import Lens
from ticketlens.model.filter import Filter


@click.command()
@click.argument("what", type=click.Choice(["tickets", "topics", "trend"]))
@click.option("--format", "format_", type=click.Choice(list(WRITERS)), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="a file, in place of standard output")
@filter_options
@click.pass_obj
def export(session: Session, /, what: str, format_: str, output: Path | None, **given: Any) -> None:
    """Write tickets, topics or a trend as CSV, NDJSON or Parquet."""
    rows = ROWS[what](session.lens, chosen_filter(given))
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
    return [row.to_json() for row in lens.topics(where).rows]


def _trend(lens: Lens, where: Filter) -> Iterable[Mapping[str, object]]:
    told = lens.trend(where=where)
    return [{"metric": told.metric, **point.to_json(scalar=told.scalar)} for point in told.points]


ROWS = {"tickets": Lens.export_rows, "topics": _topics, "trend": _trend}
