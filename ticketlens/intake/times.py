"""Times as people and programs write them, read as aware UTC.

A time without a zone is taken in the zone given. Where clocks go back, the earlier of the two moments is taken; a time
that clocks skip is read as if they had not yet moved. A day alone is its midnight in that zone.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Literal

from ticketlens.errors import BadPayload
from ticketlens.intake.shown import shown

DayOrder = Literal["day-first", "month-first"]
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
NO_TIME = frozenset({"", "-", "null", "none", "n/a", "na"})
_MILLISECONDS_FROM = 100_000_000_000
_AMBIGUOUS = (
    'day and month cannot be told apart: set dates = "day-first" or "month-first" under [defaults] of the mapping'
)

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = (
    r"(?:[,\sT]+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\.\d+)?\s*(?P<half>[ap]\.?m\.?)?)?"
)
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
_NUMERIC = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<year>\d{{4}}|\d\d){_CLOCK}{_ZONE}", re.I
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[/.-](?P<month>\d{{1,2}})[/.-](?P<day>\d{{1,2}}){_CLOCK}{_ZONE}", re.I)
_DAY_NAME = re.compile(
    rf"(?P<day>\d{{1,2}})[\s/.-]+(?P<name>[a-z]{{3,9}})\.?[\s/,.-]+(?P<year>\d{{4}}|\d\d){_CLOCK}{_ZONE}", re.I
)
_NAME_DAY = re.compile(rf"(?P<name>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_CLOCK}{_ZONE}", re.I)
_MAIL = re.compile(r"(?:[a-z]{3},\s*)?\d{1,2}\s+[a-z]{3}\s+\d{4}\s+\d\d:\d\d", re.I)
_LEAP_SECOND = re.compile(r"(\d\d:\d\d):60")


@dataclass(frozen=True, slots=True)
class TimeRule:
    """The zone of times that name none, the moment after which a time is refused, and how 01/03/2024 is read."""

    zone: tzinfo
    latest: datetime
    day_order: DayOrder | None = None

    @classmethod
    def at(cls, now: datetime, zone: tzinfo = UTC, day_order: DayOrder | None = None) -> "TimeRule":
        return cls(zone, now + timedelta(days=1), day_order)


def read_time(value: object, path: str, rule: TimeRule) -> datetime:
    """The moment in UTC; BadPayload for what is no time, before 1990, or past tomorrow."""
    if type(value) is str:
        moment = _from_text(value, path, rule)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        moment = _from_epoch(value, path)
    else:
        raise BadPayload(path, "not a time")
    if moment < EARLIEST:
        raise BadPayload(path, "before 1990")
    if moment > rule.latest:
        raise BadPayload(path, "later than tomorrow")
    return moment


def optional_time(value: object, path: str, rule: TimeRule) -> datetime | None:
    if value is None or (type(value) is str and value.strip().lower() in NO_TIME):
        return None
    return read_time(value, path, rule)


def _from_epoch(value: float, path: str) -> datetime:
    """Seconds, or milliseconds from 100,000,000,000 on (the year 5138 in seconds, 1973 in milliseconds)."""
    if isinstance(value, float) and not math.isfinite(value):
        raise BadPayload(path, "not a time")
    try:
        seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise BadPayload(path, "a number outside the range of times") from None


def _from_text(text: str, path: str, rule: TimeRule) -> datetime:
    if text.isdigit() and 9 <= len(text) <= 13 and text.isascii():
        return _from_epoch(int(text), path)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _from_other_forms(text.strip(), path, rule)
    return _to_utc(moment, path, rule.zone)


def _to_utc(moment: datetime, path: str, zone: tzinfo) -> datetime:
    offset = moment.tzinfo
    if offset is UTC:
        return moment
    try:
        return (moment if offset is not None else moment.replace(tzinfo=zone, fold=0)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise BadPayload(path, "outside the range of times") from None


def _from_other_forms(text: str, path: str, rule: TimeRule) -> datetime:
    if len(text) > 100:
        raise BadPayload(path, "not a time")
    try:
        return _iso_variant(text) or _human(text, path, rule) or _mail(text)
    except BadPayload:
        raise
    except (ValueError, TypeError, IndexError, OverflowError):
        raise BadPayload(path, f'"{shown(text, 40)}" is no time') from None


def _iso_variant(text: str) -> datetime | None:
    """ISO 8601 with a space before the zone, "UTC" for "Z", or a leap second."""
    second = _LEAP_SECOND.sub(r"\1:59", text)
    plain = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", re.sub(r"\s*(UTC|GMT)$", "Z", second))
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return moment + timedelta(seconds=1) if second != text else moment


def _mail(text: str) -> datetime:
    """The form of mail (RFC 5322, 3.3); its own reader takes far more than that for a date."""
    if not _MAIL.match(text):
        raise ValueError(text)
    return parsedate_to_datetime(text)


def _human(text: str, path: str, rule: TimeRule) -> datetime | None:
    forms: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int]]], ...] = (
        (_YEAR_FIRST, lambda m: (int(m["month"]), int(m["day"]))),
        (_NUMERIC, lambda m: _month_and_day(m, path, rule.day_order)),
        (_DAY_NAME, lambda m: (_month(m["name"]), int(m["day"]))),
        (_NAME_DAY, lambda m: (_month(m["name"]), int(m["day"]))),
    )
    for pattern, month_and_day in forms:
        if match := pattern.fullmatch(text):
            return _assemble(match, *month_and_day(match))
    return None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _month_and_day(match: re.Match[str], path: str, order: DayOrder | None) -> tuple[int, int]:
    """With dots the day always comes first; else a number above 12 decides, else the mapping, else nobody can."""
    a, b = int(match["a"]), int(match["b"])
    if match["sep"] == "." or a > 12 or a == b:
        return b, a
    if b > 12:
        return a, b
    if order is None:
        raise BadPayload(path, f'"{shown(match[0], 40)}": {_AMBIGUOUS}')
    return (b, a) if order == "day-first" else (a, b)


def _assemble(match: re.Match[str], month: int, day: int) -> datetime:
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if half := match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
    moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    return datetime.fromisoformat(moment.isoformat() + _offset(match["zone"]))


def _offset(zone: str | None) -> str:
    if zone is None:
        return ""
    return zone if zone[0] in "+-" else "Z"
