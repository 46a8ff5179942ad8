"""When opening hours, targets or what stays out of figures changed: from then on all of the past is told by the new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ticketlens.hours.derivation import Derivation
from ticketlens.store.base import RecordStore

NOUN = "break"
HOURS, JUDGED, ZONE, RULES = "opening hours", "exclusions or targets", "the zone", "the way of measuring"


@dataclass(frozen=True, slots=True)
class Break:
    """At that moment these began to be other than before."""

    at: datetime
    changed: tuple[str, ...]


def changed(before: Derivation | None, now: Derivation) -> tuple[str, ...]:
    """What differs, in words; None is what an earlier version of the program wrote."""
    if before is None:
        return (RULES,)
    pairs = (
        (HOURS, before.schedules, now.schedules), (JUDGED, before.judged, now.judged), (ZONE, before.zone, now.zone),
        (RULES, before.rules, now.rules),
    )  # fmt: skip
    return tuple(name for name, old, new in pairs if old != new)


def note(records: RecordStore, names: Sequence[str], at: datetime) -> None:
    """Keep the moment of a change."""
    if names:
        records.put_record(NOUN, at.isoformat(), {"at": at.isoformat(), "changed": list(names)})


def breaks(records: RecordStore) -> tuple[Break, ...]:
    """All that are kept, the earliest first."""
    found = [_break(record.fields["at"], record.fields["changed"]) for record in records.records(NOUN)]
    return tuple(sorted(found, key=lambda one: one.at))


def _break(at: object, names: object) -> Break:
    return Break(datetime.fromisoformat(str(at)), tuple(map(str, names)) if isinstance(names, list) else ())
