"""A customer: who asks, with what they are worth where a file tells it. No name and no address is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """`id` is the `requester` of their tickets. Money in `currency` (ISO 4217), rounded to hundredths.

    `since` is when they became a customer, `churned_at` when they were lost; None is not known, or not lost.
    """

    id: str
    updated_at: datetime
    organization: str | None = None
    value_per_year: float | None = None
    currency: str | None = None
    since: datetime | None = None
    churned_at: datetime | None = None
    orders_per_year: float | None = None
    average_order_value: float | None = None
    custom: Mapping[str, str] = field(default_factory=dict)

    @property
    def worth_per_year(self) -> float | None:
        """What is told, else average order value times orders a year."""
        if self.value_per_year is not None:
            return self.value_per_year
        if self.average_order_value is None or self.orders_per_year is None:
            return None
        return self.average_order_value * self.orders_per_year
