"""How long things take now, by what happened in the last days, beside the days before and those of a year ago."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ticketlens.model.filter import Filter
from ticketlens.model.trend import Minutes

Missing = Literal["not reached", "too few"]


@dataclass(frozen=True, slots=True)
class Recent:
    """One window; `last` is its last day, included. Durations in minutes; None stands in `missing` with its reason.

    `watched` tickets were there in the window, `late` of them before it began already; `events` are those that ended
    in it, and `listed` is the filter that lists these. "not reached": tickets of so great an age were not seen, or too
    many are still open; "too few": under 20 events, or under 5 tickets at risk at some age on the way.
    """

    name: Literal["now", "before", "year"]
    first: date
    last: date
    watched: int
    late: int
    events: int
    listed: Filter
    p50: Minutes | None = None
    p75: Minutes | None = None
    p90: Minutes | None = None
    low: Minutes | None = None
    high: Minutes | None = None
    mean: Minutes | None = None
    mean_low: Minutes | None = None
    mean_high: Minutes | None = None
    mean_error: Minutes | None = None
    missing: tuple[tuple[str, Missing], ...] = ()

    def to_json(self) -> dict[str, object]:
        interval = {"of": "mean", "low": self.mean_low, "high": self.mean_high}
        return {
            "from": self.first.isoformat(), "to": self.last.isoformat(), "watched": self.watched, "late": self.late,
            "events": self.events, "p50": self.p50, "p75": self.p75, "p90": self.p90, "low": self.low,
            "high": self.high, "mean": self.mean, "mean_interval": interval, "missing": dict(self.missing),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Now:
    metric: str
    clock: str
    zone: str
    as_of: datetime
    days: int
    horizon: Minutes
    windows: tuple[Recent, Recent, Recent]
    """Now, before, a year ago."""

    sentence: str

    def to_json(self) -> dict[str, object]:
        now, before, year = self.windows
        return {
            "metric": self.metric, "clock": self.clock, "zone": self.zone, "as_of": self.as_of.isoformat(),
            "days": self.days, "horizon": self.horizon, "sentence": self.sentence,
            "now": now.to_json(), "before": before.to_json(), "year": year.to_json(),
        }  # fmt: skip
