"""Windows of exposure: what was watched from one second on and up to another, and lives as bins at both ends."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ticketlens.errors import ConfigError
from ticketlens.metrics.bins import bins_of
from ticketlens.model.filter import ENDING
from ticketlens.store.base import Exposure, Positions, Question
from ticketlens.store.cells import Cells
from ticketlens.store.codec import seconds

Ints = NDArray[np.int64]
Groups = Sequence[str | None]
ONE: Groups = (None,)
"""In place of a group for each ticket, where nothing is grouped."""


class Window(NamedTuple):
    """The seconds after `after` and up to `until` of one period, by its number."""

    number: int
    after: int
    until: int


def windows(question: Question, metric: str) -> Iterator[Window]:
    """Those that began by `as_of`, cut there. Raises ConfigError for a metric whose event has no moment of its own."""
    if metric not in ENDING:
        raise ConfigError(f"metric: {metric!r} is not watched while it runs; known are {', '.join(ENDING)}")
    last = seconds(question.as_of)
    for number, period in enumerate(question.periods):
        window = Window(number, seconds(period.start_at) - 1, min(seconds(period.end_at) - 1, last))
        if window.after < window.until:
            yield window


class Watched:
    """Collects tickets watched in windows, by the bins of their ages at both ends."""

    def __init__(self, clock: str, positions: Positions) -> None:
        self.leaving, self.late = Cells(), Cells()
        self._clock, self._positions = clock, positions

    def told(self) -> Exposure:
        return Exposure(self.leaving.told(), self.late.told())

    def moment(self, at: int, schedule: str | None) -> int:
        """A moment on the scale of the starts: itself, or the open seconds of a schedule until then."""
        if self._clock == "calendar":
            return at
        return int(self._positions(schedule or "", np.array([at], dtype=np.int64))[0])

    def left(
        self, window: Window, groups: Groups, starts: Ints, schedules: Groups, stops: Ints, *, ended: bool
    ) -> None:
        """Tickets by the moments of their starts (on the clock's scale) and of their ends (epoch seconds)."""
        ages = self._at(stops, schedules) - starts
        self.left_at(window, groups, starts, schedules, bins_of(np.maximum(ages, 0)), ended=ended)

    def left_at(
        self, window: Window, groups: Groups, starts: Ints, schedules: Groups, bins: Ints, *, ended: bool
    ) -> None:
        """The same with the bins of their ages at the end."""
        self.leaving.add(np.full(len(bins), window.number), groups, bins, ended=ended)
        ages = self._at(np.full(len(bins), window.after), schedules) - starts
        late = np.flatnonzero(ages > 0)
        names = groups if groups is ONE else [groups[index] for index in late.tolist()]
        self.late.add(np.full(len(late), window.number), names, bins_of(ages[late]), ended=False)

    def _at(self, moments: Ints, schedules: Groups) -> Ints:
        if self._clock == "calendar":
            return moments
        names, which = np.unique(np.array([name or "" for name in schedules], dtype=str), return_inverse=True)
        found = np.zeros(len(moments), dtype=np.int64)
        for number, name in enumerate(names.tolist()):
            mine = which == number
            found[mine] = self._positions(name, moments[mine])
        return found
