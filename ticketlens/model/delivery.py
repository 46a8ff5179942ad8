"""Deliveries of webhooks: the bytes as they came, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Became = Literal["waiting", "stored", "unchanged", "set_aside"]
SETTLED: tuple[Became, ...] = ("stored", "unchanged", "set_aside")

DeliveryKey = tuple[str, str]
"""Source, and the name of the delivery: under these two it is kept once, however often it comes."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of a helpdesk, proven to be its own. Header names are in lower case; `at` is when it came."""

    source: str
    name: str
    body: bytes
    headers: Mapping[str, str]
    at: datetime

    @property
    def key(self) -> DeliveryKey:
        return self.source, self.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery; a sentence says why one was set aside. WAITING is the state of one not yet read."""

    became: Became
    reason: str | None = None


WAITING = Outcome("waiting")


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """`number` grows with each delivery that is kept: who came first has the lesser one."""

    number: int
    delivery: Delivery
    outcome: Outcome
