"""Reasons that no ticket alone can show: a rounding and a shift of times are judged over all figures of a column.

A rounding is told where every figure of the column is such; a shift where more tickets have it than chance would bring.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp, gcd, lgamma, log

from ticketlens.parity.columns import REOPENS
from ticketlens.parity.compare import Compared
from ticketlens.parity.explain import Why
from ticketlens.parity.reasons import Reason

STEPS = (
    (86_400, "whole days"), (8_640, "tenths of a day"), (3_600, "whole hours"), (864, "hundredths of a day"),
    (360, "tenths of an hour"), (60, "whole minutes"), (36, "hundredths of an hour"),
)  # fmt: skip
"""Seconds that figures are rounded to, the coarsest first."""

SHARED_BY = 3
"""So many tickets with one and the same difference make it a shift."""

CHANCE = 0.01
"""What could come by chance with a greater probability is not told."""

NEAREST = 60
"""Seconds that two clocks may be off each other beside a constant shift."""

_QUARTER, _MOST = 900, 14 * 3600
_TRIED = 2 * _MOST // _QUARTER
_OF_ZONES = (Reason.ZONE, Reason.CLOCK_CHANGE)
_KNOWN = (Reason.NOT_HERE, Reason.LEFT_OUT, Reason.UNKNOWN_TIME, Reason.NEWER_HERE, Reason.NO_FIGURE)


@dataclass(frozen=True, slots=True)
class Shift:
    """One reason for the same difference, or that of one zone, on several tickets."""

    why: Why
    ahead: bool

    @property
    def constant(self) -> bool:
        return self.why[0][0] is Reason.CONSTANT_SHIFT


@dataclass(frozen=True, slots=True)
class Rounding:
    """Figures in whole `size` seconds; our figure less theirs lies from `low` to `high`, a second of doubt aside."""

    told: str
    size: int
    low: float
    high: float

    def fits(self, one: Compared) -> bool:
        return one.difference is not None and self.low - 1 <= -one.difference <= self.high + 1


def judged(compared: Iterable[Compared]) -> list[Compared]:
    """The same in the same order, with the roundings and the shifts of each column of durations."""
    every = list(compared)
    columns: dict[object, list[int]] = defaultdict(list)
    for number, one in enumerate(every):
        if one.column.metric != REOPENS:
            columns[one.column.key].append(number)
    for numbers in columns.values():
        for number, one in zip(numbers, _column([every[number] for number in numbers]), strict=True):
            every[number] = one
    return every


def _column(every: list[Compared]) -> list[Compared]:
    step = gcd(*(one.theirs for one in every if one.theirs))
    rounding = _rounding(every, step)
    if rounding is not None:
        every = [_rounded(one, rounding) for one in every]
    doubt = (rounding.size if rounding else 1) / 2
    return _shifted(every, doubt)


def _rounding(every: Sequence[Compared], step: int) -> Rounding | None:
    """The coarsest that all figures of theirs have, to the nearest or always to one side, whichever fits more."""
    told = next(((size, told) for size, told in STEPS if step and step % size == 0), None)
    if told is None or len({one.theirs for one in every if one.theirs}) < 2:
        return None
    size, name = told
    ways = (
        Rounding(name, size, -size / 2, size / 2), Rounding(f"{name}, always down", size, 0, size),
        Rounding(f"{name}, always up", size, -size, 0),
    )  # fmt: skip
    return max(ways, key=lambda way: sum(way.fits(one) for one in every))


def _rounded(one: Compared, rounding: Rounding) -> Compared:
    if not one.why or one.why[0][0] in _KNOWN or not rounding.fits(one):
        return one
    return replace(one, why=((Reason.ROUNDED, rounding.told),))


def _shifted(every: list[Compared], doubt: float) -> list[Compared]:
    """The shift of most tickets first, then that of most of those that are left."""
    told = list(every)
    left = {number for number, one in enumerate(every) if _is_left(one)}
    while left:
        found = _most(every, left, doubt)
        if found is None:
            break
        shift, numbers = found
        same = {_quarters(every[number]) for number in numbers}
        numbers += [n for n in left if _may_be(every[n], shift) and _quarters(every[n]) in same]
        for number in numbers:
            told[number] = replace(every[number], why=shift.why)
        left -= set(numbers)
    for number in left:
        if every[number].why[0][0] in _OF_ZONES:
            told[number] = replace(every[number], why=((Reason.UNEXPLAINED, ""),))
    return told


def _may_be(one: Compared, shift: Shift) -> bool:
    """Whether a change of the clocks is what the zone alone gives too."""
    return shift.why[0][0] is Reason.ZONE and one.why == ((Reason.CLOCK_CHANGE, shift.why[0][1]),)


def _is_left(one: Compared) -> bool:
    """Whether nothing but two ways of counting at once, or a zone, gives this figure."""
    by_zone = bool(one.why) and one.why[0][0] in _OF_ZONES
    two = len(one.why) == 2 and one.why[0][0] is not Reason.REOPENED
    return one.difference is not None and (one.is_unexplained or by_zone or two)


def _most(every: Sequence[Compared], left: set[int], doubt: float) -> tuple[Shift, list[int]] | None:
    """The shift that most of those left have, a zone before a constant one. None where all may be chance."""
    near = Counter(_quarters(every[number]) for number in left)
    having: dict[Shift, list[int]] = defaultdict(list)
    for number in sorted(left):
        for shift in _shifts(every[number], doubt):
            having[shift].append(number)
    for shift, numbers in sorted(having.items(), key=lambda item: (-len(item[1]), item[0].constant)):
        enough = SHARED_BY if shift.constant else 1
        if len(numbers) >= enough and _beyond_chance([every[number] for number in numbers], near, doubt):
            return shift, numbers
    return None


def _shifts(one: Compared, doubt: float) -> list[Shift]:
    ahead = (one.difference or 0) > 0
    found = [Shift(one.why, ahead)] if one.why[0][0] in _OF_ZONES else []
    quarters = _quarters(one)
    if quarters and abs(quarters) * _QUARTER <= _MOST and _off(one) <= max(NEAREST, min(doubt, _QUARTER / 3)):
        found.append(Shift(((Reason.CONSTANT_SHIFT, f"{quarters / 4:+g} h"),), ahead))
    return found


def _beyond_chance(having: Sequence[Compared], near: Counter[int], doubt: float) -> bool:
    """Whether so many are more than would lie so close to whole quarters by chance.

    Expected is what the other differences of about that size would bring, as if they lay anywhere in the quarter of an
    hour around it (Poisson); one more is added, since that there are none may be chance too.
    """
    at = Counter(_quarters(one) for one in having)
    width = 2 * max(doubt, *(_off(one) for one in having))
    expected = sum((near[quarters] - n + 1) * width / _QUARTER for quarters, n in at.items())
    return _at_least(len(having), expected) * _TRIED < CHANCE if len(having) > 1 else expected < CHANCE


def _at_least(n: int, expected: float) -> float:
    """The probability of n or more where so many are expected (Poisson)."""
    return 1 - sum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(n))


def _quarters(one: Compared) -> int:
    """The difference in the nearest quarters of an hour, in which zones lie apart."""
    return round((one.difference or 0) / _QUARTER)


def _off(one: Compared) -> int:
    return abs((one.difference or 0) - _quarters(one) * _QUARTER)
