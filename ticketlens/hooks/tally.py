"""What came and left no delivery behind: refused calls, and repeated ones, to which pings are counted too."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ticketlens.store.base import RecordStore

NOUN = "hook tally"
Kind = Literal["refused", "repeated"]


@dataclass
class Tally:
    """One a process. What was not written when a process is killed was neither received nor refused: sums still fit."""

    records: RecordStore
    _counted: Counter[tuple[str, Kind]] = field(default_factory=Counter, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _writing: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def add(self, source: str, kind: Kind) -> None:
        with self._guard:
            self._counted[source, kind] += 1

    def write(self) -> None:
        """Adds what was counted since to what stands in the store; what cannot be written stays counted."""
        with self._writing:
            with self._guard:
                told, self._counted = self._counted, Counter()
            while told:
                source = next(iter(told))[0]
                own = {kind: told[source, kind] for kind in ("refused", "repeated")}
                try:
                    self._add(source, own)
                except BaseException:
                    with self._guard:
                        self._counted += told
                    raise
                told = Counter({key: n for key, n in told.items() if key[0] != source})

    def _add(self, source: str, own: Mapping[str, int]) -> None:
        while True:
            held = self.records.get_record(NOUN, source)
            before = _numbers(held.fields if held else {})
            after = {kind: before[kind] + own[kind] for kind in before}
            if self.records.put_record(NOUN, source, after, expected=held.version if held else 0) is not None:
                return


def tally_of(records: RecordStore, source: str) -> dict[str, int]:
    """(refused, repeated) of a source as it was written down."""
    held = records.get_record(NOUN, source)
    return _numbers(held.fields if held else {})


def _numbers(fields: Mapping[str, object]) -> dict[str, int]:
    return {kind: int(str(fields.get(kind, 0))) for kind in ("refused", "repeated")}
