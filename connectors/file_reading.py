"""One file, opened: its rows before they are tickets, answers or customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.detection import Format
from connectors.rows import Row
from ticketlens.model.report import Place


@dataclass(slots=True)
class FileReading:
    """The rows of one file, to be gone through once. `columns` are a table's; `notes` say what was guessed."""

    path: Path
    format: Format
    total: int
    notes: tuple[str, ...]
    columns: tuple[str, ...] | None
    rows: Iterator[Row]

    @property
    def place(self) -> Place:
        return "index" if self.format == "json" else "line"

    def __iter__(self) -> Iterator[Row]:
        return self.rows
