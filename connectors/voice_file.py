"""Answers, customers and articles from files: CSV, NDJSON or a JSON list, packed with gzip or not."""

from collections.abc import Iterator, Mapping

from connectors.file_reading import FileReading
from connectors.opening import Unreadable
from connectors.rows import Row
from ticketlens.errors import BadPayload
from ticketlens.intake.shown import shown
from ticketlens.intake.voice import Reader
from ticketlens.model.batch import VoiceBatch, Voiced
from ticketlens.model.report import SetAside

NEEDED: Mapping[str, tuple[str, ...]] = {
    "answers": ("id", "score"),
    "customers": ("id",),
    "articles": ("id", "title"),
}
"""The fields that a table has to have a column for."""


def voice_batches(reading: FileReading, reader: Reader[Voiced], batch: int) -> Iterator[VoiceBatch[Voiced]]:
    """Batches of up to `batch` records; Unreadable where nothing can be read. Notes go to the reader's context."""
    if reading.format == "mbox":
        raise Unreadable(reading.path, f"is a mailbox: {reader.of.noun} come as CSV or NDJSON")
    for note in reading.notes:
        reader.context.notes.say(note)
    if reading.columns is not None:
        _check_columns(reading, reader)
    items: list[Voiced] = []
    numbers: list[int] = []
    aside: list[SetAside] = []
    for row in reading:
        told = _read(row, reading, reader)
        if isinstance(told, SetAside):
            aside.append(told)
        else:
            items.append(told)
            numbers.append(row.line)
        if len(items) + len(aside) >= batch:
            yield _batch(reading, items, aside, numbers, row.byte_position)
            items, numbers, aside = [], [], []
    if items or aside:
        yield _batch(reading, items, aside, numbers, reading.total)


def _batch(
    reading: FileReading, items: list[Voiced], aside: list[SetAside], numbers: list[int], position: int
) -> VoiceBatch[Voiced]:
    return VoiceBatch(tuple(items), tuple(aside), tuple(numbers), reading.place, position, reading.total)


def _read(row: Row, reading: FileReading, reader: Reader[Voiced]) -> Voiced | SetAside:
    if isinstance(row.row, BadPayload):
        return SetAside(reading.place, row.line, None, shown(str(row.row), 300))
    try:
        return reader.read(row.row)
    except BadPayload as error:
        return SetAside(reading.place, row.line, reader.id_of(row.row), shown(str(error), 300))


def _check_columns(reading: FileReading, reader: Reader[Voiced]) -> None:
    names = reading.columns or ()
    missing = [name for name in NEEDED[reader.of.noun] if name not in reader.columns(names).paths]
    if missing:
        there = ", ".join(names[:20])[:300] or "none"
        raise Unreadable(reading.path, f"no column for {', '.join(missing)} (use --map); its columns: {there}")
