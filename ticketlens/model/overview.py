"""What the first page tells: figures of the last complete week against the one before, and what lies behind them."""

from dataclasses import dataclass
from datetime import date, datetime

from ticketlens.model.answer import Survey
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Coverage, Topic, TopicFigures
from ticketlens.model.trend import Minutes, Trend

TOO_FEW_YET = "too few yet"
NOT_REACHED = "not reached yet"


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the metric `id`: `value` in its `unit`, None where there are too few.

    `change` is new minus old in the same unit, or a ratio minus 1 where `relative`, a working day where `by_day`; None
    where nothing is to be compared. `note` stands in its place: why not, or that it is no clear one. `worse` says which
    way is bad: +1 up, -1 down, 0 neither. `series` has one value a week.
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
    survey: Survey | None = None
    """Where it is of answers: `where` then lists their tickets only if these carry the ratings themselves."""

    listed: bool = True
    """Whether `where` lists what `n` counts; not all that was solved by a past moment."""

    missing: str = TOO_FEW_YET
    """Why there is no value, where there is none."""

    note: str = ""
    by_day: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one topic adds to the change of the mean wait, in minutes. `topic` None: ungrouped, or pooled as others.

    `share_change` is its share of the tickets now, less its share before; `groups` is how many are pooled in it.
    """

    topic: Topic | None
    name: str
    speed: Minutes
    mix: Minutes
    n: int
    share_change: float = 0.0
    groups: int = 1

    @property
    def total(self) -> Minutes:
        return self.speed + self.mix


@dataclass(frozen=True, slots=True)
class Why:
    """The change of the restricted mean to `horizon` minutes, split exactly (Kitagawa 1955); parts by size.

    Of the tickets that arrived, or were solved, from `first` to `last`, against as many days before: the newest ones
    that were followed so long.
    """

    horizon: Minutes
    before: Minutes
    after: Minutes
    standard_error: Minutes
    parts: tuple[Part, ...]
    first: date
    last: date
    clock: str = "calendar"
    cohort: str = "arrived"

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

    before: int = 0
    """All tickets of as many days before the window."""

    began: date | None = None
    """The day of the first ticket, where that lies in the days before the window: no change is told against them."""

    survey: Survey | None = None
    """The one survey that CSAT is of: that with most answers in the window."""

    currency: str | None = None
    """Of costs; None where no rate is set, and "" where its currency is not."""
