"""Tickets measured anew after a change of zone, opening hours, holidays or rules: those that it touches, and no others.

How far it is stands in the store after each page of tickets: whoever is killed is followed by another that goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ticketlens.hours.breaks import changed, note
from ticketlens.hours.derivation import Derivation, Touched
from ticketlens.hours.opening import Hours
from ticketlens.model.ticket import Ticket
from ticketlens.store.base import Key, Prepared, Record, Store

NOUN, SETTINGS, UNDER_WAY = "derived", "settings", "measuring"
PAGE = 500
STALE = "what is measured, zone, opening hours, holidays, targets or exclusions changed"

Prepare = Callable[[Ticket], Prepared]


@dataclass(frozen=True, slots=True)
class Progress:
    """`seen` of `total` tickets were looked at, and `measured` of those measured again."""

    seen: int
    total: int
    measured: int


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """`befores`: what tickets behind `after` may still be measured by; the ones up to it are measured by `to`."""

    to: dict[str, Any]
    befores: tuple[dict[str, Any], ...]
    after: Key | None
    progress: Progress

    def fields(self) -> dict[str, object]:
        one = self.progress
        return {
            "to": self.to, "befores": list(self.befores), "after": list(self.after) if self.after else None,
            "seen": one.seen, "total": one.total, "measured": one.measured,
        }  # fmt: skip


@dataclass(frozen=True)
class Measuring:
    store: Store
    hours: Hours
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def stale(self) -> bool:
        """Whether any day or duration in the store was computed by something else than what is set now."""
        held = self._derived()
        if held is None:
            return self.store.span() is not None
        return held.fields != self.hours.derivation.fields() or self._under_way() is not None

    def pending(self) -> list[str]:
        """That times are not those of the settings, with the remedy; nothing where they are."""
        if not self.stale():
            return []
        under_way = self.progress()
        far = f" ({under_way.seen:,} of {under_way.total:,} tickets looked at)" if under_way else ""
        return [f"{STALE}: a worker recomputes times by itself{far}; without one, run ticketlens cluster"]

    def begin(self) -> None:
        """Before the first ticket of a process is stored: an empty store begins with what is set now."""
        self.hours.keep()
        if self._derived() is None and self.store.span() is None:
            self.store.put_record(NOUN, SETTINGS, self.hours.derivation.fields(), expected=0)

    def progress(self) -> Progress | None:
        """How far it is, where somebody is at it or was killed; None otherwise."""
        under_way = self._under_way()
        return None if under_way is None else under_way.progress

    def run(self, prepare: Prepare) -> Iterator[Progress]:
        """Goes on where it stands, page by page; what was told is on disk. To be asked by who has the lease."""
        self.hours.keep()
        now = self.hours.derivation
        state = self._begun(now.fields())
        touched = Touched([Derivation.read(fields) for fields in state.befores], now)
        yield state.progress
        for page in _pages(self.store.each_raw(state.after)):
            measured = [prepare(ticket) for ticket in page if touched(ticket)]
            if measured:
                self.store.put_derived(measured)
            one, last = state.progress, page[-1]
            seen = one.seen + len(page)
            progress = Progress(seen, max(one.total, seen), one.measured + len(measured))
            state = replace(state, after=(last.source, last.id), progress=progress)
            self.store.put_record(NOUN, UNDER_WAY, state.fields())
            yield progress
        self.store.put_record(NOUN, SETTINGS, now.fields())
        self.store.delete_record(NOUN, UNDER_WAY)

    def _begun(self, to: dict[str, object]) -> _UnderWay:
        """What is under way to the same end; else a new walk, that knows what tickets may be measured by."""
        under_way, held = self._under_way(), self._derived()
        if under_way is not None and under_way.to == to:
            return under_way
        befores = [dict(held.fields) if held else {}]
        if under_way is not None:
            befores = [*under_way.befores, under_way.to]
        if befores[-1]:
            note(self.store, changed(Derivation.read(befores[-1]), self.hours.derivation), self.now())
        state = _UnderWay(to, tuple(befores), None, Progress(0, self.store.count_part("tickets"), 0))
        self.store.put_record(NOUN, UNDER_WAY, state.fields())
        return state

    def _derived(self) -> Record | None:
        return self.store.get_record(NOUN, SETTINGS)

    def _under_way(self) -> _UnderWay | None:
        record = self.store.get_record(NOUN, UNDER_WAY)
        if record is None:
            return None
        told: Any = record.fields
        after = told["after"]
        progress = Progress(told["seen"], told["total"], told["measured"])
        return _UnderWay(told["to"], tuple(told["befores"]), (after[0], after[1]) if after else None, progress)


def _pages(tickets: Iterator[Ticket]) -> Iterator[Sequence[Ticket]]:
    page: list[Ticket] = []
    for ticket in tickets:
        page.append(ticket)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
