"""How numbers, durations and dates are written for a reader. One place decides every threshold.

Unknown is told in words, never as 0. Units are bound to their number by a no-break space.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
UNKNOWN = DASH
_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:min|h|days|%|tickets?)\b|%)")

HOUR = 60.0
DAY = 24 * HOUR
MINUTES_UP_TO = 90.0
HOURS_UP_TO = 2 * DAY
SMALLEST_SAMPLE = 20
ONE_DECIMAL_UNDER = 9.95
TOLERANCE = 1e-6
UNITLESS = ("tickets", "count", "points", "money")
"""Units that are not written after a figure; a currency is."""
SURELY_ONE = ("language", "channel", "group", "brand", "priority", "source", "status")
"""Fields of which every ticket has a value, whether anybody told it or not."""
LEFT_OUT = {"no_customer_message": "to which no customer wrote", "bot_only": "that bots alone answered"}


def number(value: float | None, digits: int = 0) -> str:
    """1284 -> "1,284"."""
    return UNKNOWN if value is None else f"{value:,.{digits}f}".replace("-", MINUS)


def left_out(reason: str) -> str:
    """What tickets are that no figure counts: "3 tickets" and this."""
    return LEFT_OUT.get(reason, reason)


def duration(minutes: float | None) -> str:
    """Minutes up to 90, hours under two days, days from there on; one decimal below ten."""
    if minutes is None:
        return UNKNOWN
    if minutes < 0:
        return MINUS + duration(-minutes)
    if minutes < 1:
        return f"under 1{NBSP}min" if minutes > 0 else f"0{NBSP}min"
    if round(minutes) < MINUTES_UP_TO:
        return f"{minutes:.0f}{NBSP}min"
    if round(minutes / HOUR) < HOURS_UP_TO / HOUR:
        return f"{_short(minutes / HOUR)}{NBSP}h"
    return f"{_short(minutes / DAY)}{NBSP}days"


def at_most(word: str, minutes: float) -> str:
    """ "within 19 h", "up to 19 h"; of what is less than the shortest time that is told apart "in under 1 min"."""
    if 0 < minutes < 1:
        return f"{'in ' if word == 'within' else ''}{duration(minutes)}"
    return f"{word} {duration(minutes)}"


def alike(*minutes: float | None) -> tuple[str, ...]:
    """Durations that are held against each other, in one unit: that of the largest, hours up to four days."""
    most = max((abs(value) for value in minutes if value is not None), default=0.0)
    if most < MINUTES_UP_TO or most >= 2 * HOURS_UP_TO:
        divisor, unit = (1.0, "min") if most < MINUTES_UP_TO else (DAY, "days")
    else:
        divisor, unit = HOUR, "h"
    return tuple(
        duration(value) if value is None or 0 < value < 1 else f"{_short(value / divisor)}{NBSP}{unit}"
        for value in minutes
    )


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What two durations and their difference are told in: one unit of `divisor` minutes, as few digits as agree."""

    divisor: float
    unit: str
    digits: int

    def figure(self, minutes: float | None) -> str:
        if minutes is None:
            return UNKNOWN
        if 0 < minutes < 1 and self.divisor == 1:
            return duration(minutes)
        return f"{number(minutes / self.divisor, self.digits)}{NBSP}{self.unit}"

    def change(self, minutes: float) -> str:
        """Of the difference or an end of its interval, without the sign."""
        return f"{_short(abs(minutes) / self.divisor)}{NBSP}{self.unit}"


def yardstick(before: float | None, after: float | None) -> Yardstick:
    """Minutes up to 90; days where the difference is one or more and the larger is four or more; else hours."""
    known = [value for value in (before, after) if value is not None] or [0.0]
    most, between = max(abs(value) for value in known), known[-1] - known[0]
    if most < MINUTES_UP_TO:
        divisor, unit = 1.0, "min"
    elif most >= 2 * HOURS_UP_TO and abs(between) >= DAY:
        divisor, unit = DAY, "days"
    else:
        divisor, unit = HOUR, "h"
    return Yardstick(divisor, unit, _agreeing(known[0] / divisor, known[-1] / divisor))


def _agreeing(before: float, after: float) -> int:
    """As few digits as show the difference of two figures as it is told beside them."""
    told = round(after - before, 0 if abs(after - before) >= ONE_DECIMAL_UNDER else 1)
    shown = (round(after, digits) - round(before, digits) for digits in (0, 1))
    return next((digits for digits, seen in enumerate(shown) if abs(seen - told) < TOLERANCE), 2)


def fraction(share: float) -> str:
    """About how much of a whole: "two thirds", "most", "all"."""
    names = ((0.15, "a tenth"), (0.22, "a fifth"), (0.29, "a quarter"), (0.42, "a third"), (0.58, "half"),
             (0.71, "two thirds"), (0.82, "three quarters"), (0.95, "most"))  # fmt: skip
    return next((name for least, name in names if share < least), "all")


def horizon(minutes: float, clock: str) -> str:
    """How far a restricted mean goes: "14 days", "80 business hours"."""
    return f"{number(minutes / HOUR)}{NBSP}business hours" if clock == "business" else duration(minutes)


def seconds(value: float | None) -> str:
    return duration(None if value is None else value / 60)


def percent(share: float | None, digits: int = 1) -> str:
    """0.141 -> "14.1 %"."""
    return UNKNOWN if share is None else f"{share * 100:,.{digits}f}{NBSP}%".replace("-", MINUS)


def signed(value: float, text: str) -> str:
    """`text` of the absolute value with the sign of `value` in front."""
    return f"{'+' if value > 0 else MINUS if value < 0 else '±'}{text}"


def change(value: float | None, unit: str, *, relative: bool = False) -> str:
    """The difference of two figures: "+5 h", "−0.4 pts", "+9 %"."""
    if value is None:
        return UNKNOWN
    if relative:
        return signed(round(value, 2), percent(abs(value), 0))
    if unit == "minutes":
        return signed(value, duration(abs(value)))
    if unit == "hours of minutes":
        return signed(round(value / HOUR, 1), f"{abs(value) / HOUR:,.1f}{NBSP}h")
    if unit == "share":
        return signed(value, f"{abs(value) * 100:.1f}{NBSP}pts")
    if unit == "points":
        return signed(round(value, 1), number(abs(value), 1))
    return signed(value, number(abs(value)) + (f"{NBSP}h" if unit == "hours" else ""))


def measure(value: float | None, unit: str) -> str:
    """A figure in its unit, as a card or a table shows it."""
    if value is None:
        return UNKNOWN
    if unit == "minutes":
        return duration(value)
    if unit == "share":
        return percent(value)
    if unit == "hours":
        return f"{number(value)}{NBSP}h"
    told = number(value, 1 if unit == "points" and not float(value).is_integer() else 0)
    return told if unit in UNITLESS else f"{told}{NBSP}{unit}"


def count(n: int, noun: str, many: str | None = None) -> str:
    """1 -> "1 ticket", 2214 -> "2,214 tickets"."""
    return f"{number(n)}{NBSP}{noun if n == 1 else many or noun + 's'}"


def day(value: date, *, year: bool = False) -> str:
    return f"{value.day}{NBSP}{value:%B}" + (f"{NBSP}{value.year}" if year else "")


def day_range(first: date, last: date, *, year: bool = False) -> str:
    """Both days included: "9–15 November", "28 September – 4 October"; the year where the two differ in it."""
    if first == last:
        return day(first, year=year)
    if first.year != last.year:
        return f"{day(first, year=True)} {DASH} {day(last, year=True)}"
    if first.month != last.month:
        return f"{day(first)} {DASH} {day(last, year=year)}"
    return f"{first.day}{DASH}{day(last, year=year)}"


def short_range(first: date, last: date, *, year: bool = False) -> str:
    """The same where there is little room: "25 Oct – 21 Nov"."""
    return re.sub(r"\b([A-Z][a-z]{2})[a-z]+", r"\1", day_range(first, last, year=year))


def dated(text: str) -> str:
    """A sentence of the core with its days, weeks, months and quarters as a person says them, each with its year."""
    text = re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda found: day(date.fromisoformat(found[0]), year=True), text)
    text = re.sub(r"\b(\d{4})-W(\d{2})\b", lambda found: f"week{NBSP}{int(found[2])} of {found[1]}", text)
    text = re.sub(r"\b(\d{4})-Q(\d)\b", lambda found: f"quarter{NBSP}{found[2]} of {found[1]}", text)
    return re.sub(r"\b(\d{4}-\d{2})\b", lambda found: f"{date.fromisoformat(f'{found[1]}-01'):%B{NBSP}%Y}", text)


def within(name: str) -> str:
    """A name inside a sentence: "Reopen rate" begins small there, "SLA breach rate" does not."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def breaking(days: str) -> str:
    """The same where a line may end before the year."""
    return re.sub(rf"{NBSP}(?=\d{{4}}\b)", " ", days)


def period_days(start: date, end: date, *, year: bool = False) -> str:
    """A period whose `end` is the first day after it."""
    return day_range(start, end - timedelta(days=1), year=year)


def moment(at: datetime, zone: str, *, year: bool = False) -> str:
    """ "Thu 19 Nov 09:12" in `zone`, "Wed 24 Dec 2025 17:41" with its year."""
    local = at.astimezone(ZoneInfo(zone))
    told = [f"{local:%a}", str(local.day), f"{local:%b}", *([str(local.year)] if year else []), f"{local:%H:%M}"]
    return NBSP.join(told)


def stamp(at: datetime, zone: str) -> str:
    """ "19 Nov 2026 09:12" in `zone`: with its year, for single tickets."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day}{NBSP}{local:%b}{NBSP}{local.year} {local:%H:%M}"


def words(items: Iterable[str]) -> str:
    """ "a, b and c"."""
    told = list(items)
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def bound(sentence: str) -> str:
    """The sentence with each number bound to its unit, so that no line ends between them."""
    return _NUMBER_AND_UNIT.sub(NBSP, sentence)


def missing(field: str) -> str:
    """What a value is called that is not there: a ticket can be in no topic, but its language is just not known."""
    return "not known" if field in SURELY_ONE else "none"


def plain(name: str) -> str:
    """waiting_customer -> "waiting customer"; custom.plan -> "plan"."""
    return name.removeprefix("custom.").replace("_", " ")


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < ONE_DECIMAL_UNDER else f"{value:,.0f}"
