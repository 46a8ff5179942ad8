"""ticketlens parity: a helpdesk's own figures beside ours, ticket by ticket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from connectors.file import open_tickets
from connectors.file_reading import FileReading
from connectors.rows import Row as FileRow
from ticketlens.cli.session import Session, Step, echo_json, json_option, steps
from ticketlens.errors import BadPayload, ConfigError
from ticketlens.export import csv_lines
from ticketlens.intake.mapping import pairs_from_option
from ticketlens.intake.times import TimeRule
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.parity.columns import Layout, layout
from ticketlens.parity.compare import Compared, Ours, Terms, Theirs, compare, summary
from ticketlens.parity.judging import judged
from ticketlens.parity.rows import flat, theirs_of
from ticketlens.query import parse_moment

SHOWN = 1_000
PRINTED = 20
SAMPLE = 100
SOURCES = 1_000
HEAD = ("source", "id", "metric", "clock", "column", "theirs", "ours", "difference", "reason", "explanation")


@dataclass(slots=True)
class Gone:
    """A file gone through: what was compared, what could not be read, and which tickets (whether they count here)."""

    compared: list[Compared] = field(default_factory=list)
    set_aside: list[dict[str, object]] = field(default_factory=list)
    tickets: dict[tuple[str, str], bool] = field(default_factory=dict)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", help="the source that the tickets belong to; wins over what a row says")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="OURS=COLUMN[:UNIT],…",
    help="which column is which figure, such as ttr.full.business=Solve time:hours; id=COLUMN too",
)
@click.option(
    "--format", "format_", type=click.Choice(["csv", "ndjson", "json"]), help="where the content does not tell"
)
@click.option("--encoding", help="utf-8, cp1252, …, where the content does not tell")
@click.option("--as-of", metavar="TIME", help="when the file was made there, such as 2026-11-16T09:00:00Z")
@click.option(
    "--tolerance-minutes",
    type=click.FloatRange(0, 1440),
    default=1.0,
    show_default=True,
    help="up to so much apart, two figures are equal",
)
@click.option("--output", type=click.Path(path_type=Path), help="a CSV file of all that differs")
@json_option
@click.pass_obj
def parity(
    session: Session, file: Path, source: str | None, mapped: tuple[str, ...], format_: str | None,
    encoding: str | None, as_of: str | None, tolerance_minutes: float, output: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Compare a helpdesk's own figures in FILE with ours, and say of each difference where it comes from.

    FILE is the helpdesk's export of tickets with its figures, as CSV, NDJSON or JSON (.gz too). Columns are understood
    by their names where they can be.
    """
    if not file.exists():
        raise ConfigError(f"{file}: there is no such file")
    lens = session.lens
    terms = _terms(lens, parse_moment("--as-of", as_of) if as_of else None, tolerance_minutes)
    reading = open_tickets(file, format=format_, encoding=encoding)
    known = {ours: theirs for option in mapped for ours, theirs in pairs_from_option(option).items()}
    rows = iter(reading)
    sample = list(islice(rows, SAMPLE))
    found = layout(_names(reading, sample), known)
    with steps(quiet=as_json) as step:
        gone = _go(lens, reading, chain(sample, rows), found, _source(lens, found, source), terms, step)
    gone.compared = judged(gone.compared)
    if output:
        _write(gone.compared, output)
    _tell(lens, gone, found, as_json)


def _terms(lens: Lens, as_of: datetime | None, tolerance_minutes: float) -> Terms:
    zones = dict.fromkeys((lens.zone, *(schedule.zone for schedule in lens.hours.schedules)))
    return Terms(lens.hours.clocks, tuple(zones), as_of, round(tolerance_minutes * 60))


def _names(reading: FileReading, sample: list[FileRow]) -> list[str]:
    """The columns of a table, or the names in the first records; nested ones with a dot."""
    if reading.columns is not None:
        return list(reading.columns)
    return list(dict.fromkeys(name for row in sample if isinstance(row.row, Mapping) for name, _ in flat(row.row)))


def _source(lens: Lens, found: Layout, chosen: str | None) -> str | None:
    """The source of rows that name none. None where every row has to name its own."""
    every = (EVERYTHING, Filter(excluded="any"))
    names = list(dict.fromkeys(name for where in every for name, _ in lens.facet("source", where, limit=SOURCES)))
    if chosen is not None and chosen not in names:
        raise ConfigError(f"--source: no ticket here is of {chosen!r}; known are {', '.join(names) or 'none'}")
    if chosen is not None or found.source is not None:
        return chosen
    if len(names) != 1:
        raise ConfigError(f"--source is needed: there are tickets of {', '.join(names) or 'no source'}")
    return names[0]


def _go(
    lens: Lens, reading: FileReading, rows: Iterator[FileRow], found: Layout, source: str | None, terms: Terms,
    step: Step,
) -> Gone:  # fmt: skip
    gone = Gone()
    progress = step(f"compare {reading.path.name}")
    rule = TimeRule.at(datetime.now(UTC), ZoneInfo(lens.zone))
    for row in rows:
        try:
            if isinstance(row.row, BadPayload):
                raise row.row
            theirs = theirs_of(row.row, found, source, rule)
            ours = _ours(lens, theirs)
            gone.compared += compare(theirs, ours, terms)
            gone.tickets[theirs.source, theirs.id] = ours is not None and not ours.excluded
        except BadPayload as error:
            gone.set_aside.append({reading.place: row.line, "id": None, "reason": str(error)})
        progress(row.byte_position, reading.total)
    return gone


def _ours(lens: Lens, theirs: Theirs) -> Ours | None:
    """The times as they are stored; its history from the raw ticket, whose names are those that schedules know."""
    row = lens.store.get_ticket(theirs.source, theirs.id)
    if row is None:
        return None
    raw = lens.store.get_raw(theirs.source, theirs.id)
    return Ours(raw or row.ticket, row.durations, row.excluded)


def _write(compared: list[Compared], output: Path) -> None:
    rows = [one.to_json() for one in _listed(compared)]
    lines = csv_lines(rows) if rows else [",".join(f'"{name}"' for name in HEAD) + "\r\n"]
    try:
        output.write_text("".join(lines), encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(f"--output: {output}: {error.strerror or 'cannot be written'}") from None


def _tell(lens: Lens, gone: Gone, found: Layout, as_json: bool) -> None:
    told = {
        "tickets": len(gone.tickets), **summary(gone.compared), "only_here": _only_here(lens, gone),
        "columns": [
            {"column": column.name, "metric": column.metric, "clock": column.clock, "unit": column.unit}
            for column in found.columns
        ],
        "set_aside": len(gone.set_aside), "notes": list(found.notes),
    }  # fmt: skip
    if as_json:
        items = [one.to_json() for one in _listed(gone.compared)[:SHOWN]]
        echo_json({**told, "set_aside_items": gone.set_aside[:SHOWN], "items": items})
        return
    _print(told, found, gone)


def _listed(compared: Sequence[Compared]) -> list[Compared]:
    """What differs; then what they do not show."""
    return sorted((one for one in compared if one.why), key=lambda one: one.is_blank)


def _only_here(lens: Lens, gone: Gone) -> int:
    """Tickets of the same sources that count here and are not in the file."""
    sources = tuple(dict.fromkeys(source for source, _ in gone.tickets))
    there = lens.count(Filter(where={"source": sources})) if sources else 0
    return max(0, there - sum(gone.tickets.values()))


def _print(told: Mapping[str, Any], found: Layout, gone: Gone) -> None:
    console = Console(markup=False)
    for note in (*found.notes, *(f"line {item.get('line')}: {item['reason']}" for item in gone.set_aside[:PRINTED])):
        console.print(note)
    for column in found.columns:
        console.print(f'"{column.name}" is {column.metric} on the {column.clock} clock, in {column.unit or "h:m:s"}')
    console.print(
        f"{told['tickets']:,} tickets, {told['compared']:,} figures compared: {told['equal']:,} equal, "
        f"{told['differing']:,} different, {told['unexplained']:,} of them not explained; "
        f"{told['set_aside']:,} rows set aside, {told['only_here']:,} tickets only here"
    )
    table = Table("differing", "reason")
    for row in told["reasons"]:
        table.add_row(f"{_counted(row['n'], 'figure')} of {_counted(row['tickets'], 'ticket')}", row["told"])
    if told["reasons"]:
        console.print(table)
    if told["blank"]:
        blank = f"{_counted(told['blank'], 'figure')} of {_counted(told['blank_tickets'], 'ticket')}"
        console.print(f"They show no figure where there is one here: {blank}, which are not compared")


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
