"""A split adds up exactly, by any field, is exact about who is new or gone, and says nothing that may be chance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum
from random import Random

import numpy as np
import pytest

from ticketlens.answers.curves import Histogram
from ticketlens.answers.pooling import pooled
from ticketlens.answers.sides import Pairing
from ticketlens.answers.why import SPLITS
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.metrics.bins import bins_of
from ticketlens.model import Message, Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.comparison import Explanation
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.base import Cell

NOW = datetime(2026, 12, 31, tzinfo=UTC)
OLD, NEW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
HORIZON = 14 * 24 * 60.0
OPEN = {"name": "always", "zone": "UTC", "hours": "24/7"}
Life = tuple[str | None, int, float]
"""(group, tickets in a month, hours until each is solved)."""


def tickets_of(start: datetime, lives: Sequence[Life]) -> list[Ticket]:
    dice, found = Random(start.month), []
    for group, n, hours in lives:
        for number in range(n):
            created = start + timedelta(seconds=dice.randint(0, 27 * 86_400))
            solved = created + timedelta(hours=hours * dice.uniform(0.9, 1.1))
            found.append(
                Ticket(
                    source=f"desk {number % 2}", id=f"{start:%m}-{group}-{number}", subject="Help", group=group,
                    created_at=created, updated_at=solved, status=Status.SOLVED, solved_at=solved,
                    first_solved_at=solved, channel=None, brand=group, assignee=f"{group}-{number % 30}", language="en",
                    organization=dice.choice(("acme", "blue")), custom={"plan": dice.choice(("pro", "free"))},
                    messages=(Message(created, "customer", True, "Help"), Message(solved, "agent", True, "Done")),
                    first_reply_at=solved,
                )
            )  # fmt: skip
    return found


Explain = Callable[..., Explanation]


@pytest.fixture
def explain(make_lens: Callable[..., Lens]) -> Explain:
    """`explain(old lives, new lives, split_by=…)`: two months held against each other."""

    def ask(old: Sequence[Life], new: Sequence[Life], *, split_by: str = "group", **asked: object) -> Explanation:
        lens = make_lens(now=NOW, zone="UTC", schedules=[OPEN])
        if lens.empty():
            before = tickets_of(datetime(2026, 9, 1, tzinfo=UTC), (("tier1", 2, 1.0),))
            for _ in lens.add([TicketBatch((*before, *tickets_of(OLD, old), *tickets_of(NEW, new)))]):
                pass
            for source in ("desk 0", "desk 1"):
                lens.store.set_read_to(source, NOW)
        told = lens.comparing.why(Pairing(period="2026-11", **asked), split_by=split_by)  # type: ignore[arg-type]
        for reason in told.reasons:
            assert reason.n == (lens.count(reason.before), lens.count(reason.after))
        return told

    return ask


def exact(told: Explanation) -> None:
    assert told.change is not None
    assert told.old is not None
    assert told.new is not None
    assert fsum(r.total.value for r in told.reasons) == pytest.approx(told.new - told.old, abs=1e-9)
    assert told.change.value == pytest.approx(told.new - told.old, abs=1e-9)
    assert fsum((told.speed.value, told.mix.value)) == pytest.approx(told.change.value, abs=1e-9)  # type: ignore[union-attr]
    assert (told.old, told.new) == pytest.approx((told.before.mean, told.after.mean))


OLD_LIVES, NEW_LIVES = (("a", 60, 10), ("b", 60, 30), (None, 40, 5)), (("a", 36, 9), ("b", 60, 40), ("c", 24, 60))


@pytest.mark.parametrize("split_by", [*SPLITS, "custom.plan"])
def test_the_parts_of_any_field_add_up_to_the_change(explain: Explain, split_by: str) -> None:
    told = explain(OLD_LIVES, NEW_LIVES, split_by=split_by)
    exact(told)
    assert sum(r.n[0] for r in told.reasons) == told.before.n == 160
    assert sum(r.n[1] for r in told.reasons) == told.after.n == 120


@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("metric", ["ttr.full", "ttr.first", "reply.first"])
@pytest.mark.parametrize("cohort", ["arrived", "solved"])
def test_any_duration_is_split_on_either_clock(explain: Explain, metric: str, clock: str, cohort: str) -> None:
    exact(explain(OLD_LIVES, NEW_LIVES, metric=metric, clock=clock, cohort=cohort))


def test_who_is_new_or_gone_has_mix_and_no_speed_and_no_group_is_one_of_its_own(explain: Explain) -> None:
    told = explain(OLD_LIVES, NEW_LIVES)
    by = {reason.name: reason for reason in told.reasons}
    assert {name: by[name].kind for name in by} == {"a": "kept", "b": "kept", "c": "new", "no group": "vanished"}
    assert (by["c"].speed.value, by["c"].mean[0], by["no group"].speed.value, by["no group"].mean[1]) == (
        0,
        None,
        0,
        None,
    )
    assert by["c"].mix.value == pytest.approx(by["c"].share[1] * (by["c"].mean[1] - (told.old + told.new) / 2))  # type: ignore[operator]
    assert by["no group"].keys == ("",)
    assert by["c"].mix.clear
    assert by["b"].speed.clear


def test_a_shift_of_volume_alone_is_no_speed(explain: Explain) -> None:
    told = explain((("a", 60, 10), ("b", 60, 30)), (("a", 30, 10), ("b", 90, 30)))
    assert told.speed is not None
    assert told.mix is not None
    assert told.mix.clear
    assert not told.speed.clear
    exactly = parts({"a": ((60, 10), (30, 10)), "b": ((60, 30), (90, 30))})
    assert sum(abs(speed) for speed, _ in exactly.values()) == pytest.approx(0, abs=1e-9)


def test_every_group_may_get_faster_while_the_mean_gets_worse(explain: Explain) -> None:
    told = explain((("a", 90, 10), ("b", 30, 100)), (("a", 40, 9), ("b", 100, 90)))
    assert told.change is not None
    assert told.change.value > 0
    assert all(reason.speed.value < 0 for reason in told.reasons)
    assert " rose from " in told.sentence
    assert "Speed works against it" in told.sentence


def test_small_groups_stand_together(explain: Explain) -> None:
    told = explain((("a", 60, 10), ("b", 12, 30), ("c", 15, 40)), (("a", 60, 20), ("b", 13, 30), ("d", 14, 9)))
    exact(told)
    others = told.reasons[-1]
    assert (others.name, others.keys, others.n, others.pooled) == ("all others", ("b", "c", "d"), (27, 27), True)


def test_a_cause_is_named_with_its_hours(explain: Explain) -> None:
    told = explain((("a", 80, 10), ("b", 80, 20)), (("a", 80, 10), ("b", 80, 40)))
    assert told.sentence.startswith(
        "Time to full resolution, mean of the first 14 days, rose from 15 h to 25 h (+10 h, 95 %"
    )
    assert "Nearly all (+10 h) is speed: b, slower (+10 h)" in told.sentence


def test_what_moves_only_in_parts_is_not_called_clear(explain: Explain) -> None:
    """One group got slower and another faster by as much, while more came to a slow one."""
    told = explain(
        (("a", 80, 10), ("b", 80, 40), ("c", 120, 5), ("d", 40, 100)),
        (("a", 80, 40), ("b", 80, 10), ("c", 40, 5), ("d", 120, 100)),
    )
    assert "Speed on the whole makes no clear difference (" in told.sentence
    assert "), though parts of it do: a, slower (+" in told.sentence


def test_where_nothing_moved_nothing_is_blamed(explain: Explain) -> None:
    told = explain((("a", 80, 10), ("b", 80, 20)), (("a", 80, 10), ("b", 80, 20)))
    assert told.sentence.startswith("No clear change: ")
    assert not any(reason.total.clear for reason in told.reasons if abs(reason.total.value) > 30)


def test_what_may_not_be_compared_is_not_split(explain: Explain) -> None:
    told = explain(OLD_LIVES, (*NEW_LIVES, ("z", 0, 1)), against="2026-09")
    assert (told.reasons, told.change, told.sentence.count("not compared")) == ((), None, 1)
    few = explain(OLD_LIVES, NEW_LIVES, where=EVERYTHING.having("group", "c"))
    assert few.refused == ("fewer than 20 of the tickets of a side have ended",)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"split_by": "tag"}, "custom.NAME"), ({"metric": "arrived"}, "only a duration"), ({"split_by": "q"}, "none of")],
)
def test_what_cannot_be_split_is_refused(explain: Explain, asked: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        explain(OLD_LIVES, NEW_LIVES, **asked)


def test_the_same_tickets_give_the_same_answer(explain: Explain) -> None:
    told = explain(OLD_LIVES, NEW_LIVES)
    assert replace(explain(OLD_LIVES, NEW_LIVES), sentence="") == replace(told, sentence="")


# -- over histograms alone, where both sides can be swapped and groups renamed

Cells = dict[str | None, tuple[tuple[int, float], tuple[int, float]]]
WORLD: Cells = {"a": ((50, 10), (30, 9)), "b": ((50, 30), (50, 28)), "c": ((0, 1), (20, 60))}


def histogram(world: Cells) -> Histogram:
    """(tickets, hours) before and after, by group."""
    cells = [
        Cell(side, key, int(bins_of(int(hours * 3600))), True, n)
        for key, sides in world.items()
        for side, (n, hours) in enumerate(sides)
        if n
    ]
    return Histogram.of(cells, 2)


def parts(world: Cells) -> dict[str, tuple[float, float]]:
    found = pooled(histogram(world), HORIZON)
    assert found is not None
    return {key: (effect.speed, effect.mix) for key, effect in found.split().effects.items()}


def test_the_worked_example_comes_out_of_histograms_to_the_width_of_a_bin() -> None:
    told = parts(WORLD)
    assert [told[key][0] / 60 for key in "abc"] == pytest.approx([-0.4, -1.0, 0], abs=0.25)
    assert [told[key][1] / 60 for key in "abc"] == pytest.approx([2.97, 0, 7.13], abs=0.25)
    assert sum(map(sum, told.values())) / 60 == pytest.approx(8.7, abs=0.3)


def test_swapped_sides_turn_every_sign_and_other_names_change_nothing() -> None:
    told = parts(WORLD)
    back = parts({key: (new, old) for key, (old, new) in WORLD.items()})
    renamed = parts({f"x{key}": sides for key, sides in WORLD.items()})
    for key, effects in told.items():
        assert back[key] == pytest.approx((-effects[0], -effects[1]), abs=1e-9)
        assert renamed[f"x{key}"] == pytest.approx(effects, abs=1e-9)


def test_two_groups_alike_may_be_one_and_the_totals_stay() -> None:
    apart = parts({"a": ((20, 10), (30, 20)), "b": ((30, 10), (20, 20)), "c": ((50, 30), (60, 25))})
    merged = parts({"a": ((50, 10), (50, 20)), "c": ((50, 30), (60, 25))})
    assert np.sum(list(apart.values()), axis=0) == pytest.approx(np.sum(list(merged.values()), axis=0), abs=1e-9)


def test_two_filters_at_one_time_differ_and_nothing_moved(explain: Explain) -> None:
    here, other = (EVERYTHING.having("group", NEW_LIVES[place][0]) for place in (0, 1))
    told = explain(OLD_LIVES, NEW_LIVES, split_by="channel", where=here, versus=other)
    assert told.against == "same"
    assert not {"rose", "fell", "new", "gone"} & {*told.sentence.replace(",", " ").split()}
    assert (" here and " in told.sentence) is not bool(told.refused)
    assert not told.refused
