"""Days, ISO weeks, months and quarters of one zone, half-open and named: 2026-11-16, 2026-W47, 2026-11, 2026-Q4."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from ticketlens.errors import ConfigError

By = Literal["day", "week", "month", "quarter"]

_LABEL = re.compile(r"([12]\d{3})-(?:W(?P<week>\d{2})|Q(?P<quarter>[1-4])|(?P<month>\d{2})(?:-(?P<day>\d{2}))?)")
_DAY_SECONDS = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, without, `end`; `start_at` and `end_at` are these midnights of the zone, as instants in UTC.

    A week with a clock change has 167 or 169 hours. One that is not `whole` is cut to the days that were asked for.
    """

    label: str
    start: date
    end: date
    start_at: datetime
    end_at: datetime
    whole: bool = True


def periods(by: By, first: date, last: date, zone: str | ZoneInfo = "UTC") -> tuple[Period, ...]:
    """The periods from the one that holds `first` to the one that holds `last`."""
    place = _zone(zone)
    found, start = [], _start(by, first)
    while start <= last:
        found.append(_period(by, start, place))
        start = found[-1].end
    return tuple(found)


def cut(found: tuple[Period, ...], first: date | None, last: date | None, zone: str | ZoneInfo) -> tuple[Period, ...]:
    """The same periods without what is before `first` and after `last`; who is cut keeps its label."""
    place = _zone(zone)
    if first is not None and found[0].start < first < found[0].end:
        found = (replace(found[0], start=first, start_at=_midnight(first, place), whole=False), *found[1:])
    end = None if last is None else last + timedelta(days=1)
    if end is not None and found[-1].start < end < found[-1].end:
        found = (*found[:-1], replace(found[-1], end=end, end_at=_midnight(end, place), whole=False))
    return found


def parse_period(label: str, zone: str | ZoneInfo = "UTC") -> Period:
    """The period of a label. Raises ConfigError for a text that names none."""
    match = _LABEL.fullmatch(label)
    try:
        if match is None:
            raise ValueError(label)
        by, start = _read(match)
    except ValueError as error:
        raise ConfigError(
            f"{label}: no such period; periods look like 2026-11-16, 2026-W47, 2026-11, 2026-Q4"
        ) from error
    return _period(by, start, _zone(zone))


def complete(period: Period, as_of: datetime) -> bool:
    """Whether the period is whole, and over at `as_of`."""
    return period.whole and period.end_at <= as_of


def last_complete(by: By, count: int, as_of: datetime, zone: str | ZoneInfo = "UTC") -> tuple[Period, ...]:
    """The last `count` periods that are over at `as_of`, oldest first."""
    place = _zone(zone)
    end = _start(by, as_of.astimezone(place).date())
    found: list[Period] = []
    while len(found) < count:
        found.append(_period(by, _start(by, end - timedelta(days=1)), place))
        end = found[-1].start
    return tuple(reversed(found))


def year_before(period: Period, zone: str | ZoneInfo = "UTC") -> tuple[Period, ...]:
    """What a period is compared with: the same ISO week, month or quarter a year ago, a day with the same weekday.

    Week 53 where the year before has none: its two neighbours, weeks 52 and 1, whose mean is the partner.
    """
    place = _zone(zone)
    by = _by(period.label)
    if by == "day":
        return (_period(by, period.start - timedelta(days=364), place),)
    if by != "week":
        return (_period(by, period.start.replace(year=period.start.year - 1), place),)
    year, week, _ = period.start.isocalendar()
    if week < 53 or date(year - 1, 12, 28).isocalendar().week == 53:
        return (_period(by, date.fromisocalendar(year - 1, week, 1), place),)
    return tuple(_period(by, date.fromisocalendar(*partner, 1), place) for partner in ((year - 1, 52), (year, 1)))


def day_of(zone: str | ZoneInfo = "UTC") -> Callable[[int], int]:
    """A function from epoch seconds to the ordinal (`date.toordinal`) of the zone's day; it remembers UTC offsets."""
    return partial(_ordinal, _zone(zone), {})


def _ordinal(zone: ZoneInfo, offsets: dict[int, int | None], epoch_seconds: int) -> int:
    day = epoch_seconds // _DAY_SECONDS
    if day not in offsets:
        first, last = _offset(zone, day * _DAY_SECONDS), _offset(zone, (day + 1) * _DAY_SECONDS)
        offsets[day] = first if first == last else None
    offset = offsets[day]
    if offset is None:
        offset = _offset(zone, epoch_seconds)
    return (epoch_seconds + offset) // _DAY_SECONDS + _EPOCH_ORDINAL


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)


def _start(by: By, day: date) -> date:
    if by == "week":
        return day - timedelta(days=day.weekday())
    if by == "month":
        return day.replace(day=1)
    return day.replace(month=day.month - (day.month - 1) % 3, day=1) if by == "quarter" else day


def _end(by: By, start: date) -> date:
    if by in ("day", "week"):
        return start + timedelta(days=1 if by == "day" else 7)
    return _start(by, start.replace(day=1) + timedelta(days=31 if by == "month" else 92))


def _label(by: By, start: date) -> str:
    if by == "week":
        year, week, _ = start.isocalendar()
        return f"{year:04}-W{week:02}"
    if by == "quarter":
        return f"{start.year:04}-Q{(start.month + 2) // 3}"
    return start.isoformat() if by == "day" else start.isoformat()[:7]


def _period(by: By, start: date, zone: ZoneInfo) -> Period:
    end = _end(by, start)
    return Period(_label(by, start), start, end, _midnight(start, zone), _midnight(end, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day; where a clock change skips midnight, the moment of the change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _by(label: str) -> By:
    match = _LABEL.fullmatch(label)
    if match is None:
        raise ConfigError(f"{label}: no such period")
    return _read(match)[0]


def _read(match: re.Match[str]) -> tuple[By, date]:
    year = int(match[1])
    if match["week"]:
        return "week", date.fromisocalendar(year, int(match["week"]), 1)
    if match["quarter"]:
        return "quarter", date(year, 3 * int(match["quarter"]) - 2, 1)
    if match["day"]:
        return "day", date(year, int(match["month"]), int(match["day"]))
    return "month", date(year, int(match["month"]), 1)
