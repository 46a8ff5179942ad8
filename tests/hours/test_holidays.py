"""Dates of holidays are kept at their first use, and stay when another version of the package tells others."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest

from ticketlens.hours import holidays
from ticketlens.lens import Lens
from ticketlens.metrics.schedule import Region, public_holidays
from ticketlens.model.batch import TicketBatch

Opens = Callable[..., Lens]
MOVED = {date(2026, 6, 6): date(2026, 6, 5)}
SE: Region = ("SE", None)


def _upgraded(region: Region, years: Iterable[int]) -> dict[date, str]:
    """Another version of the package: one day of 2026 is another one."""
    return {MOVED.get(day, day): name for day, name in public_holidays(region, years).items()}


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def install() -> None:
        monkeypatch.setattr(holidays, "public_holidays", _upgraded)
        monkeypatch.setattr(holidays, "package_version", lambda: "99.1")

    return install


def _begin(lens: Lens, worlds: Any) -> Lens:
    list(lens.add([TicketBatch(tuple(worlds.random_tickets(1, 3)))]))
    return lens


def _closed(lens: Lens) -> frozenset[date]:
    return lens.hours.schedules[0].closed


def test_looking_stores_nothing_and_the_first_ticket_does(opens: Opens, worlds: Any) -> None:
    lens = opens()
    assert date(2026, 6, 6) in _closed(lens)
    assert lens.store.records(holidays.NOUN) == []
    _begin(lens, worlds)
    (kept,) = lens.hours.kept()
    assert not kept.missing
    assert kept.told_by[2026] == holidays.package_version()
    assert date(2026, 12, 25) in kept.dates


def test_an_upgrade_of_the_package_moves_no_history(opens: Opens, worlds: Any, upgrade: Callable[[], None]) -> None:
    _begin(opens(), worlds)
    upgrade()
    later = opens()
    assert date(2026, 6, 6) in _closed(later)
    assert date(2026, 6, 5) not in _closed(later)
    assert not later.stale
    (change,) = later.hours.changes()
    assert (list(change.added), list(change.removed)) == [[date(2026, 6, 5)], [date(2026, 6, 6)]] or (
        list(change.added), list(change.removed)) == ([date(2026, 6, 5)], [date(2026, 6, 6)])  # fmt: skip


def test_years_that_are_not_kept_yet_are_added_and_the_others_stay(
    opens: Opens, worlds: Any, upgrade: Callable[[], None]
) -> None:
    lens = _begin(opens(), worlds)
    record = lens.store.get_record(holidays.NOUN, "SE")
    assert record is not None
    dates, years = (dict(record.fields[name]) for name in ("dates", "years"))  # type: ignore[call-overload]
    fewer = {**record.fields, "years": {year: told for year, told in years.items() if year != "2027"},
             "dates": {day: name for day, name in dates.items() if not day.startswith("2027")}}  # fmt: skip
    lens.store.put_record(holidays.NOUN, "SE", fewer)
    upgrade()
    later = opens()
    later.hours.keep()
    (kept,) = later.hours.kept()
    assert (kept.told_by[2026], kept.told_by[2027]) == (holidays.__dict__["version"]("holidays"), "99.1")
    assert {date(2026, 6, 6), date(2027, 6, 6)} <= set(kept.dates)


def test_a_refresh_takes_the_new_dates_and_makes_the_store_stale(
    opens: Opens, worlds: Any, upgrade: Callable[[], None]
) -> None:
    running = _begin(opens(), worlds)
    upgrade()
    (change,) = opens().hours.refresh()
    assert list(change.removed) == [date(2026, 6, 6)]
    assert date(2026, 6, 5) in _closed(running), "a process that runs on sees it too"
    assert running.stale
    running.rederive(lambda done, total: None)
    assert not opens().stale
    assert opens().hours.changes() == []


def test_regions_of_a_country_are_kept_apart(opens: Opens) -> None:
    lens = opens({"name": "west", "hours": "24/7", "country": "US", "subdivision": "CA"},
                 {"name": "all", "hours": "24/7", "country": "US", "groups": ["x"]})  # fmt: skip
    lens.hours.keep()
    assert [one.id for one in lens.store.records(holidays.NOUN)] == ["US", "US-CA"]
    west, everywhere = lens.hours.schedules
    assert date(2026, 3, 31) in west.closed - everywhere.closed
