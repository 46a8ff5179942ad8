"""A change of what figures are computed by is kept with its moment, and told with the trends that it touches."""

from collections.abc import Callable
from typing import Any

import pytest

from ticketlens.hours.breaks import HOURS, JUDGED, RULES, ZONE, breaks, changed
from ticketlens.hours.derivation import Derivation
from ticketlens.lens import Lens

Opens = Callable[..., Lens]
OFFICE = {"name": "office", "zone": "Europe/Stockholm", "country": "SE", "hours": {"mon-fri": "09:00-17:00"}}
LONGER = {**OFFICE, "hours": {"mon-fri": "08:00-18:00"}}
ROW = {"subject": "a", "created_at": "2026-02-02T09:00:00Z", "status": "solved", "solved_at": "2026-02-03T09:00:00Z"}
TOLD = "opening hours changed on 20 April 2026: all weeks are computed by today's"


def derived(lens: Lens) -> Lens:
    lens.rederive(lambda done, total: None)
    return lens


@pytest.fixture
def first(opens: Opens) -> Lens:
    lens = opens(OFFICE)
    assert lens.push([{**ROW, "id": str(n)} for n in range(30)]).stored == 30
    return lens


def test_the_moment_of_a_change_is_kept_once(first: Lens, opens: Opens) -> None:
    assert breaks(derived(first).store) == ()
    lens = derived(derived(opens(LONGER)))
    (one,) = breaks(lens.store)
    assert (one.changed, one.at) == ((HOURS,), lens.now())


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"zone": "Asia/Tokyo"}, ZONE),
        ({"targets": [{"metric": "reply.first", "minutes": 60}]}, JUDGED),
        ({"exclusions": ["spam"]}, JUDGED),
    ],
)
def test_a_change_is_named(first: Lens, opens: Opens, settings: dict[str, Any], what: str) -> None:
    assert [one.changed for one in breaks(derived(opens(OFFICE, **settings)).store)] == [(what,)]


def test_what_an_earlier_version_wrote_is_another_way_of_measuring(first: Lens) -> None:
    now = first.hours.derivation
    assert changed(None, now) == (RULES,)
    assert changed(Derivation.read(now.fields()), now) == ()


def test_a_trend_tells_of_a_change_that_plays_a_part_in_it(first: Lens, opens: Opens) -> None:
    lens = derived(opens(LONGER))
    assert lens.trend(clock="business").notes == (TOLD,)
    assert lens.trend(clock="business", by="month").to_json()["notes"] == [TOLD.replace("weeks", "months")]
    assert lens.trend(metric="breach_rate").notes == (TOLD,)
    assert lens.trend().notes == lens.trend(metric="arrived").notes == ()
    zoned = derived(opens(LONGER, zone="Asia/Tokyo"))
    assert [note.partition(" changed")[0] for note in zoned.trend().notes] == ["the zone"]


def test_while_times_are_computed_again_a_trend_says_so_in_place_of_what_is_not_true_yet(
    first: Lens, opens: Opens
) -> None:
    assert first.trend(clock="business").notes == ()
    lens = opens(LONGER)
    (before,) = lens.trend(clock="business").notes
    assert "a worker recomputes times by itself" in before
    walk = lens.measuring.run(lens.preparer.prepare)
    next(walk)
    (during,) = lens.trend(clock="business").notes
    assert "0 of 30 tickets looked at" in during
    assert derived(lens).trend(clock="business").notes == (TOLD,)


def test_two_changes_of_a_day_are_told_once(first: Lens, opens: Opens) -> None:
    derived(opens(LONGER))
    assert derived(opens(OFFICE)).trend(clock="business").notes == (TOLD,)
