"""Whether the first page may tell a change, and how: by the rules that comparisons follow, on its own two windows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ticketlens.answers.desk import Desk
from ticketlens.answers.flags import Reading, shared
from ticketlens.answers.observed import unseen
from ticketlens.answers.sides import Look, ripe
from ticketlens.answers.trend import Asked, horizon_of
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import TOO_FEW, Score, difference
from ticketlens.metrics.working_days import working_days
from ticketlens.model.filter import Filter
from ticketlens.model.flag import FlagKind
from ticketlens.model.trend import Point

UNCLEAR = "no clear change"
REFUSED: Mapping[FlagKind, str] = {
    "running": "not over yet", "empty": "no ticket before", "connected": "a source begins here",
    "gap": "not read whole", "maturing": "too young to compare",
}  # fmt: skip
"""Why nothing is compared, in the room of a card."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`change` is a difference, or a ratio less 1 where `relative`; `note` stands in its place where there is one."""

    change: float | None = None
    relative: bool = False
    note: str = ""
    by_day: bool = False


@dataclass(frozen=True)
class Judge:
    """Two windows of one filter, the newer one second."""

    desk: Desk
    before: Period
    window: Period
    where: Filter

    @cached_property
    def refused(self) -> str:
        """What keeps every figure of a window from being compared; asked once for all."""
        looks = tuple(Look(self.desk, period, self.where) for period in (self.window, self.before))
        reading = Reading(self.desk, looks)
        found = (flag.kind for look in looks for flag in shared(look, reading))
        return next((REFUSED[kind] for kind in found), "")

    def median(self, old: Point, new: Point, asked: Asked) -> Verdict:
        """Of two medians with their intervals; an interval without an end covers everything."""
        if old.p50 is None or new.p50 is None:
            return Verdict()
        young = not ripe(self.desk, self.window, BY_ID[asked.metric], asked, horizon_of(asked.clock))
        if note := self.refused or (REFUSED["maturing"] if young else ""):
            return Verdict(note=note)
        if None in (old.low, old.high, new.low, new.high):
            return Verdict(new.p50 - old.p50, note=UNCLEAR)
        return _told(_score(old, old.p50), _score(new, new.p50))

    def share(self, metric: str, old: Score | Point | None, new: Score | Point | None) -> Verdict:
        """Of two shares, in points."""
        if old is None or new is None or old.value is None or new.value is None:
            return Verdict()
        asked = Asked(metric, "calendar", "solved", "week", ())
        young = not ripe(self.desk, self.window, BY_ID[metric], asked, horizon_of("calendar"))
        if note := self.refused or (REFUSED["maturing"] if young else ""):
            return Verdict(note=note)
        return _told(_score(old, old.value), _score(new, new.value))

    def flow(self, old: Point, new: Point) -> Verdict:
        """Of two sums, by the working day; no percentage of fewer than 20 tickets."""
        if old.value is None or new.value is None:
            return Verdict(note=REFUSED["empty"] if new.value is not None else "")
        own = next((REFUSED[flag.kind] for flag in (*new.flags, *old.flags)), "")
        if note := self.refused or own:
            return Verdict(note=note)
        if min(old.n, new.n) < TOO_FEW or not old.value:
            return Verdict(note=f"{old.value:,.0f} before")
        calendar = working_days(self.desk.clocks.schedules)
        days = [calendar.count(period.start, period.end) for period in (self.before, self.window)]
        if days[0] == days[1] or not all(days):
            return Verdict(new.value / old.value - 1, relative=True)
        return Verdict(new.value / days[1] / (old.value / days[0]) - 1, relative=True, by_day=True)

    def moment(self, old: int, new: int) -> Verdict:
        """Of what was open at the end of each window."""
        ends = [min(period.end_at, self.desk.as_of) for period in (self.before, self.window)]
        if not self.refused and unseen(self.desk, self.where, ends[0], ends[1]):
            return Verdict(note="some are observed no longer")
        return Verdict(note=self.refused) if self.refused else Verdict(float(new - old))


def _score(told: Score | Point, value: float) -> Score:
    low, high = (value if end is None else end for end in (told.low, told.high))
    return Score(value, low, high, told.n)


def _told(old: Score, new: Score) -> Verdict:
    found = difference(old, new)
    return Verdict(found.value, note=UNCLEAR if found.low <= 0 <= found.high else "")
