"""What became of all deliveries of each source, also of those that are no longer kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ticketlens.hooks.tally import NOUN as TALLY
from ticketlens.hooks.tally import tally_of
from ticketlens.model.delivery import SETTLED, Outcome
from ticketlens.model.report import Counts
from ticketlens.store.base import RecordStore
from ticketlens.store.deliveries import InboxStore

NOUN = "hooks swept"
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


def hook_counts(store: Kept, sources: Iterable[str]) -> dict[str, HookCounts]:
    """Of the sources that anybody called. A delivery that came again is unchanged: it is kept once."""
    found = {source: _counts(store, source) for source in sources}
    return {source: counts for source, counts in found.items() if counts.received}


def _counts(store: Kept, source: str) -> HookCounts:
    while True:
        until, swept = _swept(store, source)
        live = store.delivery_counts(source, until)
        if _swept(store, source)[0] == until:  # nobody swept between the two
            break
    beside = tally_of(store, source)
    stored, unchanged, aside = (live.get(name, 0) + swept.get(name, 0) for name in SETTLED)
    unchanged += beside["repeated"]
    refused, waiting = beside["refused"], live.get("waiting", 0)
    return HookCounts(stored + unchanged + aside + refused + waiting, stored, unchanged, aside, refused, waiting)


def sweep(store: Kept, source: str, now: datetime, kept: timedelta) -> int:
    """Forgets a source's deliveries of whole days that are older than `kept`; their numbers stay. How many there were.

    What nobody could read in all that time is set aside first. The numbers are written before anything goes: who
    breaks off between the two only leaves deliveries behind that are counted no more, for the next sweep.
    """
    until = (now - kept).replace(hour=0, minute=0, second=0, microsecond=0)
    _give_up(store, source, until, kept)
    before, swept = _swept(store, source)
    if until > before:
        live, rest = store.delivery_counts(source, before), store.delivery_counts(source, until)
        counts = {name: swept.get(name, 0) + live.get(name, 0) - rest.get(name, 0) for name in SETTLED}
        held = store.get_record(NOUN, source)
        told = {"until": until.isoformat(), "counts": counts}
        if store.put_record(NOUN, source, told, expected=held.version if held else 0) is None:
            return 0  # another worker sweeps
    return store.forget_deliveries(source, max(before, until))


def forget_source(store: Kept, source: str, now: datetime) -> None:
    """All that a source's webhook brought and counted, for a source that is removed."""
    while batch := store.waiting(source, MOST_AT_ONCE):
        store.settle({one.delivery.key: REMOVED for one in batch})
    store.forget_deliveries(source, now + timedelta(days=1))
    for noun in (TALLY, NOUN):
        store.delete_record(noun, source)


def _give_up(store: Kept, source: str, until: datetime, kept: timedelta) -> None:
    while old := [one for one in store.waiting(source, MOST_AT_ONCE) if one.delivery.at < until]:
        because = f"it could not be read for {kept.days} days"
        told = {one.delivery.key: f"{because}: {one.outcome.reason}" if one.outcome.reason else because for one in old}
        store.settle({key: Outcome("set_aside", reason) for key, reason in told.items()})


def _swept(store: Kept, source: str) -> tuple[datetime, dict[str, int]]:
    held = store.get_record(NOUN, source)
    if held is None:
        return BEGINNING, {}
    counts = held.fields["counts"]
    return datetime.fromisoformat(str(held.fields["until"])), dict(counts) if isinstance(counts, dict) else {}
