"""What became of the files that were imported last: so that what was set aside is not only told in a terminal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from ticketlens.model.report import Counts, Report
from ticketlens.store.base import RecordStore

NOUN = "imported"
MOST = 20
"""So many files are remembered; an older one makes room."""

REASONS = 5
NAMES = tuple(one.name for one in fields(Counts))


@dataclass(frozen=True, slots=True)
class Imported:
    """One import of a file: `kind` is what it held, `reasons` why the first rows were set aside, `error` its end."""

    at: datetime
    file: str
    kind: str
    counts: Counts
    reasons: tuple[str, ...]
    error: str | None


def note(
    records: RecordStore, at: datetime, file: str, kind: str, report: Report, error: str | None,
    redact: Callable[[str], str],
) -> None:  # fmt: skip
    """Keep what became of a file, by its name alone, and forget the oldest ones."""
    told = {
        "file": file, "kind": kind, "error": error, "counts": {name: getattr(report, name) for name in NAMES},
        "reasons": [redact(f"{one.place} {one.number}: {one.reason}") for one in report.set_aside_items[:REASONS]],
    }  # fmt: skip
    records.put_record(NOUN, at.isoformat(), told)
    for old in sorted(record.id for record in records.records(NOUN))[:-MOST]:
        records.delete_record(NOUN, old)


def imported(records: RecordStore) -> tuple[Imported, ...]:
    """The newest first."""
    return tuple(sorted(map(_read, _rows(records)), key=lambda one: one.at, reverse=True))


def _rows(records: RecordStore) -> Iterable[tuple[str, Any]]:
    return ((record.id, record.fields) for record in records.records(NOUN))


def _read(row: tuple[str, Any]) -> Imported:
    at, told = row
    return Imported(
        datetime.fromisoformat(at), told["file"], told["kind"], Counts(**told["counts"]), tuple(told["reasons"]),
        told["error"],
    )  # fmt: skip
