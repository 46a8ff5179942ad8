"""The newest stretch of days that can be compared: complete, and old enough for the figure."""

from dataclasses import replace
from datetime import timedelta

from ticketlens.answers.desk import Desk
from ticketlens.answers.sides import Pairing, back, pair


def latest(desk: Desk, wanted: Pairing, parts: int) -> tuple[str, ...]:
    """Labels for `Pairing.period`: all of the last `parts` periods together, then each alone, the newest first.

    They end with the last period by `wanted.by` that is over and in which even the youngest ticket is old enough.
    """
    where = wanted.where.between(None, None)
    last = pair(desk, replace(wanted, period=None, against=None, versus=None, where=where)).after.period
    alone = [back(last, steps, desk.zone) for steps in range(parts)]
    return (f"{alone[-1].start}..{last.end - timedelta(days=1)}", *(period.label for period in alone))
