"""How the pulling of a source stands: what its page and `source list` show, and where the next pull begins."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from ticketlens.model.report import Counts, Report
from ticketlens.store.base import RecordStore

NOUN = "pull"
MOST_NOTES = 10


@dataclass(frozen=True, slots=True)
class PullState:
    """Times are ISO 8601. `done` of `total` tickets are read by the pull that runs, or ran last; `error` is its end."""

    cursor: str | None = None
    begun_at: str | None = None
    ended_at: str | None = None
    good_at: str | None = None
    full_at: str | None = None
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
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Counts:
        return Counts(self.received, self.stored, self.unchanged, self.set_aside, self.refused)

    def begun(self, at: datetime, *, full: bool) -> "PullState":
        told = self.after(Report(), self.cursor, None)
        return replace(told, begun_at=at.isoformat(), running=True, full=full, total=None, error=None)

    def after(self, report: Report, cursor: str | None, total: int | None) -> "PullState":
        return replace(
            self, cursor=cursor, done=report.received, total=self.total if total is None else total,
            received=report.received, stored=report.stored, unchanged=report.unchanged, set_aside=report.set_aside,
            refused=report.refused, notes=report.notes[:MOST_NOTES],
        )  # fmt: skip

    def ended(self, at: datetime, error: str | None) -> "PullState":
        now = at.isoformat()
        good = {} if error else {"good_at": now, **({"full_at": now} if self.full or self.full_at is None else {})}
        return replace(self, running=False, ended_at=now, error=error, **good)  # type: ignore[arg-type]


def state_of(records: RecordStore, source: str) -> PullState:
    held = records.get_record(NOUN, source)
    return PullState() if held is None else _read(held.fields)


def states(records: RecordStore) -> dict[str, PullState]:
    return {record.id: _read(record.fields) for record in records.records(NOUN)}


def keep(records: RecordStore, source: str, state: PullState) -> None:
    records.put_record(NOUN, source, {**asdict(state), "notes": list(state.notes)})


def forget(records: RecordStore, source: str) -> None:
    records.delete_record(NOUN, source)


def _read(told: Mapping[str, object]) -> PullState:
    known = {one.name for one in fields(PullState)}
    values = {name: value for name, value in told.items() if name in known}
    notes = values.get("notes")
    values["notes"] = tuple(map(str, notes)) if isinstance(notes, list | tuple) else ()
    return PullState(**values)  # type: ignore[arg-type]
