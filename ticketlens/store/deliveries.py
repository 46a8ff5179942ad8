"""What every store does with deliveries, in words and types."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ticketlens.model.delivery import Became, Delivery, DeliveryKey, KeptDelivery, Outcome


class InboxStore(Protocol):
    def put_deliveries(self, batch: Sequence[Delivery]) -> list[bool]:
        """Keep what is not kept yet, on disk and waiting; of each, in the order given, whether it is new.

        What is written once can be told as new twice where two ask at the same moment, and never the other way round.
        """

    def waiting(self, source: str, limit: int) -> list[KeptDelivery]:
        """Those of a source that nobody settled, oldest first."""

    def settle(self, outcomes: Mapping[DeliveryKey, Outcome]) -> None:
        """What became of them; with WAITING they are to be read once more. Unknown ones are passed over."""

    def deliveries(
        self, source: str, *, became: Became | None = None, before: int | None = None, limit: int = 50
    ) -> list[KeptDelivery]:
        """Newest first, those with a number below `before`."""

    def delivery(self, source: str, number: int) -> KeptDelivery | None: ...

    def waiting_counts(self) -> dict[str, int]:
        """How many wait, of each source of which any does."""

    def delivery_counts(self, source: str, since: datetime) -> dict[Became, int]:
        """How many of a source wait, of any age, and what became of those that came at that moment or later.

        All of one moment: one that is settled meanwhile is counted once.
        """

    def forget_deliveries(self, source: str, until: datetime) -> int:
        """Drop the settled ones that came before that moment; how many there were."""
