"""How the pulling of a source stands: what its page and `source list` show, and where the next pull begins."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from ticketlens.model.report import Counts, Report
from ticketlens.store.base import RecordStore

NOUN, ASKED = "pull", "pull asked for"
MOST_NOTES = 10
BROKEN_OFF = "it broke off before its end"


@dataclass(frozen=True, slots=True)
class PullState:
    """Times are ISO 8601. `done` of `total` tickets are read by the pull that runs, or ran last; `error` is its end.

    All of the source is known up to `read_to`. `failures` are those in a row: errors, and pulls that broke off.
    """

    cursor: str | None = None
    begun_at: str | None = None
    ended_at: str | None = None
    good_at: str | None = None
    full_at: str | None = None
    full_begun_at: str | None = None
    full_error: str | None = None
    read_to: str | None = None
    running: bool = False
    full: bool = False
    done: int = 0
    total: int | None = None
    received: int = 0
    stored: int = 0
    unchanged: int = 0
    set_aside: int = 0
    refused: int = 0
    error: str | None = None
    failures: int = 0
    notes: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()

    @property
    def counts(self) -> Counts:
        return Counts(self.received, self.stored, self.unchanged, self.set_aside, self.refused)

    def begun(self, at: datetime, *, full: bool) -> "PullState":
        """One that says it is running was left behind by a pull that broke off, which counts as a failure."""
        told = self.after(Report(), self.cursor, None)
        if full:
            told = replace(told, full_begun_at=at.isoformat(), full_error=BROKEN_OFF)
        failures = self.failures + self.running
        return replace(
            told, begun_at=at.isoformat(), running=True, full=full, total=None, error=None, failures=failures
        )

    def after(self, report: Report, cursor: str | None, total: int | None) -> "PullState":
        return replace(
            self, cursor=cursor, done=report.received, total=self.total if total is None else total,
            received=report.received, stored=report.stored, unchanged=report.unchanged, set_aside=report.set_aside,
            refused=report.refused, notes=report.notes[:MOST_NOTES],
            aside=tuple(f"{item.id or 'without an id'}: {item.reason}" for item in report.set_aside_items[:MOST_NOTES]),
        )  # fmt: skip

    def ended(self, at: datetime, error: str | None, *, read_to: datetime | None = None) -> "PullState":
        """`read_to` where all that changed up to then was read: the first time that is all that there is."""
        failures = self.failures + 1 if error else 0
        told = replace(self, running=False, ended_at=at.isoformat(), error=error, failures=failures)
        if self.full:
            told = replace(told, full_error=error)
        if error or read_to is None:
            return told
        told = replace(told, good_at=at.isoformat(), read_to=read_to.isoformat())
        return replace(told, full_at=at.isoformat()) if self.full or self.full_at is None else told


def state_of(records: RecordStore, source: str) -> PullState:
    held = records.get_record(NOUN, source)
    return PullState() if held is None else _read(held.fields)


def states(records: RecordStore) -> dict[str, PullState]:
    return {record.id: _read(record.fields) for record in records.records(NOUN)}


def keep(records: RecordStore, source: str, state: PullState) -> None:
    records.put_record(NOUN, source, {**asdict(state), "notes": list(state.notes), "aside": list(state.aside)})


def forget(records: RecordStore, source: str) -> None:
    for noun in (NOUN, ASKED):
        records.delete_record(noun, source)


def begin_anew(records: RecordStore, source: str) -> None:
    """The next pull reads from the beginning."""
    keep(records, source, replace(state_of(records, source), cursor=None))


def lease_of(source: str) -> str:
    """Who pulls a source holds this lease."""
    return f"pull {source}"


@dataclass(frozen=True, slots=True)
class PullAsked:
    """A pull that a person asked for, and no worker has begun yet."""

    at: datetime
    full: bool


def ask(records: RecordStore, source: str, at: datetime, *, full: bool) -> None:
    """Leaves word for a worker to pull the source as soon as it can."""
    held = records.get_record(ASKED, source)
    whole = full or (held is not None and bool(held.fields["full"]))
    records.put_record(ASKED, source, {"at": at.isoformat(), "full": whole})


def asked(records: RecordStore) -> dict[str, PullAsked]:
    return {one.id: _asked(one.fields) for one in records.records(ASKED)}


def answer(records: RecordStore, source: str, *, full: bool) -> None:
    """A pull begins: it is what was asked for, unless that was a full one and this is not."""
    held = records.get_record(ASKED, source)
    if held is not None and (full or not held.fields["full"]):
        records.delete_record(ASKED, source)


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _asked(told: Mapping[str, object]) -> PullAsked:
    return PullAsked(datetime.fromisoformat(str(told["at"])), bool(told["full"]))


def _read(told: Mapping[str, object]) -> PullState:
    known = {one.name for one in fields(PullState)}
    values = {name: value for name, value in told.items() if name in known}
    for name in ("notes", "aside"):
        told_lines = values.get(name)
        values[name] = tuple(map(str, told_lines)) if isinstance(told_lines, list | tuple) else ()
    return PullState(**values)  # type: ignore[arg-type]
