"""What became of all rows that programs pushed, in numbers that add up."""

from dataclasses import fields

from ticketlens.model.report import Counts
from ticketlens.store.base import RecordStore

NOUN, ALL = "pushes", "all"
NAMES = tuple(one.name for one in fields(Counts))


def count_pushed(records: RecordStore, counts: Counts) -> None:
    """Adds one push. Rows of a process that died before this were not told to anybody either."""
    while counts.received:
        held = records.get_record(NOUN, ALL)
        before = held.fields if held else {}
        told = {name: int(str(before.get(name, 0))) + getattr(counts, name) for name in NAMES}
        if records.put_record(NOUN, ALL, told, expected=held.version if held else 0) is not None:
            return


def pushed(records: RecordStore) -> Counts:
    held = records.get_record(NOUN, ALL)
    return Counts(**{name: int(str(held.fields.get(name, 0))) for name in NAMES}) if held else Counts()
