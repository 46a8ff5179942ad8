"""Every field of a filter, alone and beside every other one, counts what a plain walk over the tickets counts."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.periods import periods
from ticketlens.model.filter import EVERYTHING, FIELDS, Filter
from ticketlens.store.base import Question, Store

World = Callable[[int], tuple[Store, Any]]
NAMES = (*FIELDS, "custom.plan", "q")
WEEKS = periods("week", date(2026, 1, 5), date(2026, 3, 30), "Europe/Stockholm")
AS_OF = datetime(2027, 1, 1, tzinfo=UTC)
MOMENTS = [datetime(2026, 1, 12, tzinfo=UTC) + timedelta(days=9 * step) for step in range(6)]


def narrowed(worlds: ModuleType, name: str, where: Filter = EVERYTHING) -> Filter:
    """To one value of the field that some tickets have, and to another or to those without."""
    if name == "q":
        return Filter(where=where.where, q="creme")
    return where.having(name, worlds.VALUES[name][-2:] if name != "requester" else ("", "c-1"))


def assert_counted(
    store: Store, seen: Any, oracle: ModuleType, clocks: Clocks, where: Filter, group: str | None
) -> None:
    def positions(name: str, moments: Any) -> Any:
        return clocks.named(name).positions(np.asarray(moments))

    for cohort, clock in (("arrived", "calendar"), ("solved", "business")):
        asked = Question(WEEKS, AS_OF, cohort, where, group)
        assert store.tally(asked) == oracle.tally(seen, asked)
        counted = oracle.histogram(seen, asked, "ttr.full", clock)
        assert store.histogram(asked, "ttr.full", clock, positions) == counted
        (sizes, cells), _ = store.sized_histogram(asked, "ttr.full", clock, positions, 2)
        assert sizes == oracle.sizes(seen, asked, 2)
        of = [cell for cell in counted if cell.group in sizes.groups]
        assert [cell for cell in cells if cell.group in sizes.groups] == of
    returns = Question(WEEKS, AS_OF, "first_solved", where, group)
    assert store.tally(returns) == oracle.tally(seen, returns)
    assert store.backlog(MOMENTS, where) == open_at(seen, oracle, where)


def open_at(seen: Any, oracle: ModuleType, where: Filter, field: str = "", value: str = "") -> list[int]:
    tickets = [
        p for p in seen.tickets
        if oracle.passes(seen, p, where) and (not field or value in oracle.values(seen, p, field))
    ]  # fmt: skip
    return [sum(oracle.is_open(p, int(at.timestamp()), observed=True) for p in tickets) for at in MOMENTS]


@pytest.mark.parametrize("name", NAMES)
def test_one_filter_counts_what_a_walk_counts(
    world: World, worlds: ModuleType, oracle: ModuleType, clocks: Clocks, name: str
) -> None:
    store, seen = world(0)
    for group in (None, "assignee"):
        assert_counted(store, seen, oracle, clocks, narrowed(worlds, name), group)


@pytest.mark.parametrize(("one", "other"), list(combinations(NAMES, 2)), ids="+".join)
def test_two_filters_count_what_a_walk_counts(
    world: World, worlds: ModuleType, oracle: ModuleType, clocks: Clocks, one: str, other: str
) -> None:
    store, seen = world(1)
    assert_counted(store, seen, oracle, clocks, narrowed(worlds, other, narrowed(worlds, one)), None)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "q"])
def test_groups_by_every_field_count_what_a_walk_counts(
    world: World, worlds: ModuleType, oracle: ModuleType, clocks: Clocks, name: str
) -> None:
    store, seen = world(2)
    where = narrowed(worlds, "channel" if name != "channel" else "brand")
    assert_counted(store, seen, oracle, clocks, where, name)
    passed = [p for p in seen.tickets if oracle.passes(seen, p, where)]
    counted = Counter(value for p in passed for value in oracle.values(seen, p, name))
    assert store.facet(name, where) == sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    values = [*counted, "nobody's" if name != "topic" else "99"]
    assert store.backlogs(MOMENTS, where, name, values) == backlogs(seen, oracle, where, name, values)


def backlogs(seen: Any, oracle: ModuleType, where: Filter, name: str, values: Sequence[str]) -> dict[str, list[int]]:
    return {value: open_at(seen, oracle, where, name, value) for value in values}
