"""What became of all rows that programs pushed, in numbers that add up."""

from dataclasses import fields

from ticketlens.hooks.tally import Tally, tally_of
from ticketlens.model.report import Counts
from ticketlens.store.base import RecordStore

NOUN, ALL = "pushes", "all"
NAMES = tuple(one.name for one in fields(Counts))


def push_tally(records: RecordStore) -> Tally:
    return Tally(records, NOUN, NAMES)


def add_pushed(tally: Tally, counts: Counts) -> None:
    tally.add_all(ALL, {name: getattr(counts, name) for name in NAMES})


def pushed(records: RecordStore) -> Counts:
    return Counts(**tally_of(records, ALL, NOUN, NAMES))
