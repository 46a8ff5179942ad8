"""A comparison in the words and units of a reader."""

import re
from datetime import date

from ticketlens.metrics.contract import BY_ID
from ticketlens.model.comparison import Comparison, Explanation, Side
from web import wording
from web.pages import days as days_of
from web.pages import versus

JOINER = "\u2060"
DASHED = re.compile(rf"(?<=\d){wording.DASH}(?=\d)")
"""In a narrow heading "1–30 September" would end a line at its dash."""
DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
WEEK = re.compile(r"\d{4}-W(\d\d)")


def title(told: Comparison) -> str:
    """The change in one phrase: "Up 5 h", "No clear change"."""
    change = told.change
    if change.value is None:
        return "Not compared"
    if change.verdict == "no clear change":
        return "No clear change"
    if change.verdict == "the same":
        return "The same on both sides"
    way = "Up" if change.value > 0 else "Down"
    share = f", {wording.change(change.relative, '', relative=True)}" if change.relative is not None else ""
    return f"{way} {amount(told, abs(change.value))}{share}"


def note(told: Comparison) -> str:
    """How large the difference is, and between what it may lie."""
    change = told.change
    if change.value is None:
        return "Both sides as they are, with the reason why they are not held against each other"
    interval = ""
    if change.low is not None and change.high is not None:
        interval = f" · 95 % {signed(told, change.low)} to {signed(told, change.high)}"
    of = {"mean": f"means of the first {wording.horizon(told.horizon or 0, told.clock)}", "per_day": "a working day"}
    return f"{signed(told, change.value)}{interval}" + (f" · {of[change.of]}" if change.of in of else "")


def yardstick(told: Comparison) -> wording.Yardstick:
    """What both sides and their difference are told in."""
    return wording.yardstick(*(getattr(one, told.change.of) for one in (told.before, told.after)))


def amount(told: Comparison, value: float) -> str:
    """A difference without its sign."""
    if told.unit == "share":
        return f"{value * 100:.1f}{wording.NBSP}pts"
    if told.unit == "minutes":
        return yardstick(told).change(value)
    unit = {"hours": "h"}.get(told.unit, "" if told.unit in wording.UNITLESS else told.unit)
    return wording.number(value, 0 if value >= 100 or value.is_integer() else 1) + (unit and f"{wording.NBSP}{unit}")


def signed(told: Comparison, value: float) -> str:
    return wording.signed(value, amount(told, abs(value)))


def figure(told: Comparison, side: Side) -> str:
    """The figure that is compared, of one side."""
    value = getattr(side, told.change.of)
    if value is None:
        return "too few" if side.too_few else "not known"
    if told.unit == "minutes":
        return yardstick(told).figure(value)
    if told.change.of == "per_day":
        return f"{amount(told, value)} a working day"
    return wording.measure(value, "share" if told.unit == "share" else told.unit)


def heading(told: Comparison) -> str:
    return BY_ID[told.metric].heading


def names(told: Comparison) -> tuple[str, str]:
    """What the sides are called: their days, or where those are the same their filters."""
    if told.against != "same":
        return days(told)
    before, after = told.before.where, told.after.where
    if before is None or after is None:
        return "the other filter", "this filter"
    return versus.words(before, after), versus.words(after, before)


def days(told: Comparison) -> tuple[str, str]:
    both = [_days(side, year=_with_year(told)) for side in (told.before, told.after)]
    return both[0], both[1]


def _with_year(told: Comparison | Explanation) -> bool:
    return any(days_of.another_year(side.last) for side in (told.before, told.after))


def _days(side: Side, *, year: bool) -> str:
    week = WEEK.fullmatch(side.label)
    both = DASHED.sub(f"{JOINER}{wording.DASH}{JOINER}", wording.day_range(side.first, side.last, year=year))
    return f"week {int(week[1])}, {both}" if week else both


def spoken(told: Comparison | Explanation, text: str) -> str:
    """A sentence of the core with its periods and days as a person says them."""
    year = _with_year(told)
    for side in (told.before, told.after):
        text = text.replace(side.label, wording.day_range(side.first, side.last, year=year))
    text = DATE.sub(lambda day: wording.day(date.fromisoformat(day[0]), year=year), text)
    return wording.bound(text[:1] + text[1:].replace(told.name, wording.within(told.name)))
