"""What became of each piece of a batch, in numbers that add up."""

from collections.abc import Sequence
from typing import Protocol

from ticketlens.model.report import Report, SetAside
from ticketlens.store.base import Put


class Batch(Protocol):
    """What was read at once, of tickets, answers or customers; `set_aside` could not be read."""

    @property
    def set_aside(self) -> tuple[SetAside, ...]: ...

    def aside(self, index: int, reason: str) -> SetAside: ...


def outcome(batch: Batch, puts: Sequence[Put]) -> Report:
    """`puts`: of each piece that could be read, in order."""
    refused = [batch.aside(index, put.reason) for index, put in enumerate(puts) if put.reason is not None]
    aside = sorted((*batch.set_aside, *refused), key=lambda item: item.number)
    stored = sum(put.stored for put in puts)
    return Report(
        received=len(puts) + len(batch.set_aside),
        stored=stored,
        unchanged=len(puts) - stored - len(refused),
        set_aside=len(aside),
        set_aside_items=tuple(aside),
    )
