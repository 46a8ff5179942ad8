"""What a store keeps of leases: who has the right to do one kind of work, and until when."""

from datetime import datetime
from typing import Protocol


class LeaseStore(Protocol):
    def claim(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
        """True if `holder` has the lease `name` until `now` + `seconds`: it was free, expired or its own already."""

    def release(self, name: str, holder: str) -> None: ...

    def is_claimed(self, name: str, now: datetime) -> bool:
        """Whether anybody has the lease `name` at that moment."""
