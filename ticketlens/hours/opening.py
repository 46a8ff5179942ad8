"""class Hours: the opening hours of settings, closed on the holidays that the store keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ticketlens.hours import holidays
from ticketlens.hours.derivation import Derivation
from ticketlens.hours.holidays import Change, Kept
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.schedule import Region, Schedule
from ticketlens.store.base import RecordStore


@dataclass
class Hours:
    """Whoever needs opening hours asks here: those of the settings do not know their holidays.

    `judged` is what else tickets are measured by, in an order of its own.
    """

    store: RecordStore
    told: Sequence[Schedule]
    zone: str
    judged: Sequence[object] = ()
    _read: dict[Region, tuple[int, Kept]] = field(default_factory=dict, init=False, repr=False)
    _clocks: Clocks = field(default_factory=Clocks, init=False, repr=False)
    _derived: tuple[Clocks, Derivation] | None = field(default=None, init=False, repr=False)

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Whose holidays are kept, in order."""
        return tuple(sorted({one.region for one in self.told if one.region is not None}, key=holidays.name_of))

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """As they count now: the dates that are kept, and for years that are not the package's."""
        return self.clocks.schedules

    @property
    def clocks(self) -> Clocks:
        """The same object until other holidays are kept, since its tables take a while."""
        if self._look() or len(self._clocks.schedules) != len(self.told):
            closed = {region: self._read[region][1].dates for region in self.regions}
            joined = (one.on_holidays(closed[one.region]) if one.region else one for one in self.told)
            self._clocks = Clocks(tuple(joined))
        return self._clocks

    @property
    def derivation(self) -> Derivation:
        """What days and durations are computed by now."""
        clocks = self.clocks
        if self._derived is None or self._derived[0] is not clocks:
            self._derived = clocks, Derivation.of(self.zone, clocks.schedules, self.judged)
        return self._derived[1]

    def keep(self) -> None:
        """Store the dates that are not there yet: before anything is measured by them."""
        for region in self.regions:
            holidays.keep(self.store, region)

    def kept(self) -> list[Kept]:
        """What is stored, of each region that a schedule names."""
        return [self._kept(region)[1] for region in self.regions]

    def changes(self) -> list[Change]:
        """Where the package now tells other dates for years that are stored."""
        return [change for kept in self.kept() if (change := holidays.change(kept))]

    def refresh(self) -> list[Change]:
        """Store what the package tells now; what that changed. Tickets are measured again after it."""
        return [holidays.refresh(self.store, region) for region in self.regions]

    def _look(self) -> bool:
        """Whether other dates are kept than at the last look."""
        changed = False
        for region in self.regions:
            version, kept = self._kept(region)
            if region not in self._read or self._read[region][0] != version:
                self._read[region] = version, holidays.whole(kept)
                changed = True
        return changed

    def _kept(self, region: Region) -> tuple[int, Kept]:
        record = self.store.get_record(holidays.NOUN, holidays.name_of(region))
        return (record.version if record else 0), holidays.read(record, region)
