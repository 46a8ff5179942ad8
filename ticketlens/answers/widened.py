"""What to say where the days asked for do not begin or end with a period."""

from collections.abc import Sequence
from datetime import date, timedelta

from ticketlens.answers.words import named_day
from ticketlens.metrics.periods import Period


def widened(periods: Sequence[Period], first: date | None, last: date | None, today: date) -> tuple[str, ...]:
    """A trend's first and last period are told whole: a sentence for each that counts days not asked for."""
    told = []
    if first is not None and periods[0].start < first:
        start = named_day(periods[0].start)
        told.append(f"{periods[0].label} is counted from {start}, not from {named_day(first)}")
    if last is not None and last < min(periods[-1].end - timedelta(days=1), today):
        told.append(f"{periods[-1].label} is counted to its end, not to {named_day(last)}")
    return tuple(told)


def narrowed(periods: Sequence[Period]) -> tuple[str, ...]:
    """A sentence for each period that is cut to the days asked for."""
    return tuple(
        f"of {one.label} only {named_day(one.start)} to {named_day(one.end - timedelta(days=1))} is counted"
        for one in periods
        if not one.whole
    )
