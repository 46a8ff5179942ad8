"""Working days of the installation: the weekdays of the opening hours for everybody, less their closed dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ticketlens.metrics.schedule import Schedule

MONDAY_TO_FRIDAY = "Monday to Friday"


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """`name` says which days count: the name of the opening hours, or Monday to Friday where none are for everybody."""

    name: str
    weekdays: frozenset[int]
    closed: frozenset[date] = field(default=frozenset(), repr=False)
    names: Mapping[date, str] = field(default_factory=dict, repr=False)

    def count(self, start: date, end: date) -> int:
        """Working days from `start` up to, without, `end`."""
        return sum(self._works(day) and day not in self.closed for day in _days(start, end))

    def holidays(self, start: date, end: date) -> tuple[date, ...]:
        """Closed dates on days that are worked otherwise."""
        return tuple(day for day in _days(start, end) if self._works(day) and day in self.closed)

    def called(self, day: date) -> str:
        """Midsummer's Eve (2026-06-19), or the date alone of a closure of one's own."""
        name = self.names.get(day)
        return f"{name} ({day.isoformat()})" if name else day.isoformat()

    def _works(self, day: date) -> bool:
        return day.weekday() in self.weekdays


def working_days(schedules: Sequence[Schedule]) -> WorkingDays:
    """By the first schedule without groups and brands that has any hours."""
    for schedule in schedules:
        weekdays = frozenset(number for number, windows in enumerate(schedule.hours) if windows)
        if weekdays and not schedule.groups and not schedule.brands:
            return WorkingDays(schedule.name, weekdays, schedule.closed, schedule.names)
    return WorkingDays(MONDAY_TO_FRIDAY, frozenset(range(5)))


def apart(one: Sequence[date], other: Sequence[date]) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The holidays of each side that the other side has not, on the same date of its year: movable ones among them."""
    dates = [{(day.month, day.day) for day in side} for side in (one, other)]
    return (
        tuple(day for day in one if (day.month, day.day) not in dates[1]),
        tuple(day for day in other if (day.month, day.day) not in dates[0]),
    )


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days)]
