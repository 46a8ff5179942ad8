"""What a store keeps of leases: who has the right to do one kind of work, and until when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has a lease, and until when unless it is renewed."""

    holder: str
    until: datetime


class LeaseStore(Protocol):
    def claim(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
        """True if `holder` has the lease `name` until `now` + `seconds`: it was free, expired or its own already."""

    def release(self, name: str, holder: str) -> None: ...

    def is_claimed(self, name: str, now: datetime) -> bool:
        """Whether anybody has the lease `name` at that moment."""

    def claim_of(self, name: str, now: datetime) -> Claim | None:
        """Who has the lease `name` at that moment; None where nobody has."""
