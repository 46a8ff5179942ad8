"""Opening hours: a week of windows in one zone, less closed dates, for some groups and brands or for everybody.

The public holidays of a country are asked of the package `holidays` by `public_holidays`; a schedule that was read from
settings names its country alone, and `on_holidays` closes it on the dates that an installation keeps.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from ticketlens.errors import ConfigError

Window = tuple[int, int]
"""Minutes of the day, from and to. `to` is 1 to 1440, or below `from` where the window runs over midnight."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1440
WEEK = 7 * DAY
FIRST_YEAR, LAST_YEAR = 1990, 2040

_WINDOW = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")
_KEYS = frozenset({"name", "zone", "hours", "closed", "special", "country", "subdivision", "groups", "brands"})
_LONGEST_CLOSURE = 3_660
"""Days that one range of closed dates may have."""

Region = tuple[str, str | None]
"""A country by its ISO 3166 code, and one of its subdivisions or None."""

Special = tuple[date, tuple[Window, ...]]
"""A date that has other windows than its weekday."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When somebody is there. A window belongs to the day it starts on, and is closed when that date is.

    `special` are dates in order that have windows of their own; they win over `closed`, holidays included. A night
    shift that reaches into such a date from the day before still counts, once where the windows overlap.
    """

    name: str
    zone: str
    hours: tuple[tuple[Window, ...], ...]
    closed: frozenset[date] = field(default=frozenset(), repr=False)
    groups: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    special: tuple[Special, ...] = ()
    region: Region | None = None
    names: Mapping[date, str] = field(default_factory=dict, repr=False, compare=False)

    def on_holidays(self, dates: Mapping[date, str] | Iterable[date]) -> "Schedule":
        """The same schedule, closed on these dates too; `names` knows what they are called, where that is told."""
        names = {**self.names, **dates} if isinstance(dates, Mapping) else self.names
        return replace(self, closed=self.closed | frozenset(dates), names=names)

    def shared(self, other: "Schedule") -> str | None:
        """In words for whom both are, where neither is the more special one; else None."""
        told = []
        for noun, own, others in (("group", self.groups, other.groups), ("brand", self.brands, other.brands)):
            if bool(own) != bool(others) or (own and not own & others):
                return None
            told += [f"{noun} {name!r}" for name in sorted(own & others)[:1]]
        return " with ".join(told) or "everybody"


def schedule_from(settings: Mapping[str, object]) -> Schedule:
    """Reads one schedule; its holidays are named by `region`, and not among its closed dates yet.

    >>> schedule_from({"name": "day", "zone": "Europe/Stockholm", "country": "SE", "groups": ["tier1"],
    ...                "hours": {"mon-thu": ["09:00-12:00", "13:00-17:00"], "fri": "22:00-06:00"}}).hours[4]
    ((1320, 360),)

    `hours` may be "24/7"; `closed` lists more dates, also ranges such as "2026-07-06..2026-07-31"; `special` gives
    dates other windows. Raises ConfigError that names the key.
    """
    name = settings.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigError("schedules: every schedule needs a name")
    place = f"schedules.{name}"
    if unknown := sorted(set(settings) - _KEYS):
        raise ConfigError(f"{place}.{unknown[0]}: unknown key; known are {', '.join(sorted(_KEYS))}")
    closed = _dates(settings.get("closed", ()), f"{place}.closed")
    return Schedule(
        name=name,
        zone=_zone(settings.get("zone", "UTC"), f"{place}.zone"),
        hours=_hours(settings.get("hours"), f"{place}.hours"),
        closed=closed,
        groups=frozenset(_texts(settings.get("groups", ()), f"{place}.groups")),
        brands=frozenset(_texts(settings.get("brands", ()), f"{place}.brands")),
        special=_special(settings.get("special", {}), f"{place}.special"),
        region=_region(settings, place),
    )


def public_holidays(region: Region, years: Iterable[int]) -> dict[date, str]:
    """The holidays of these years and their names, as the package `holidays` tells them now: in English where it has
    them so, else in the country's language, and never in one that depends on the process's surroundings.

    Raises NotImplementedError where it knows no such country or subdivision.
    """
    from holidays import country_holidays

    country, subdivision = region
    found = country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    return {day: str(found[day]) for day in sorted(found)}


def _zone(value: object, place: str) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{place}: no such time zone: {value}") from error


def _texts(value: object, place: str) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return value
    raise ConfigError(f"{place}: a text or a list of texts is needed")


def _dates(value: object, place: str) -> frozenset[date]:
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    return frozenset(day for item in items for day in _days_of(item, place))


def _days_of(item: object, place: str) -> Iterator[date]:
    """One date, or all of a range, both ends included."""
    first, _, last = item.partition("..") if isinstance(item, str) else (item, "", "")
    start = _date(first, place)
    end = _date(last, place) if last else start
    if not 0 <= (end - start).days < _LONGEST_CLOSURE:
        raise ConfigError(f"{place}: {item} is no range; the first date comes first, and ten years are the most")
    return (start + timedelta(days=day) for day in range((end - start).days + 1))


def _date(value: object, place: str) -> date:
    if isinstance(value, datetime):
        raise ConfigError(f"{place}: {value.isoformat()} has a time; dates look like 2026-12-24")
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ConfigError(
            f"{place}: {error}; dates look like 2026-12-24, ranges like 2026-07-06..2026-07-31"
        ) from error


def _special(value: object, place: str) -> tuple[Special, ...]:
    if not isinstance(value, Mapping):
        raise ConfigError(f'{place}: windows by date are needed, such as {{"2026-12-24" = ["09:00-12:00"]}}')
    found: dict[date, tuple[Window, ...]] = {}
    for told, texts in value.items():
        here = f"{place}.{told}"
        windows = tuple(sorted(_window(text, here) for text in _texts(texts, here)))
        for day in _days_of(told, here):
            if day in found:
                raise ConfigError(f"{here}: {day} is there twice")
            found[day] = windows
    placed = sorted((*span(day.toordinal(), window), day) for day, windows in found.items() for window in windows)
    for before, after in pairwise(placed):
        if after[0] < before[1]:
            raise ConfigError(f"{place}.{after[2]}: windows overlap")
    return tuple(sorted(found.items()))


def _region(settings: Mapping[str, object], place: str) -> Region | None:
    country, subdivision = settings.get("country"), settings.get("subdivision")
    if country is None:
        if subdivision is not None:
            raise ConfigError(f"{place}.subdivision: name its country too")
        return None
    region = str(country), None if subdivision is None else str(subdivision)
    try:
        public_holidays(region, ())
    except NotImplementedError as error:
        key = "country" if subdivision is None else "subdivision"
        raise ConfigError(f"{place}.{key}: no holidays are known for {country} {subdivision or ''}".rstrip()) from error
    return region


def _hours(value: object, place: str) -> tuple[tuple[Window, ...], ...]:
    if value == "24/7":
        return (((0, DAY),),) * 7
    if not isinstance(value, Mapping) or not value:
        raise ConfigError(f'{place}: windows by day are needed, such as {{"mon-fri" = "09:00-17:00"}}, or "24/7"')
    week: list[list[Window]] = [[] for _ in DAYS]
    for days, windows in value.items():
        here = f"{place}.{days}"
        for day in _days(str(days), here):
            week[day] += [_window(text, here) for text in _texts(windows, here)]
    hours = tuple(tuple(sorted(windows)) for windows in week)
    if not any(hours):
        raise ConfigError(f"{place}: no day has a window, so that nobody would ever be there; leave the schedule out")
    _refuse_overlap(hours, place)
    return hours


def _days(text: str, place: str) -> Iterator[int]:
    first, _, last = text.strip().lower().partition("-")
    if first not in DAYS or (last and last not in DAYS):
        raise ConfigError(f"{place}: no such day; days are {', '.join(DAYS)}, or a range such as mon-fri")
    start = DAYS.index(first)
    length = (DAYS.index(last) - start) % 7 if last else 0
    return ((start + step) % 7 for step in range(length + 1))


def _window(text: str, place: str) -> Window:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ConfigError(f"{place}: {text!r} is no window; windows look like 09:00-17:00 or 22:00-06:00")
    hour, minute, to_hour, to_minute = map(int, match.groups())
    start, end = 60 * hour + minute, 60 * to_hour + to_minute
    if max(minute, to_minute) > 59 or start >= DAY or end > DAY or start == end:
        raise ConfigError(f"{place}: {text!r} is no window of a day; a whole day is 00:00-24:00")
    return start, end or DAY


def span(day: int, window: Window) -> Window:
    """A window as minutes since Monday 00:00; the end may lie past the week's end."""
    start, end = window
    return day * DAY + start, day * DAY + (end if end > start else end + DAY)


def _refuse_overlap(hours: Sequence[Sequence[Window]], place: str) -> None:
    spans = sorted(span(day, window) for day, windows in enumerate(hours) for window in windows)
    if not spans:
        return
    again = (spans[0][0] + WEEK, spans[0][1] + WEEK)
    for before, after in pairwise([*spans, again]):
        if after[0] < before[1]:
            raise ConfigError(f"{place}.{DAYS[after[0] % WEEK // DAY]}: windows overlap")
