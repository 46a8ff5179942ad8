"""What a reading or an import did, in numbers that add up."""

from dataclasses import dataclass
from typing import Literal, Self

MOST_ITEMS = 1_000
Place = Literal["line", "index"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """One record that could not be read: where it stands (a line or an index, both from 1 in files), and why."""

    place: Place
    number: int
    id: str | None
    reason: str

    def to_json(self) -> dict[str, object]:
        return {self.place: self.number, "id": self.id, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Counts:
    """received = stored + unchanged + set_aside + refused, always."""

    received: int = 0
    stored: int = 0
    unchanged: int = 0
    set_aside: int = 0
    refused: int = 0

    @property
    def adds_up(self) -> bool:
        return self.received == self.stored + self.unchanged + self.set_aside + self.refused


@dataclass(frozen=True, slots=True)
class Report(Counts):
    """The counts, the first 1,000 records that were set aside, and what was understood on the way, in sentences."""

    set_aside_items: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()

    def add(self, other: Self) -> Self:
        """Both together; equal notes are said once."""
        return type(self)(
            received=self.received + other.received,
            stored=self.stored + other.stored,
            unchanged=self.unchanged + other.unchanged,
            set_aside=self.set_aside + other.set_aside,
            refused=self.refused + other.refused,
            set_aside_items=(self.set_aside_items + other.set_aside_items)[:MOST_ITEMS],
            notes=tuple(dict.fromkeys(self.notes + other.notes)),
        )

    def to_json(self) -> dict[str, object]:
        return {
            "received": self.received,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "set_aside": self.set_aside,
            "refused": self.refused,
            "set_aside_items": [item.to_json() for item in self.set_aside_items[:MOST_ITEMS]],
            "notes": list(self.notes),
        }
