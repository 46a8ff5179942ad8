"""The share of what arrived that had its event within some hours, by period of arrival."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """The share within `hours`, 0 to 1, with its 95 % interval; None where it is not known.

    `unripe`: the youngest ticket of the period may be younger than `hours`, so the share stands on the older ones; it
    is drawn hatched and compared with nothing.
    """

    hours: int
    share: float | None
    low: float | None
    high: float | None
    unripe: bool


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One period of arrival: `n` tickets, `open` of them without the event; under 20 events it is `too_few`."""

    label: str
    start: date
    end: date
    complete: bool
    n: int
    open: int
    too_few: bool
    within: tuple[Reached, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "start": self.start.isoformat(), "end": self.end.isoformat(), "label": self.label,
            "complete": self.complete, "n": self.n, "open": self.open, "too_few": self.too_few,
            "within": [asdict(one) for one in self.within],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Within:
    metric: str
    clock: str
    zone: str
    by: str
    as_of: datetime
    hours: tuple[int, ...]
    periods: tuple[Arrivals, ...]
    groups: Mapping[str, tuple[Arrivals, ...]] | None = None
    groups_left_out: int = 0

    def to_json(self) -> dict[str, object]:
        told: dict[str, object] = {
            "metric": self.metric, "clock": self.clock, "zone": self.zone, "by": self.by,
            "as_of": self.as_of.isoformat(), "hours": list(self.hours),
            "periods": [period.to_json() for period in self.periods],
        }  # fmt: skip
        if self.groups is not None:
            told["groups_left_out"] = self.groups_left_out
            told["groups"] = [
                {"key": key, "periods": [period.to_json() for period in periods]}
                for key, periods in self.groups.items()
            ]
        return told
