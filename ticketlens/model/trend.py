"""A trend: one metric over periods, with its cohort, clock, zone, n and interval."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ticketlens.model.answer import Survey
from ticketlens.model.flag import STANDING, Flag

Minutes = float


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a trend. Durations in minutes; None is "not reached yet" or "too few", never 0.

    `open` counts the cohort's tickets without the event by the trend's `as_of`. `value` stands in place of percentiles
    for shares, scores and amounts. `assumed` counts the tickets of `n` of which a part of the value is assumed, since
    no source tells it. `left_out` counts those of the cohort that the figure is not of, such as tickets without a
    further reply. `as_of` is the moment that it is seen from, where that is earlier than its trend's. `flags` say why
    a period that is over is not `complete` all the same; a share that is not settled has the bounds that it will end
    in as `low` and `high`, and no `value`.
    """

    label: str
    start: date
    end: date
    complete: bool
    n: int
    open: int = 0
    p50: Minutes | None = None
    p75: Minutes | None = None
    p90: Minutes | None = None
    mean: Minutes | None = None
    low: float | None = None
    high: float | None = None
    value: float | None = None
    too_few: bool = False
    assumed: int = 0
    left_out: int = 0
    as_of: datetime | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def standing(self) -> str:
        """In a word or two why it is not complete; "" where it is."""
        if self.complete:
            return ""
        return STANDING[self.flags[0].kind if self.flags else "running"]

    def flagged(self, *flags: Flag) -> "Point":
        """Not complete, for these reasons; a period that is not over has that one alone."""
        if not flags or not (self.complete or self.flags):
            return self
        return replace(self, complete=False, flags=(*self.flags, *flags))

    def to_json(self, *, scalar: bool) -> dict[str, object]:
        shared: dict[str, object] = {
            "start": self.start.isoformat(), "end": self.end.isoformat(), "label": self.label,
            "complete": self.complete, "n": self.n, "open": self.open,
            "left_out": self.left_out, "flags": [flag.to_json() for flag in self.flags],
        }  # fmt: skip
        if self.as_of is not None:
            shared["as_of"] = self.as_of.isoformat()
        interval = {"of": "value" if scalar else "p50", "low": self.low, "high": self.high}
        ends = {"low": self.low, "high": self.high, "interval": interval, "too_few": self.too_few}
        if scalar:
            return {**shared, "value": self.value, **ends, "assumed": self.assumed}
        quantiles = {"p50": self.p50, "p75": self.p75, "p90": self.p90}
        reached = {name: value is not None for name, value in quantiles.items()}
        return {**shared, **quantiles, "mean": self.mean, "reached": reached, **ends}


@dataclass(frozen=True, slots=True)
class Trend:
    metric: str
    kind: str
    cohort: str
    clock: str
    zone: str
    unit: str
    by: str
    as_of: datetime
    horizon: Minutes | None
    points: tuple[Point, ...]
    groups: Mapping[str, tuple[Point, ...]] | None = None
    groups_left_out: int = 0
    """Only the largest groups are told; so many more there are."""

    listed: bool = True
    """Whether lists of tickets hold what is counted; not of all that was solved by a past moment."""

    notes: tuple[str, ...] = ()
    """What to know when reading it, such as that opening hours changed meanwhile."""

    survey: Survey | None = None
    """The survey whose answers are counted, where it is a metric of answers."""

    @property
    def scalar(self) -> bool:
        return self.kind != "duration"

    def to_json(self) -> dict[str, object]:
        """The API's answer; `end` of a period is the first day after it."""
        told: dict[str, object] = {
            "metric": self.metric, "kind": self.kind, "cohort": self.cohort, "clock": self.clock, "zone": self.zone,
            "unit": self.unit, "by": self.by, "as_of": self.as_of.isoformat(), "horizon": self.horizon,
            "notes": list(self.notes),
            "periods": [point.to_json(scalar=self.scalar) for point in self.points],
        }  # fmt: skip
        if self.survey is not None:
            told["survey"] = self.survey.name
        if self.groups is not None:
            told["groups_left_out"] = self.groups_left_out
            told["groups"] = [
                {"key": key, "periods": [point.to_json(scalar=self.scalar) for point in points]}
                for key, points in self.groups.items()
            ]
        return told
