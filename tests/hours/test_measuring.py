"""A changed schedule: what it touches is measured again, what it does not touch is left alone, in both stores."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ticketlens.hours import measuring
from ticketlens.lens import Lens
from ticketlens.metrics.track import groups_of
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.ticket import Ticket
from ticketlens.store.base import Prepared
from ticketlens.worker import Worker

Opens = Callable[..., Lens]
OFFICE = {"name": "office", "zone": "Europe/Stockholm", "country": "SE", "hours": {"mon-fri": "09:00-17:00"}}
NIGHT = {"name": "night", "groups": ["tier2"], "hours": {"mon-sun": "22:00-06:00"}}
SHOP = {"name": "shop", "brands": ["shop"], "groups": ["tier1"], "hours": {"sat-sun": "10:00-16:00"}}
LONGER = {**NIGHT, "hours": {"mon-sun": "20:00-06:00"}}
ALL = Filter(excluded="any")


class Seen:
    """A store that notes which tickets were written anew, and dies at a page if it is told to."""

    def __init__(self, store: Any, dies_at: int = -1) -> None:
        self._store = store
        self.written: list[str] = []
        self.pages = 0
        self.dies_at = dies_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put_derived(self, batch: Sequence[Prepared]) -> None:
        self.pages += 1
        if self.pages == self.dies_at:
            raise KeyboardInterrupt
        self.written += [one.ticket.id for one in batch]
        self._store.put_derived(batch)


@pytest.fixture
def tickets(worlds: Any) -> list[Ticket]:
    return list({(one.source, one.id): replace(one, id=f"{one.source} {one.id}") for one in
                 worlds.random_tickets(5, 400)}.values())  # fmt: skip


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "PAGE", 50)


def _filled(lens: Lens, tickets: Sequence[Ticket]) -> Lens:
    list(lens.add([TicketBatch(tuple(tickets))]))
    return lens


def _told(lens: Lens) -> list[dict[str, object]]:
    return list(lens.export_rows(ALL))


def _fresh(tickets: Sequence[Ticket], lens: Lens) -> dict[str, Prepared]:
    """All tickets measured at once by what is set now."""
    return {one.id: lens.preparer.prepare(one) for one in tickets}


def _agrees(lens: Lens, tickets: Sequence[Ticket]) -> None:
    """Every stored duration equals a full computation."""
    fresh, cursor, seen = _fresh(tickets, lens), None, 0
    while True:
        page = lens.store.list_tickets(ALL, cursor=cursor, limit=200)
        for row in page.items:
            told = fresh[row.ticket.id].timing.durations
            assert {key: row.durations[key] for key in row.durations} == {
                (metric, clock): told[metric][index]
                for metric in told for index, clock in enumerate(("calendar", "business"))
            }  # fmt: skip
            seen += 1
        cursor = page.next
        if cursor is None:
            break
    assert seen == len(tickets)


def test_only_tickets_that_the_changed_schedule_was_for_are_written(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(), tickets)
    lens = opens(OFFICE, LONGER, SHOP)
    lens = replace(lens, store=(seen := Seen(lens.store)))  # type: ignore[type-var]
    assert lens.stale
    touched = sorted(one.id for one in tickets if "tier2" in groups_of(one))
    assert 0 < len(touched) < len(tickets)
    assert lens.rederive(lambda done, total: None) == len(touched)
    assert sorted(seen.written) == touched
    assert not lens.stale
    assert lens.measuring.progress() is None
    _agrees(lens, tickets)


def test_an_added_and_a_removed_schedule_touch_whom_they_take_over(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(OFFICE, NIGHT), tickets)
    added = opens(OFFICE, NIGHT, SHOP)
    added = replace(added, store=(seen := Seen(added.store)))  # type: ignore[type-var]
    added.rederive(lambda done, total: None)
    wanted = sorted(one.id for one in tickets if one.brand == "shop" and "tier1" in groups_of(one))
    assert sorted(seen.written) == wanted
    _agrees(added, tickets)
    removed = opens(NIGHT, SHOP)
    removed.rederive(lambda done, total: None)
    _agrees(removed, tickets)


def test_a_closed_day_more_is_seen_and_the_order_of_groups_is_not(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(OFFICE, {**NIGHT, "groups": ["tier2", "tier3"]}), tickets[:5])
    assert not opens(OFFICE, {**NIGHT, "groups": ["tier3", "tier2"]}).stale
    assert opens({**OFFICE, "closed": ["2026-02-03"]}, NIGHT).stale
    assert opens({**OFFICE, "special": {"2026-02-03": []}}, NIGHT).stale


def test_a_changed_zone_touches_everything(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(), tickets)
    lens = opens(zone="Pacific/Auckland")
    assert lens.rederive(lambda done, total: None) == len(tickets)


def test_what_was_derived_by_an_earlier_version_is_all_measured_again(opens: Opens, tickets: list[Ticket]) -> None:
    lens = _filled(opens(), tickets)
    lens.store.put_record("derived", "settings", {"fingerprint": "UTC|()"})
    assert opens().stale
    assert opens().rederive(lambda done, total: None) == len(tickets)


@pytest.mark.parametrize("again", [(OFFICE, LONGER, SHOP), (OFFICE, NIGHT), (OFFICE, NIGHT, SHOP)])
def test_who_is_killed_is_followed_by_another_that_goes_on(
    opens: Opens, tickets: list[Ticket], again: tuple[dict[str, Any], ...]
) -> None:
    """Also where the settings were changed once more meanwhile, or back."""
    _filled(opens(), tickets)
    killed = opens(OFFICE, LONGER, SHOP)
    killed = replace(killed, store=(first := Seen(killed.store, dies_at=4)))  # type: ignore[type-var]
    with pytest.raises(KeyboardInterrupt):
        killed.rederive(lambda done, total: None)
    progress = killed.measuring.progress()
    assert progress is not None
    assert (progress.seen, progress.total) == (150, len(tickets))
    assert "150 of" in killed.ready()[0]
    lens = opens(*again)
    lens = replace(lens, store=(second := Seen(lens.store)))  # type: ignore[type-var]
    lens.rederive(lambda done, total: None)
    if again == (OFFICE, LONGER, SHOP):
        assert not set(first.written) & set(second.written), "what was done is not done again"
    assert not lens.stale
    _agrees(lens, tickets)


PROCESS = """
import json, sys
from pathlib import Path
from ticketlens.config import load_settings
from ticketlens.hours import measuring
from ticketlens.lens import Lens
from ticketlens.store.open import open_store

measuring.PAGE = 20
address, schedules = sys.argv[1], json.loads(sys.argv[2])
settings = load_settings(Path("empty.toml"), {}, {"store": address, "schedules": schedules})
lens = Lens(open_store(address), settings, None)
for told in lens.measuring.run(lens.preparer.prepare):
    print(told.seen, flush=True)
"""


def test_a_process_killed_outright_is_followed_by_another(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(), tickets)
    lens = opens(OFFICE, LONGER, SHOP)
    words = [sys.executable, "-c", PROCESS, lens.settings.store, json.dumps([OFFICE, LONGER, SHOP])]
    paths = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}) as process:
        assert process.stdout is not None
        assert any(int(line) >= 60 for line in process.stdout)
        process.kill()
    progress = lens.measuring.progress()
    assert progress is not None
    assert 60 <= progress.seen < len(tickets)
    assert lens.stale
    steps: list[int] = []
    lens.rederive(lambda done, total: steps.append(done))
    assert steps[0] == progress.seen, "it goes on where the other stood"
    assert not lens.stale
    _agrees(lens, tickets)


def test_the_worker_does_it_by_itself_once(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(), tickets)
    lens = opens(OFFICE, LONGER, SHOP)
    worker = Worker(lens)
    assert worker.measure()
    assert not worker.measure()
    assert not lens.stale
    _agrees(lens, tickets)


def test_a_worker_told_to_stop_leaves_the_rest_to_the_next(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(), tickets)
    stopped = threading.Event()
    stopped.set()
    worker = Worker(opens(OFFICE, LONGER, SHOP), stopped=stopped)
    worker.measure()
    assert worker.lens.stale
    after = Worker(opens(OFFICE, LONGER, SHOP))
    after.measure()
    assert not after.lens.stale
    _agrees(after.lens, tickets)


def test_a_worker_of_older_settings_does_not_measure_back(opens: Opens, tickets: list[Ticket]) -> None:
    old = Worker(_filled(opens(), tickets))
    assert not old.measure()
    newer = Worker(opens(OFFICE, LONGER, SHOP))
    assert newer.measure()
    assert not old.measure()
    assert not newer.measure()
    assert newer.lens.count(EVERYTHING) > 0


def test_only_one_at_a_time_measures(opens: Opens, tickets: list[Ticket]) -> None:
    _filled(opens(), tickets)
    one = opens(OFFICE, LONGER, SHOP)
    with one.alone("measure", "another").held() as held:
        assert held
        assert not Worker(opens(OFFICE, LONGER, SHOP)).measure()
    assert one.stale
