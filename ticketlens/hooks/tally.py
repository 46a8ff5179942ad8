"""What is counted in a process and written down in the store now and then: one write for many calls.

Of webhooks that is what left no delivery behind: refused calls, and repeated ones, to which pings are counted too.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ticketlens.store.base import RecordStore

NOUN = "hook tally"
Kind = Literal["refused", "repeated"]
KINDS = ("refused", "repeated")


@dataclass
class Tally:
    """One a process. What was not written when a process is killed was neither received nor refused: sums still fit."""

    records: RecordStore
    noun: str = NOUN
    kinds: tuple[str, ...] = KINDS
    _counted: Counter[tuple[str, str]] = field(default_factory=Counter, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _writing: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def add(self, source: str, kind: str) -> None:
        self.add_all(source, {kind: 1})

    def add_all(self, source: str, numbers: Mapping[str, int]) -> None:
        """All or none of them are in what is written down."""
        with self._guard:
            for kind, n in numbers.items():
                self._counted[source, kind] += n

    def write(self) -> None:
        """Adds what was counted since to what stands in the store; what cannot be written stays counted."""
        with self._writing:
            with self._guard:
                told, self._counted = self._counted, Counter()
            while told:
                source = next(iter(told))[0]
                own = {kind: told[source, kind] for kind in self.kinds}
                try:
                    self._add(source, own)
                except BaseException:
                    with self._guard:
                        self._counted += told
                    raise
                told = Counter({key: n for key, n in told.items() if key[0] != source})

    def _add(self, source: str, own: Mapping[str, int]) -> None:
        while True:
            held = self.records.get_record(self.noun, source)
            before = _numbers(held.fields if held else {}, self.kinds)
            after = {kind: before[kind] + own[kind] for kind in before}
            if self.records.put_record(self.noun, source, after, expected=held.version if held else 0) is not None:
                return


def tally_of(records: RecordStore, source: str, noun: str = NOUN, kinds: tuple[str, ...] = KINDS) -> dict[str, int]:
    """The numbers of a source as they were written down."""
    held = records.get_record(noun, source)
    return _numbers(held.fields if held else {}, kinds)


def _numbers(fields: Mapping[str, object], kinds: tuple[str, ...]) -> dict[str, int]:
    return {kind: int(str(fields.get(kind, 0))) for kind in kinds}
