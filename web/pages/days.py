"""Days and moments as a page tells them: with their year where that is not the one the page is read in."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from web import wording
from web.pages import asked


def this_year() -> int:
    lens = asked.lens()
    return lens.now().astimezone(ZoneInfo(lens.zone)).year


def another_year(value: date) -> bool:
    return value.year != this_year()


def day(value: date, *, year: bool = False) -> str:
    return wording.day(value, year=year or another_year(value))


def day_range(first: date, last: date) -> str:
    """Both days included."""
    return wording.day_range(first, last, year=another_year(last))


def period_days(start: date, end: date) -> str:
    """A period whose `end` is the first day after it."""
    return day_range(start, end - timedelta(days=1))


def moment(at: datetime) -> str:
    zone = asked.lens().zone
    return wording.moment(at, zone, year=another_year(at.astimezone(ZoneInfo(zone))))
