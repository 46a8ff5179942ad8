"""class Comparing: periods and filters against each other, why they differ, and two stretches over each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ticketlens.answers.compare import compare
from ticketlens.answers.desk import Desk
from ticketlens.answers.latest import latest
from ticketlens.answers.overlay import overlay
from ticketlens.answers.sides import Pairing
from ticketlens.answers.trend import Asked
from ticketlens.answers.why import explain
from ticketlens.metrics.periods import By
from ticketlens.model.answer import Survey
from ticketlens.model.comparison import Comparison, Explanation, Overlay
from ticketlens.model.filter import EVERYTHING, Filter


@dataclass(frozen=True)
class Comparing:
    """Every verb raises ConfigError where what is asked for does not exist or does not go together."""

    desk: Callable[[datetime | None], Desk]

    def compare(self, wanted: Pairing, *, as_of: datetime | None = None) -> Comparison:
        """One figure on two sides, with the interval of the difference where there is one."""
        return compare(self._desk(as_of, wanted.where), wanted)

    def why(self, wanted: Pairing, *, split_by: str = "topic", as_of: datetime | None = None) -> Explanation:
        """The change of a mean wait between two sides, split into mix and speed by one field."""
        return explain(self._desk(as_of, wanted.where), wanted, split_by)

    def latest(self, wanted: Pairing, parts: int, *, as_of: datetime | None = None) -> tuple[str, ...]:
        """The newest periods that can be compared: the last `parts` as one stretch of days, then each alone."""
        return latest(self._desk(as_of, wanted.where), wanted, parts)

    def overlay(
        self,
        *,
        metric: str = "ttr.full",
        clock: str = "calendar",
        cohort: str = "arrived",
        by: By = "week",
        first: date | None = None,
        last: date | None = None,
        back: int | None = None,
        where: Filter = EVERYTHING,
        as_of: datetime | None = None,
        survey: Survey | str | None = None,
    ) -> Overlay:
        """Periods beside the same ones a year before, or `back` periods before."""
        desk = self._desk(as_of, where)
        periods = desk.periods(by, first or where.first, last or where.last)
        return overlay(desk, Asked(metric, clock, cohort, by, periods, where.between(None, None), survey=survey), back)

    def _desk(self, as_of: datetime | None, where: Filter) -> Desk:
        return self.desk(as_of or where.as_of)
