"""Why days are not to be compared: not over, not read whole, too young, or a source begins in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ticketlens.answers.begun import Points, by_source, halved
from ticketlens.answers.desk import Desk
from ticketlens.answers.sides import Look, Pair, ripe
from ticketlens.answers.words import length
from ticketlens.metrics.periods import complete
from ticketlens.metrics.shares import REOPEN_DAYS
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.flag import Flag
from ticketlens.model.trend import Minutes, Trend
from ticketlens.sources.state import moment, states
from ticketlens.store.codec import from_seconds

MOST_SOURCES = 1_000
NEAR, FAR = 7, 91


@dataclass(frozen=True)
class Reading:
    """How far each source was read, and when each began; asked once for both sides."""

    desk: Desk
    looks: tuple[Look, ...]

    @cached_property
    def read_to(self) -> Mapping[str, datetime]:
        """A pulled source is known as far as its last good pull; files and pushes as far as their latest time."""
        held = {str(source): from_seconds(int(at)) for source, at in self.desk.store.read_part("read_to", None, 10_000)}
        pulled = {name: moment(state.read_to) for name, state in states(self.desk.store).items()}
        return held | {name: at for name, at in pulled.items() if at is not None}

    @cached_property
    def unfinished(self) -> frozenset[str]:
        """Sources that were never read to their end."""
        return frozenset(name for name, state in states(self.desk.store).items() if state.full_at is None)

    @cached_property
    def sources(self) -> list[str]:
        """Those that have a ticket on either side."""
        found = (self._of(look.where.between(look.period.start, look.last)) for look in self.looks)
        return sorted(set[str]().union(*found))

    def begin_in(self, look: Look) -> list[str]:
        """Those that have no ticket before a side. Most have one in the days just before, so these are asked first."""
        last = look.period.start - timedelta(days=1)
        left = set(self.read_to) - self._of(Filter(last - timedelta(days=NEAR - 1), last))
        left &= set(self.sources) if left else left
        for days in (FAR, None):
            if left:
                left -= self._of(Filter(None if days is None else last - timedelta(days=days - 1), last))
        return sorted(left)

    def first_day(self, source: str, look: Look) -> date:
        """The day of its first ticket, which is on one of the sides and not before this one; by halving."""
        own = EVERYTHING.having("source", source)
        low, high = look.period.start, max(one.last for one in self.looks)
        return halved(low, high, lambda day: bool(self.desk.store.count_tickets(own.between(low, day))))

    def _of(self, where: Filter) -> set[str]:
        return {name for name, _ in self.desk.store.facet("source", where, limit=MOST_SOURCES)}


def flags(pair: Pair, look: Look, own: tuple[Flag, ...], reading: Reading) -> tuple[Flag, ...]:
    """What keeps one side of a pair from being compared, by what is known now, whatever age it is seen at.

    `own` are those of its figure itself.
    """
    empty = any(flag.kind == "empty" for flag in own)
    told = [flag for flag in shared(look, reading) if not (empty and flag.kind == "connected")]
    if complete(look.period, reading.desk.as_of):
        told += [*_maturing(pair, look, reading.desk), *own]
    return tuple(told)


def shared(look: Look, reading: Reading) -> tuple[Flag, ...]:
    """What keeps one side from being compared, whatever the figure."""
    told = [*_running(look, reading.desk), *_connected(look, reading)]
    if complete(look.period, reading.desk.as_of):
        told += _gaps(look, reading)
    return tuple(told)


def _running(look: Look, desk: Desk) -> Iterator[Flag]:
    period = look.period
    if complete(period, desk.as_of):
        return
    if (desk.asked or desk.now()) < period.end_at:
        yield Flag("running", f"{period.label} is not over: its last day is {look.last}")
    else:
        yield Flag("gap", f"{period.label} was read only up to {_moment(desk, desk.as_of)}")


def _connected(look: Look, reading: Reading) -> Iterator[Flag]:
    for source in reading.begin_in(look):
        yield _begins(source, reading.first_day(source, look), look.period.label)


def _begins(source: str, first: date, label: str) -> Flag:
    return Flag("connected", f"{source} has no ticket before {first}: {label} may not be whole")


def with_beginnings(desk: Desk, told: Trend, where: Filter, group_by: str | None = None) -> Trend:
    """A trend with a flag at each period in which a source begins: it may have been connected within it."""
    return by_source(told, where, group_by, lambda of, points: _with_beginnings(desk, of, points))


def _with_beginnings(desk: Desk, where: Filter, points: Points) -> Points:
    if not points:
        return points
    look = Look(desk, desk.days(points[0].start, points[-1].end - timedelta(days=1)), where)
    reading = Reading(desk, (look,))
    days = {source: reading.first_day(source, look) for source in reading.begin_in(look)}
    return tuple(
        point.flagged(
            *(_begins(name, day, point.label) for name, day in days.items() if point.start <= day < point.end)
        )
        for point in points
    )


def _gaps(look: Look, reading: Reading) -> Iterator[Flag]:
    for source in reading.sources:
        if source in reading.unfinished:
            yield Flag("gap", f"{source} was never read to its end")
        elif (read_to := reading.read_to.get(source)) is not None and read_to < look.period.end_at:
            until = _moment(reading.desk, read_to)
            yield Flag("gap", f"{source} was read only up to {until}, before the end of {look.period.label}")


def _maturing(pair: Pair, look: Look, desk: Desk) -> Iterator[Flag]:
    if not ripe(desk, look.period, pair.metric, pair.asked, pair.horizon):
        yield Flag("maturing", f"{look.period.label} is too young: {_needs(pair)}")


def _needs(pair: Pair) -> str:
    if pair.metric.id == "reopen_rate":
        return f"a ticket may come back until {REOPEN_DAYS} days after its solve"
    return f"its last tickets are not yet {horizon_words(pair.horizon, pair.asked.clock)} old"


def horizon_words(minutes: Minutes, clock: str) -> str:
    """14 days, 80 business hours."""
    return f"{minutes / 60:.0f} business hours" if clock == "business" else length(minutes).replace(".0 ", " ")


def _moment(desk: Desk, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(desk.zone)):%Y-%m-%d %H:%M}"
