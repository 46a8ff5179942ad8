"""Opening hours: a week of windows in one zone, less closed dates, for some groups and brands or for everybody."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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
_KEYS = frozenset({"name", "zone", "hours", "closed", "country", "subdivision", "groups", "brands"})


@dataclass(frozen=True, slots=True)
class Schedule:
    """When somebody is there. A window belongs to the day it starts on, and is closed when that date is."""

    name: str
    zone: str
    hours: tuple[tuple[Window, ...], ...]
    closed: frozenset[date] = field(default=frozenset(), repr=False)
    groups: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()


def schedule_from(settings: Mapping[str, object], first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> Schedule:
    """Reads one schedule, and resolves the holidays of its country to dates.

    >>> schedule_from({"name": "day", "zone": "Europe/Stockholm", "country": "SE", "groups": ["tier1"],
    ...                "hours": {"mon-thu": ["09:00-12:00", "13:00-17:00"], "fri": "22:00-06:00"}}).hours[4]
    ((1320, 360),)

    `hours` may be "24/7"; `closed` lists more dates. Raises ConfigError that names the key.
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
        closed=closed | _holidays(settings, place, range(first_year, last_year + 1)),
        groups=frozenset(_texts(settings.get("groups", ()), f"{place}.groups")),
        brands=frozenset(_texts(settings.get("brands", ()), f"{place}.brands")),
    )


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
    try:
        return frozenset(item if isinstance(item, date) else date.fromisoformat(str(item)) for item in items)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}; dates look like 2026-12-24") from error


def _holidays(settings: Mapping[str, object], place: str, years: range) -> frozenset[date]:
    country, subdivision = settings.get("country"), settings.get("subdivision")
    if country is None:
        return frozenset()
    from holidays import country_holidays

    try:
        found = country_holidays(str(country), subdiv=None if subdivision is None else str(subdivision), years=years)
    except NotImplementedError as error:
        key = "country" if subdivision is None else "subdivision"
        raise ConfigError(f"{place}.{key}: no holidays are known for {country} {subdivision or ''}".rstrip()) from error
    return frozenset(found)


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
