"""One figure on two sides as the Trends page shows it: which sides, a small table, and what to do where it fails."""

from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from ticketlens.answers.sides import Pairing
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.periods import By, parse_period
from ticketlens.model.comparison import Comparison, Explanation
from ticketlens.model.trend import Trend
from web.pages import asked, versus
from web.pages import compare_words as words
from web.pages import days as days_of
from web.pages.compare_table import Line, lines
from web.pages.kept import kept
from web.pages.remedies import Remedy, remedies

LATEST = 6
PARTS = {"day": 7, "week": 4, "month": 1, "quarter": 1}
"""How many periods are compared together, where none is named: enough tickets to tell a change from chance."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`names` and `days` of both sides in words, the earlier one first."""

    told: Comparison
    title: str
    note: str
    names: tuple[str, str]
    days: tuple[str, str]
    lines: tuple[Line, ...]
    remedies: tuple[Remedy, ...]
    notes: tuple[str, ...]

    @property
    def calendar(self) -> str:
        """Which days are working days: those of opening hours by their name, or Monday to Friday."""
        name = self.told.calendar
        return name if " " in name else f"those of the opening hours “{name}”"


def pairing(trend: Trend) -> Pairing:
    """What the address asks to be compared; without days of its own the newest stretch that can be.

    Where a year before is drawn under the trend, it is compared with that too.
    """
    now = asked.asked()
    drawn = "year" if now["over"] == "year" and now.versus is None else None
    wanted = Pairing(
        metric=trend.metric, clock=trend.clock, cohort=trend.cohort, by=cast(By, trend.by),
        period=now["period"] or None, against=now["against"] or drawn, where=now.where,
        versus=versus.other_side(now.where, now.versus), survey=trend.survey,
    )  # fmt: skip
    if wanted.period or now.where.first or now.where.last:
        return wanted
    return replace(wanted, period=newest(wanted)[0])


def newest(wanted: Pairing) -> tuple[str, ...]:
    """The periods that can be chosen: the default first, then single ones."""
    comparing, parts = asked.lens().comparing, PARTS[wanted.by]
    _, *alone = comparing.latest(wanted, LATEST)
    return (comparing.latest(wanted, parts)[0], *alone) if parts > 1 else tuple(alone)


def newest_days(wanted: Pairing) -> list[tuple[str, str]]:
    """The same with their days in words."""
    zone = asked.lens().zone
    return [(label, _label_days(label, zone)) for label in newest(wanted)]


def _label_days(label: str, zone: str) -> str:
    first, dots, last = label.partition("..")
    if dots:
        return days_of.day_range(date.fromisoformat(first), date.fromisoformat(last))
    period = parse_period(label, zone)
    days = days_of.period_days(period.start, period.end)
    week = words.WEEK.fullmatch(label)
    return f"week {int(week[1])}, {days}" if week else days


def comparison(wanted: Pairing) -> Comparison:
    """Money is told in its currency."""
    lens = asked.lens()
    told = kept(("compare", repr(wanted), lens.as_of()), lambda: lens.comparing.compare(wanted))
    return replace(told, unit=lens.settings.currency or told.unit) if told.unit == "money" else told


def explanation(wanted: Pairing, split_by: str) -> Explanation | None:
    """Why it moved; only durations are split."""
    lens = asked.lens()
    if BY_ID[wanted.metric].kind != "duration":
        return None
    return kept(("why", repr(wanted), split_by, lens.as_of()), lambda: lens.comparing.why(wanted, split_by=split_by))


def compared(told: Comparison, trend: Trend) -> Compared:
    return Compared(
        told,
        words.title(told),
        words.note(told),
        words.names(told),
        words.days(told),
        lines=tuple(lines(told, trend)),
        remedies=tuple(remedies(told)),
        notes=tuple(words.spoken(told, text) for text in told.notes),
    )
