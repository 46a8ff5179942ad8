"""The verbs on estimates that count open tickets: how long it takes now, and what share was done within some hours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ticketlens.answers.desk import Desk
from ticketlens.answers.now import now
from ticketlens.answers.within import USUAL, within
from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import By
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.now import Now
from ticketlens.model.within import Within

PERIODS: tuple[By, ...] = ("day", "week", "month", "quarter")


@dataclass(frozen=True, slots=True)
class Estimates:
    """`desk` gives one look at the store, as of a moment."""

    desk: Callable[[datetime | None], Desk]

    def now(
        self, where: Filter = EVERYTHING, *, metric: str = "ttr.full", clock: str = "calendar", days: int = 28,
        as_of: datetime | None = None,
    ) -> Now:  # fmt: skip
        return now(self.desk(as_of or where.as_of), metric, clock, days, where)

    def within(
        self, where: Filter = EVERYTHING, *, metric: str = "ttr.full", clock: str = "calendar", by: str = "week",
        hours: tuple[int, ...] = USUAL, as_of: datetime | None = None, group_by: str | None = None,
    ) -> Within:  # fmt: skip
        """Of the days that the filter names; without any the last 26 periods."""
        desk = self.desk(as_of or where.as_of)
        grain = next((period for period in PERIODS if period == by), None)
        if grain is None:
            raise ConfigError(f"by: {by!r} is none of {', '.join(PERIODS)}")
        periods = desk.periods(grain, where.first, where.last)
        return within(desk, metric, clock, by, periods, where.between(None, None), hours, group_by)
