"""One figure on two sides: two periods, or two filters in the same time; and why it moved between them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ticketlens.model.answer import Survey
from ticketlens.model.filter import Filter
from ticketlens.model.flag import Flag
from ticketlens.model.trend import Minutes, Trend

Verdict = Literal["rose", "fell", "no clear change", "the same", "not compared"]
Kind = Literal["kept", "new", "vanished"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side. `first` to `last` are its days, both included; `as_of` is the moment from which it is seen.

    Durations, in minutes, have `p50` with its interval `low` to `high`, `p90`, and `mean` (restricted to the horizon)
    with `standard_error`. All else has `value`, with `low` and `high` where it is an estimate; what counts by the day
    also has `per_day`, its value a working day. None is "not reached", "too few" or "not known", never 0.
    `where` lists exactly the `n` tickets, None where no list of tickets does. `parts` is 2 where week 53 is compared
    with both its neighbours of a year before: then `value` and `working_days` are the mean of the two weeks. Answers
    are of one `survey`, and no list of tickets has them where tickets do not carry them themselves.
    """

    label: str
    first: date
    last: date
    as_of: datetime
    where: Filter | None
    n: int
    open: int
    working_days: float
    value: float | None = None
    per_day: float | None = None
    p50: Minutes | None = None
    p90: Minutes | None = None
    mean: Minutes | None = None
    standard_error: Minutes | None = None
    low: float | None = None
    high: float | None = None
    too_few: bool = False
    parts: int = 1
    flags: tuple[Flag, ...] = ()
    survey: Survey | None = None
    answers: Filter | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New minus old of the figure that is `of` each side: "mean", "per_day" or "value".

    `value`, `low` and `high` are in the unit of the metric, a share's as a share (0.05 is five points). `relative` is
    new / old - 1; None for shares and scores, and where either side has fewer than 20 tickets.
    """

    of: str
    verdict: Verdict
    value: float | None = None
    low: float | None = None
    high: float | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True)
class CurveTest:
    """The log-rank test of the two whole curves: `verdict` is "slower", "faster" or "no clear difference"."""

    statistic: float
    p: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`against` says what the later side is held against: "previous", "year", "same" (time, another filter), a label.

    `refused` are the reasons why nothing is compared; `notes` what to know when reading it. `calendar` names the
    working days that count. `sentence` says it all in words.
    """

    metric: str
    name: str
    kind: str
    cohort: str
    clock: str
    zone: str
    unit: str
    by: str
    against: str
    as_of: datetime
    horizon: Minutes | None
    before: Side
    after: Side
    change: Change
    curves: CurveTest | None
    calendar: str
    refused: tuple[str, ...]
    notes: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Minutes that something adds to a change, with their 95 % interval."""

    value: Minutes
    low: Minutes
    high: Minutes

    @property
    def clear(self) -> bool:
        """Whether it is bigger than half of its interval's width."""
        return abs(self.value) > (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Reason:
    """What one topic, group, channel, … adds to the change. `keys` are its values of the field, several if pooled.

    A pair is (before, after): tickets, their share of all, and their mean; None where there are no tickets.
    `before` and `after` list them, None where no list does.
    """

    keys: tuple[str, ...]
    name: str
    kind: Kind
    n: tuple[int, int]
    share: tuple[float, float]
    mean: tuple[Minutes | None, Minutes | None]
    speed: Effect
    mix: Effect
    total: Effect
    before: Filter | None
    after: Filter | None

    @property
    def pooled(self) -> bool:
        return len(self.keys) > 1


@dataclass(frozen=True, slots=True)
class Explanation:
    """The change of a restricted mean, split exactly (Kitagawa 1955) by `split_by`; the largest reasons first.

    `old` and `new` are the means that the reasons lead from and to; `before` and `after` describe the sides. Without
    `reasons` nothing is split, and `refused` says why. `notes` tell what to know when reading it.
    """

    metric: str
    name: str
    cohort: str
    clock: str
    zone: str
    split_by: str
    against: str
    as_of: datetime
    horizon: Minutes
    before: Side
    after: Side
    old: Minutes | None
    new: Minutes | None
    change: Effect | None
    speed: Effect | None
    mix: Effect | None
    reasons: tuple[Reason, ...]
    refused: tuple[str, ...]
    notes: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """Two stretches over each other: `before.points[i]` is the partner of `after.points[i]`, seen at the same age.

    A partner without a ticket has n = 0. Where week 53 has none of its own, its two neighbours stand for it together,
    and `labels[i]` names both.
    """

    after: Trend
    before: Trend
    labels: tuple[tuple[str, str], ...]
