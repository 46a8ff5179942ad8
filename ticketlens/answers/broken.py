"""What to know when reading a trend over a change of its definition."""

from ticketlens.answers.desk import Desk
from ticketlens.answers.words import named_day
from ticketlens.hours.breaks import HOURS, breaks
from ticketlens.metrics.contract import Metric
from ticketlens.metrics.periods import Period

TOLD = ("duration", "share")
BY_HOURS = ("breach_rate",)
"""What opening hours play a part in, besides all that is told in business time."""

MOST = 3


def broken(desk: Desk, metric: Metric, clock: str, by: str, periods: tuple[Period, ...]) -> tuple[str, ...]:
    """A sentence for each change since these periods began, the latest ones where there are many.

    While times are computed again some are by the old and some by the new, and that is said in their place.
    """
    if pending := desk.pending():
        return tuple(pending)
    if metric.kind not in TOLD or not periods:
        return ()
    hours = clock == "business" or metric.id in BY_HOURS
    told = []
    for one in breaks(desk.store):
        names = [name for name in one.changed if hours or name != HOURS]
        if names and periods[0].start_at <= one.at:
            when = named_day(desk.day(one.at))
            told.append(f"{' and '.join(names)} changed on {when}: all {by}s are computed by today's")
    return tuple(dict.fromkeys(told))[-MOST:]
