"""What became of all deliveries of each source, also of those that are no longer kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ticketlens.hooks.tally import NOUN as TALLY
from ticketlens.hooks.tally import tallies
from ticketlens.model.delivery import SETTLED, Outcome
from ticketlens.model.report import Counts
from ticketlens.store.base import InboxStore, RecordStore

NOUN, SWEPT = "hooks", "swept"
MOST_AT_ONCE = 500
REMOVED = Outcome("set_aside", "its source was removed")
BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)


class Kept(InboxStore, RecordStore, Protocol):
    """The parts of a store that this needs."""


@dataclass(frozen=True, slots=True)
class HookCounts(Counts):
    """`received` is what was answered for; `waiting` of it nobody has read yet, and no other number holds it."""

    waiting: int = 0

    @property
    def adds_up(self) -> bool:
        return self.received == self.stored + self.unchanged + self.set_aside + self.refused + self.waiting

    def to_json(self) -> dict[str, int]:
        return {
            "received": self.received, "stored": self.stored, "unchanged": self.unchanged,
            "set_aside": self.set_aside, "refused": self.refused, "waiting": self.waiting,
        }  # fmt: skip


def hook_counts(store: Kept) -> dict[str, HookCounts]:
    """By source. A delivery that came again is unchanged: it is kept once."""
    until, swept = _swept(store)
    live, told, waits = store.settled_counts(until), tallies(store), store.waiting_counts()
    found = {}
    for source in sorted({*swept, *live, *told, *waits}):
        own, before, beside = live.get(source, {}), swept.get(source, {}), told.get(source, {})
        stored, unchanged, aside = (own.get(name, 0) + before.get(name, 0) for name in SETTLED)
        unchanged += beside.get("repeated", 0)
        refused, waiting = beside.get("refused", 0), waits.get(source, 0)
        found[source] = HookCounts(
            stored + unchanged + aside + refused + waiting, stored, unchanged, aside, refused, waiting
        )
    return found


def sweep(store: Kept, now: datetime, kept: timedelta) -> int:
    """Forgets settled deliveries of whole days that are older than `kept`; their numbers stay. How many there were.

    What is older than one that still waits is kept until that one is settled. The numbers are written first: who
    breaks off between the two only leaves deliveries behind that are counted no more, for the next sweep.
    """
    until = _cut(store, (now - kept).replace(hour=0, minute=0, second=0, microsecond=0))
    before, swept = _swept(store)
    if until > before:
        live, rest = store.settled_counts(before), store.settled_counts(until)
        for source, own in live.items():
            held = swept.setdefault(source, {})
            for name in SETTLED:
                held[name] = held.get(name, 0) + own.get(name, 0) - rest.get(source, {}).get(name, 0)
        record = store.get_record(NOUN, SWEPT)
        told = {"until": until.isoformat(), "counts": swept}
        if store.put_record(NOUN, SWEPT, told, expected=record.version if record else 0) is None:
            return 0  # another worker sweeps
    return sum(store.forget_deliveries(source, max(before, until)) for source in swept)


def forget_source(store: Kept, source: str, now: datetime) -> None:
    """All that a source's webhook brought and counted, for a source that is removed."""
    while batch := store.waiting(source, MOST_AT_ONCE):
        store.settle({one.delivery.key: REMOVED for one in batch})
    store.forget_deliveries(source, now + timedelta(days=1))
    store.delete_record(TALLY, source)
    while (held := store.get_record(NOUN, SWEPT)) is not None:
        until, swept = _swept(store)
        if swept.pop(source, None) is None:
            return
        told = {"until": until.isoformat(), "counts": swept}
        if store.put_record(NOUN, SWEPT, told, expected=held.version) is not None:
            return


def _cut(store: Kept, until: datetime) -> datetime:
    """Not after the first that waits."""
    waits = [one.delivery.at for source in store.waiting_counts() for one in store.waiting(source, 1)]
    return min([until, *waits])


def _swept(store: Kept) -> tuple[datetime, dict[str, dict[str, int]]]:
    held = store.get_record(NOUN, SWEPT)
    if held is None:
        return BEGINNING, {}
    counts = held.fields["counts"]
    told = counts if isinstance(counts, dict) else {}
    return datetime.fromisoformat(str(held.fields["until"])), {str(k): dict(v) for k, v in told.items()}
