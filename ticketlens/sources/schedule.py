"""When a source is pulled next: from its state alone, so that any worker on any machine comes to the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ticketlens.sources.state import PullState, moment

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
DOUBLINGS = 6
FULL_AGAIN = timedelta(days=1)
"""A full pull that failed is not tried again before: what changes is read meanwhile."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def pause(failures: int) -> timedelta:
    """How long a source is left alone after so many failures in a row: a minute, then twice as long, up to an hour."""
    return min(FIRST_PAUSE * 2 ** min(failures - 1, DOUBLINGS), LONGEST_PAUSE) if failures else timedelta()


@dataclass(frozen=True, slots=True)
class Schedule:
    """`minutes` between two pulls and `full_days` between two full ones; 0 is never."""

    minutes: int
    full_days: int

    def due_at(self, state: PullState) -> datetime | None:
        """None: never by itself. What says that it is running is taken for broken off: ask only where nobody pulls."""
        begun, ended = moment(state.begun_at), moment(state.ended_at)
        if not self.minutes:
            return None
        if begun is None:
            return LONG_AGO
        if state.running or ended is None:
            return begun + pause(state.failures)
        return ended + (pause(state.failures) if state.error else timedelta(minutes=self.minutes))

    def is_full_due(self, state: PullState, now: datetime) -> bool:
        """Whether the next pull is to be a full one, which also finds what was deleted; after trouble it never is."""
        last, tried = moment(state.full_at), moment(state.full_begun_at) or LONG_AGO
        if not self.full_days or last is None or state.error or state.running:
            return False
        return now >= max(last + timedelta(days=self.full_days), tried + FULL_AGAIN)
