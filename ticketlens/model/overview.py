"""What the first page tells: figures of the last complete week against the one before, and what lies behind them."""

from dataclasses import dataclass
from datetime import date, datetime

from ticketlens.model.filter import Filter
from ticketlens.model.topic import Coverage, Topic, TopicFigures
from ticketlens.model.trend import Minutes, Trend


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the metric `id`: `value` in its `unit`, None where there are too few.

    `change` is new minus old in the same unit, or a ratio minus 1 where `relative`; None where nothing is to be
    compared. `worse` says which way is bad: +1 up, -1 down, 0 neither. `series` has one value a week.
    `where` lists exactly the tickets counted by `n`.
    """

    id: str
    name: str
    value: float | None
    unit: str
    n: int
    change: float | None
    relative: bool
    worse: int
    series: tuple[float | None, ...]
    where: Filter


@dataclass(frozen=True, slots=True)
class Part:
    """What one topic adds to the change of the mean wait, in minutes. `topic` None: ungrouped, or pooled as others.

    `share_change` is its share of the tickets now, less its share before.
    """

    topic: Topic | None
    name: str
    speed: Minutes
    mix: Minutes
    n: int
    share_change: float = 0.0

    @property
    def total(self) -> Minutes:
        return self.speed + self.mix


@dataclass(frozen=True, slots=True)
class Why:
    """The change of the restricted mean to `horizon` minutes, split exactly (Kitagawa 1955); parts by size."""

    horizon: Minutes
    before: Minutes
    after: Minutes
    standard_error: Minutes
    parts: tuple[Part, ...]

    @property
    def change(self) -> Minutes:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Overview:
    as_of: datetime
    zone: str
    first: date
    last: date
    label: str
    sentence: str
    headline_topic: Topic | None
    cards: tuple[Card, ...]
    trend: Trend
    why: Why | None
    topics: tuple[TopicFigures, ...]
    topic_count: int
    top_share_tickets: float
    top_share_waited: float
    movers: tuple[TopicFigures, ...]
    coverage: Coverage
    window: tuple[date, date]
    excluded: dict[str, int]


@dataclass(frozen=True, slots=True)
class TopicTable:
    """All topics over a window of days, by customer-hours waited; `total` counts all its tickets, grouped or not."""

    rows: tuple[TopicFigures, ...]
    window: tuple[date, date]
    total: int
    waited_hours: float
    coverage: Coverage
    as_of: datetime
    half: int
    """How many of the largest topics make half of all tickets; 0 where all of them do not."""
