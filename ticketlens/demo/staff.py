"""Who answers, and when they are at work."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import holidays

from ticketlens.demo.catalog import Agent
from ticketlens.demo.plan import ZONE

# Work that is not done within this is not done before `until` either.
AHEAD = timedelta(days=400)


class Shift:
    """Working time as a rising function of time, and its inverse. All times are epoch seconds."""

    def __init__(self, days: Iterable[date], hours: tuple[int, int]) -> None:
        opens, closes = hours
        self._opens = [_epoch(day, opens) for day in days]
        self._length = (closes - opens) * 3600

    def after(self, at: int, work: float) -> int:
        """The moment when `work` seconds of working time have passed since `at`."""
        index = max(bisect_right(self._opens, at) - 1, 0)
        done = index * self._length + min(max(at - self._opens[index], 0), self._length)
        day, rest = divmod(done + work, self._length)
        return int(self._opens[min(int(day), len(self._opens) - 1)] + rest)


class Desk:
    """The agents of the shop by group, each with a shift that leaves out Swedish holidays."""

    def __init__(self, agents: Sequence[Agent], start: datetime, until: datetime) -> None:
        days = _working_days(start - timedelta(days=10), until + AHEAD)
        self.shifts = {a.name: Shift([day for day in days if day.weekday() in a.days], a.hours) for a in agents}
        self._groups: dict[str, list[Agent]] = {}
        for agent in agents:
            self._groups.setdefault(agent.group, []).append(agent)

    def choose(self, rng: Random, group: str, at: int) -> Agent:
        """Of two agents drawn from the group the one who is at work sooner."""
        agents = self._groups[group]
        one, other = (agents[int(rng.random() * len(agents))] for _ in range(2))
        return min(one, other, key=lambda agent: self.shifts[agent.name].after(at, 0))


def _working_days(first: datetime, last: datetime) -> list[date]:
    off = holidays.country_holidays("SE", years=range(first.year, last.year + 1), include_sundays=False)
    days = (first.date() + timedelta(days=number) for number in range((last - first).days))
    return [day for day in days if day not in off]


def _epoch(day: date, hour: int) -> int:
    return int(datetime.combine(day, time(hour), ZONE).astimezone(UTC).timestamp())
