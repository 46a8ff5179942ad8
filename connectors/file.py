"""Tickets from files: CSV, NDJSON, a JSON list or mbox, packed with gzip or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from connectors.csv_file import csv_rows
from connectors.detection import Format, by_content, by_name, chosen
from connectors.file_reading import FileReading
from connectors.mbox_file import mbox_rows
from connectors.ndjson_file import json_rows, ndjson_rows
from connectors.opening import Unreadable
from connectors.rows import Row
from connectors.text import TextFile, open_text
from connectors.voice_file import voice_batches
from ticketlens.connector import Field, Page
from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.normal import read_ticket
from ticketlens.intake.shown import shown
from ticketlens.intake.voice import Reader
from ticketlens.model import Ticket
from ticketlens.model.batch import TicketBatch, VoiceBatch, Voiced
from ticketlens.model.report import Place, SetAside

BATCH = 500


def open_tickets(path: Path, *, format: str | None = None, encoding: str | None = None) -> FileReading:
    """The file ready to be read; Unreadable, in one line, where nothing of it can be."""
    wanted = chosen(format)
    file = open_text(path, encoding)
    total = path.stat().st_size
    if not file.sample.strip("\ufeff \t\r\n\x00"):
        return FileReading(path, wanted or by_name(path) or "csv", total, (f"{path.name} is empty",), None, iter(()))
    named = by_name(path)
    found = wanted or by_content(file.sample, named)
    if wanted is None and named is not None and found != named and {found, named} != {"json", "ndjson"}:
        file.notes.append(f"{path.name} is not what its name says: read as {found}")
    columns, rows = _rows(file, found)
    return FileReading(path, found, total, tuple(file.notes), columns, rows)


def _rows(file: TextFile, found: Format) -> tuple[tuple[str, ...] | None, Iterator[Row]]:
    if found == "csv":
        header, rows = csv_rows(file)
        return tuple(header), rows
    readers = {"ndjson": ndjson_rows, "json": json_rows, "mbox": mbox_rows}
    return None, readers[found](file)


@dataclass(frozen=True, slots=True)
class FilePage(TicketBatch):
    """A batch, and how far of the file's bytes on disk has been read."""

    position: int = 0
    total: int = 0


def _page(
    reading: FileReading, tickets: list[Ticket], aside: list[SetAside], numbers: list[int], position: int
) -> FilePage:
    return FilePage(tuple(tickets), tuple(aside), tuple(numbers), reading.place, position, reading.total)


class FileSource:
    """One file of tickets. It has no cursor: running it again gives the same tickets, which the store knows."""

    name: ClassVar[str] = "file"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("path", help="CSV, NDJSON, a JSON list or mbox; .gz too"),
        Field("format", required=False, help="csv, ndjson, json or mbox, where the content does not tell"),
        Field("encoding", required=False, help="utf-8, cp1252, …, where the content does not tell"),
    )

    def __init__(
        self,
        path: Path,
        context: ReadContext,
        *,
        format: str | None = None,
        encoding: str | None = None,
    ) -> None:
        self.path = path
        self.context = context
        self._format = format
        self._encoding = encoding

    def pull(self, cursor: str | None = None) -> Iterator[Page]:
        """The tickets alone, for who does not ask what was set aside."""
        for page in self.pages():
            yield Page(page.tickets, None)

    def pages(self, batch: int = BATCH) -> Iterator[FilePage]:
        """Batches of up to `batch` records; Unreadable where nothing can be read. Notes go to the context's."""
        reading = open_tickets(self.path, format=self._format, encoding=self._encoding)
        for note in reading.notes:
            self.context.notes.say(note)
        if reading.columns is not None:
            self._check_columns(reading.columns)
        tickets: list[Ticket] = []
        numbers: list[int] = []
        aside: list[SetAside] = []
        for row in reading:
            ticket = self._read(row, reading.place)
            if isinstance(ticket, Ticket):
                tickets.append(ticket)
                numbers.append(row.line)
            else:
                aside.append(ticket)
            if len(tickets) + len(aside) >= batch:
                yield _page(reading, tickets, aside, numbers, row.byte_position)
                tickets, aside, numbers = [], [], []
        if tickets or aside:
            yield _page(reading, tickets, aside, numbers, reading.total)

    def batches(self, reader: Reader[Voiced]) -> Iterator[VoiceBatch[Voiced]]:
        """The same file as answers or customers. Answers are looked through before, since one row tells of others."""
        if reader.look is not None:
            reading = open_tickets(self.path, format=self._format, encoding=self._encoding)
            reader.foresee(row.row for row in reading)
        return voice_batches(open_tickets(self.path, format=self._format, encoding=self._encoding), reader, BATCH)

    def _check_columns(self, columns: tuple[str, ...]) -> None:
        fields = self.context.plan(columns).fields()
        missing = [name for name in ("id", "created_at") if name not in fields]
        if not fields & {"subject", "body"}:
            missing.append("subject or body")
        if missing:
            there = ", ".join(columns[:20])[:300] or "none"
            raise Unreadable(self.path, f"no column for {', '.join(missing)} (use --map); its columns: {there}")

    def _read(self, row: Row, place: Place) -> Ticket | SetAside:
        if isinstance(row.row, BadPayload):
            return SetAside(place, row.line, None, shown(str(row.row), 300))
        try:
            return read_ticket(row.row, self.context)
        except BadPayload as error:
            return SetAside(place, row.line, self._id_of(row.row), shown(str(error), 300))

    def _id_of(self, row: object) -> str | None:
        """The id for the report, if there is anything like one."""
        found = self.context.plan(row).pick(row).get("id") if isinstance(row, dict) else None
        return shown(str(found), 200) if isinstance(found, str | int) and not isinstance(found, bool) else None
