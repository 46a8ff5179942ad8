"""Dates of public holidays, kept in the store at their first use: an upgrade of the package moves no history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from ticketlens.metrics.schedule import FIRST_YEAR, LAST_YEAR, Region, public_holidays
from ticketlens.store.base import Record, RecordStore

NOUN = "holidays"
PACKAGE = "holidays"
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)

Named = Mapping[date, str]
"""Dates and the names of their holidays."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`told_by` says of each year that is kept which version of the package told it."""

    region: Region
    dates: Named
    told_by: Mapping[int, str]

    @property
    def missing(self) -> list[int]:
        return [year for year in YEARS if year not in self.told_by]


@dataclass(frozen=True, slots=True)
class Change:
    """What the package tells now, against what is kept: dates that would come, and dates that would go."""

    region: Region
    added: Named
    removed: Named

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def package_version() -> str:
    return version(PACKAGE)


def name_of(region: Region) -> str:
    """`SE`, or `US-CA`."""
    return "-".join(part for part in region if part)


def read(record: Record | None, region: Region) -> Kept:
    """What is kept; nothing where there is no record yet."""
    if record is None:
        return Kept(region, {}, {})
    dates, years = record.fields["dates"], record.fields["years"]
    assert isinstance(dates, Mapping)
    assert isinstance(years, Mapping)
    return Kept(
        region,
        {date.fromisoformat(day): str(name) for day, name in dates.items()},
        {int(year): str(told) for year, told in years.items()},
    )


def whole(kept: Kept) -> Kept:
    """With the years that are not kept yet as the package tells them."""
    missing = kept.missing
    if not missing:
        return kept
    told = dict.fromkeys(missing, package_version())
    return Kept(kept.region, {**kept.dates, **_told(kept.region, missing)}, {**kept.told_by, **told})


def keep(store: RecordStore, region: Region) -> None:
    """Store the years that are not there yet; those that are stay as they are."""
    while True:
        record = store.get_record(NOUN, name_of(region))
        kept = read(record, region)
        if not kept.missing or _put(store, whole(kept), record):
            return


def refresh(store: RecordStore, region: Region) -> Change:
    """Take what the package tells now for every year; what that changed."""
    while True:
        record = store.get_record(NOUN, name_of(region))
        kept = read(record, region)
        fresh = Kept(region, _told(region, YEARS), dict.fromkeys(YEARS, package_version()))
        if _put(store, fresh, record):
            return change(kept)


def change(kept: Kept) -> Change:
    """What a refresh would change in the years that are kept."""
    now = _told(kept.region, kept.told_by)
    return Change(
        kept.region,
        {day: name for day, name in now.items() if day not in kept.dates},
        {day: name for day, name in sorted(kept.dates.items()) if day not in now},
    )


def _told(region: Region, years: Iterable[int]) -> Named:
    """Of these years alone: asked for some dates, the package adds the years around them."""
    wanted = frozenset(years)
    return {day: name for day, name in public_holidays(region, sorted(wanted)).items() if day.year in wanted}


def _put(store: RecordStore, kept: Kept, record: Record | None) -> bool:
    country, subdivision = kept.region
    fields = {
        "country": country,
        "subdivision": subdivision,
        "dates": {day.isoformat(): name for day, name in sorted(kept.dates.items())},
        "years": {str(year): told for year, told in sorted(kept.told_by.items())},
    }
    expected = record.version if record else 0
    return store.put_record(NOUN, name_of(kept.region), fields, expected=expected) is not None
