"""Figures of what arrived that go on moving after their period is over: not to be taken for settled ones."""

from dataclasses import replace

from ticketlens.metrics.shares import wilson
from ticketlens.model.flag import Flag
from ticketlens.model.trend import Point

STILL_OPEN = 0.02
"""With a larger share of tickets open, a sum of waits goes on growing too fast to be held against an older one."""

MATURING = ("waited_hours", "breach_rate")
"""The metrics whose own tickets say how old is old enough."""


def growing(point: Point) -> Point:
    """A sum of waits, flagged while too many of its tickets wait on."""
    still = point.open / point.n if point.n else 0.0
    if still <= STILL_OPEN:
        return point
    reason = f"{point.label} is too young: {still * 100:.0f} % of its tickets are open and wait on"
    return point.flagged(Flag("maturing", reason))


def undecided(point: Point, due: int) -> Point:
    """A share of breaches of which `due` tickets may still be: in place of a value the bounds that it ends within.

    The lower one is that of none of them, the upper one that of all (Manski 1989), each with its end of the interval.
    """
    if not due:
        return point
    if point.value is not None:
        breached = round(point.value * point.n)
        low, high = wilson(breached, point.n)[0], wilson(breached + due, point.n)[1]
        point = replace(point, value=None, low=low, high=high)
    reason = f"{point.label} is too young: {due:,} of its {point.n:,} tickets under a target may still pass it"
    return point.flagged(Flag("maturing", reason))
