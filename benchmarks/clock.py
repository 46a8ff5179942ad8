"""Business time: intervals a second of our clock, beside the libraries that a Python program would take instead.

Run with `python -m benchmarks.clock`. What is not installed is said and left out: `pip install -r
benchmarks/requirements.txt`. The same intervals go through each, and every answer is compared with ours.
"""

import platform
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from datetime import time as clock_time
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.clock import BusinessClock, Clocks
from ticketlens.metrics.schedule import public_holidays, schedule_from
from ticketlens.metrics.track import Track
from ticketlens.model.ticket import Event, Ticket

Ints = NDArray[np.int64]
Seconds = Callable[[datetime, datetime], float]

ZONE = "America/New_York"
FIRST, YEARS, MEAN_HOURS = datetime(2023, 1, 1, tzinfo=UTC), (2023, 2026), 82
MANY, FEW, LEGS = 1_000_000, 300, 3
WISHED = 500_000
SETTINGS = (
    {"name": "office", "zone": ZONE, "hours": {"mon-fri": "09:00-17:00"}},
    {"name": "split", "zone": "Europe/Stockholm", "hours": {"mon-fri": ["08:00-12:00", "13:00-17:00"]},
     "groups": ["b"]},
    {"name": "night", "zone": "Asia/Kolkata", "hours": {"mon-sun": "22:00-06:00"}, "groups": ["c"]},
)  # fmt: skip
HOLIDAYS = public_holidays(("US", None), range(2022, 2028))
CLOCKS = Clocks(tuple(schedule_from(one).on_holidays(HOLIDAYS) for one in SETTINGS), *YEARS)


def intervals(count: int, legs: int = 1, seed: int = 7) -> Ints:
    """(count, legs + 1) epoch seconds in order: a start, changes of schedule, an end; exponential, 82 h in the mean."""
    dice = np.random.default_rng(seed)
    starts = dice.integers(0, 3 * 365 * 86_400, count) + int(FIRST.timestamp())
    parts = dice.exponential(MEAN_HOURS * 3600 / legs, (count, legs)).astype(np.int64)
    return np.concatenate((starts[:, None], starts[:, None] + np.cumsum(parts, axis=1)), axis=1)


def spent(work: Callable[[], object], rounds: int = 5) -> float:
    """Processor seconds, the best of some rounds: what one core can do when nothing else disturbs it."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def of_arrays(clock: BusinessClock, moments: Ints) -> Ints:
    return clock.positions(moments[:, 1]) - clock.positions(moments[:, 0])


def of_several(clocks: Sequence[BusinessClock], moments: Ints) -> Ints:
    """Each interval's legs under one clock after the other, summed up."""
    total = np.zeros(len(moments), dtype=np.int64)
    for leg, one in enumerate(clocks):
        total += of_arrays(one, moments[:, leg : leg + 2])
    return total


def of_scalars(clock: BusinessClock, moments: list[list[int]]) -> list[int]:
    return [clock.seconds(start, end) for start, end in moments]


def of_tracks(tickets: Sequence[tuple[Ticket, int, int]]) -> list[int | None]:
    """As at an import: a ticket's history is read, its legs are laid, its age is asked for."""
    return [Track(ticket, start, CLOCKS).age(end) for ticket, start, end in tickets]


def tickets(moments: Ints) -> list[tuple[Ticket, int, int]]:
    """Tickets that begin in no group, and move to `b` and then to `c`."""
    told = []
    for start, moved, again, end in moments.tolist():
        at = [datetime.fromtimestamp(one, UTC) for one in (start, moved, again)]
        history = (Event(at[1], "group", None, "b"), Event(at[2], "group", "b", "c"))
        ticket = Ticket(source="s", id="1", subject="", created_at=at[0], updated_at=at[2], group="c", history=history)
        told.append((ticket, start, end))
    return told


def others() -> dict[str, Seconds]:
    """The libraries that are here, each asked for seconds as its documentation says."""
    made: dict[str, Callable[[], Seconds]] = {"businesstimedelta": _businesstimedelta, "business-duration": _duration}
    found = {}
    for name, make in made.items():
        try:
            found[name] = make()
        except ImportError:
            print(f"  {name:<44} not installed here")
    return found


def _businesstimedelta() -> Seconds:
    library: Any = import_module("businesstimedelta")
    zone: Any = import_module("pytz").timezone(ZONE)
    days = library.WorkDayRule(start_time=clock_time(9), end_time=clock_time(17), working_days=[0, 1, 2, 3, 4], tz=zone)
    rules = library.Rules([days, library.HolidayRule(HOLIDAYS, tz=zone)])

    def seconds(start: datetime, end: datetime) -> float:
        told = rules.difference(start, end)
        return float(told.hours * 3600 + told.seconds)

    return seconds


def _duration() -> Seconds:
    library: Any = import_module("business_duration")
    zone, closed = ZoneInfo(ZONE), list(HOLIDAYS)
    ask = partial(
        library.businessDuration, starttime=clock_time(9), endtime=clock_time(17), holidaylist=closed, unit="sec"
    )
    return lambda start, end: float(ask(*(at.astimezone(zone).replace(tzinfo=None) for at in (start, end))))


def compare(clock: BusinessClock, ours: float) -> None:
    """Against each library: how fast it is, and on how many intervals it says the same to the second.

    They know no arrays, so `ours` is our rate one by one.
    """
    chosen = intervals(FEW)
    moments = [tuple(datetime.fromtimestamp(at, UTC) for at in pair) for pair in chosen.tolist()]
    wanted = of_arrays(clock, chosen)
    for name, seconds in others().items():
        started = time.process_time()
        told = np.array([seconds(start, end) for start, end in moments])
        rate = FEW / (time.process_time() - started)
        same = int((np.abs(told - wanted) < 1).sum())
        slower = f"{ours / rate:,.0f} times slower than ours one by one"
        _tell(f"{name} {version(name)}", rate, f"{slower}; {same} of {FEW} answers as ours")


def main() -> None:
    print(f"Business time, {ZONE} 9-17 with holidays, intervals of {MEAN_HOURS} h in the mean, one core")
    print(f"  Python {platform.python_version()}, {', '.join(map(_version, ('numpy', 'holidays')))}")
    clock, other, third = (_named(name) for name in ("office", "split", "night"))
    table = spent(lambda: BusinessClock(clock.schedule, *YEARS), 3)
    print(f"  the table of four years is made in {table * 1000:.0f} ms, that of 1990 to 2040 in "
          f"{spent(lambda: BusinessClock(clock.schedule), 1) * 1000:.0f} ms")  # fmt: skip
    one, several = intervals(MANY), intervals(MANY, LEGS)
    rate = MANY / spent(lambda: of_arrays(clock, one))
    _tell("arrays, one schedule", rate, _enough(rate))
    rate = MANY / spent(lambda: of_several((clock, other, third), several))
    _tell("arrays, a history of three schedules", rate, _enough(rate))
    pairs = one[:200_000].tolist()
    ours = len(pairs) / spent(lambda: of_scalars(clock, pairs))
    _tell("one by one, one schedule", ours, _enough(ours))
    made = tickets(several[:20_000])
    rate = len(made) / spent(lambda: of_tracks(made), 3)
    _tell("tickets with their histories, three schedules", rate, "as at an import; the history is read too")
    assert of_tracks(made) == of_several((clock, other, third), several[:20_000]).tolist()
    compare(clock, ours)


def _named(name: str) -> BusinessClock:
    clock = CLOCKS.named(name)
    assert clock is not None
    return clock


def _tell(name: str, rate: float, more: str) -> None:
    print(f"  {name:<44} {rate:>12,.0f} intervals/s   {more}")


def _enough(rate: float) -> str:
    return f"{rate / WISHED:.1f} times the {WISHED:,} wished for"


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} missing"


if __name__ == "__main__":
    main()
