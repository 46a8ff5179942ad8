"""Counts are exact: every figure of a store against a plain walk over its tickets."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketlens.errors import ConfigError
from ticketlens.metrics.bins import bin_of
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.exclusions import KINDS
from ticketlens.metrics.periods import Period, periods
from ticketlens.model.filter import ENDING, EVERYTHING, TIMED, Ended, Filter
from ticketlens.model.portion import PORTIONS
from ticketlens.store.base import Question, Store
from ticketlens.store.sizes import Sizes, among

World = Callable[[int], tuple[Store, Any]]
METRICS = (
    "ttr.full", "ttr.first", "reply.first", "reply.next", "wait.requester", "wait.agent", "wait.hold", "handling.first",
    "handling.last", "handling.sum",
)  # fmt: skip
BY = ("day", "week", "month")
WORLDS = st.integers(0, 3)
SEEDS = st.integers(0, 10_000)
HOURS = st.integers(-24, 24 * 130)
GROUPS = st.sampled_from((None, "group", "tag", "flaw", "topic", "custom.plan", "status", "channel"))
COHORTS = st.sampled_from(("arrived", "solved", "first_solved", "rated"))
SOME = settings(max_examples=60, deadline=None)
FIRST = datetime(2026, 1, 5, tzinfo=UTC)


def positions(clocks: Clocks) -> Callable[[str, Any], Any]:
    return lambda name, moments: clocks.named(name).positions(np.asarray(moments))


def question(worlds: ModuleType, hours: int, by: str, cohort: str, seed: int, group: str | None) -> Question:
    found = worlds.random_filter(seed) if seed % 3 else EVERYTHING
    spans = periods(by, date(2026, 1, 19), date(2026, 3, 30), "Europe/Stockholm")
    return Question(spans, FIRST + timedelta(hours=hours), cohort, found, group)


@SOME
@given(WORLDS, HOURS, st.sampled_from(BY), SEEDS, GROUPS, st.sampled_from(METRICS), st.booleans(), st.booleans())
def test_a_histogram_counts_what_a_walk_over_all_tickets_counts(
    world: World, worlds: ModuleType, oracle: ModuleType, clocks: Clocks,
    number: int, hours: int, by: str, seed: int, group: str | None, metric: str, business: bool, solved: bool,
) -> None:  # fmt: skip
    store, seen = world(number)
    clock = "business" if business else "calendar"
    asked = question(worlds, hours, by, "solved" if solved else "arrived", seed, group)
    assert store.histogram(asked, metric, clock, positions(clocks)) == oracle.histogram(seen, asked, metric, clock)


@SOME
@given(WORLDS, HOURS, st.sampled_from(BY), SEEDS, GROUPS, st.sampled_from(ENDING), st.booleans())
def test_an_exposure_is_what_a_walk_finds_in_each_window(
    world: World, worlds: ModuleType, oracle: ModuleType, clocks: Clocks,
    number: int, hours: int, by: str, seed: int, group: str | None, metric: str, business: bool,
) -> None:  # fmt: skip
    store, seen = world(number)
    clock = "business" if business else "calendar"
    asked = question(worlds, hours, by, "arrived", seed, group)
    told = store.exposure(asked, metric, clock, positions(clocks))
    assert told == oracle.exposure(seen, asked, metric, clock)


@SOME
@given(WORLDS, SEEDS, st.sampled_from(ENDING), st.booleans(), st.integers(0, 10), st.integers(1, 60))
def test_the_events_of_a_window_are_those_of_the_tickets_that_its_filter_lists(
    world: World, worlds: ModuleType, clocks: Clocks,
    number: int, seed: int, metric: str, business: bool, week: int, days: int,
) -> None:  # fmt: skip
    store, _ = world(number)
    clock = "business" if business else "calendar"
    first = date(2026, 1, 5) + timedelta(weeks=week)
    (begin,), (end,) = (periods("day", day, day, "Europe/Stockholm") for day in (first, first + timedelta(days=days)))
    window = Period("window", begin.start, end.start, begin.start_at, end.start_at)
    where = worlds.random_filter(seed)
    asked = Question((window,), window.end_at, where=replace(where, as_of=window.end_at - timedelta(seconds=1)))
    told = store.exposure(asked, metric, clock, positions(clocks))
    listed = replace(asked.where, ended=Ended(metric, clock, window.start_at, window.end_at))
    assert sum(cell.n for cell in told.leaving if cell.ended) == store.count_tickets(listed)


@SOME
@given(WORLDS, HOURS, st.sampled_from(BY), COHORTS, SEEDS, GROUPS)
def test_a_tally_adds_up_what_a_walk_over_all_tickets_adds_up(
    world: World, worlds: ModuleType, oracle: ModuleType,
    number: int, hours: int, by: str, cohort: str, seed: int, group: str | None,
) -> None:  # fmt: skip
    store, seen = world(number)
    asked = question(worlds, hours, by, cohort, seed, group)
    assert store.tally(asked) == oracle.tally(seen, asked)


@SOME
@given(WORLDS, HOURS, st.sampled_from(BY), COHORTS, SEEDS, GROUPS, st.sampled_from((1, 2, 20)))
def test_the_largest_groups_are_those_that_a_walk_finds_and_are_counted_alone_as_among_all(
    world: World, worlds: ModuleType, oracle: ModuleType, clocks: Clocks,
    number: int, hours: int, by: str, cohort: str, seed: int, group: str | None, limit: int,
) -> None:  # fmt: skip
    store, seen = world(number)
    asked = question(worlds, hours, by, cohort, seed, group)
    told = store.sizes(asked, limit)
    assert told == oracle.sizes(seen, asked, limit)
    alone = among(asked, told)
    assert of_groups(store.tally(alone), told) == of_groups(oracle.tally(seen, asked), told)
    if cohort not in ("arrived", "solved"):
        return
    metric, clock = METRICS[seed % len(METRICS)], ("calendar", "business")[seed % 2]
    counted = of_groups(oracle.histogram(seen, asked, metric, clock), told)
    assert of_groups(store.histogram(alone, metric, clock, positions(clocks)), told) == counted
    (sizes, found), (all_, whole) = store.sized_histogram(asked, metric, clock, positions(clocks), limit)
    assert (sizes, of_groups(found, told)) == (told, counted)
    ungrouped = replace(asked, group_by=None)
    assert all_ == oracle.sizes(seen, ungrouped, limit)
    assert whole == oracle.histogram(seen, ungrouped, metric, clock)


def of_groups(rows: Sequence[Any], told: Sizes) -> list[Any]:
    return [row for row in rows if row.group in told.groups]


@SOME
@given(WORLDS, SEEDS, st.lists(HOURS, min_size=1, max_size=3))
def test_the_backlog_is_who_was_open_and_still_observed(
    world: World, worlds: ModuleType, oracle: ModuleType, number: int, seed: int, hours: list[int]
) -> None:
    store, seen = world(number)
    where = worlds.random_filter(seed)
    moments = [FIRST + timedelta(hours=one) for one in hours]
    open_then = [
        sum(
            oracle.passes(seen, p, where) and oracle.is_open(p, int(at.timestamp()), observed=True)
            for p in seen.tickets
        )
        for at in moments
    ]
    assert store.backlog(moments, where) == open_then


@SOME
@given(WORLDS, HOURS, st.sampled_from(BY), st.booleans(), SEEDS, GROUPS, st.sampled_from(tuple(PORTIONS)))
def test_a_portion_is_of_the_tickets_of_which_it_is_known(
    world: World, worlds: ModuleType, oracle: ModuleType,
    number: int, hours: int, by: str, solved: bool, seed: int, group: str | None, figure: str,
) -> None:  # fmt: skip
    store, seen = world(number)
    asked = question(worlds, hours, by, "solved" if solved else "arrived", seed, group)
    assert store.portions(asked, figure) == oracle.portions(seen, asked, figure)


@SOME
@given(WORLDS, SEEDS, st.lists(HOURS, min_size=1, max_size=3))
def test_ages_of_the_backlog_are_those_of_who_was_open_then(
    world: World, worlds: ModuleType, oracle: ModuleType, number: int, seed: int, hours: list[int]
) -> None:
    store, seen = world(number)
    where = worlds.random_filter(seed)
    moments = [FIRST + timedelta(hours=one) for one in hours]
    ages = Counter(
        (index, bin_of(int((at - p.ticket.created_at).total_seconds() // 1)))
        for index, at in enumerate(moments)
        for p in seen.tickets
        if oracle.passes(seen, p, where) and oracle.is_open(p, int(at.timestamp()), observed=True)
    )
    told = store.backlog_ages(moments, where)
    assert [(cell.period, cell.bin, cell.n) for cell in told] == [(*key, n) for key, n in sorted(ages.items())]
    assert [sum(cell.n for cell in told if cell.period == i) for i in range(len(moments))] == store.backlog(
        moments, where
    )


@SOME
@given(WORLDS, SEEDS)
def test_coverage_parts_all_tickets_of_a_filter(
    world: World, worlds: ModuleType, oracle: ModuleType, number: int, seed: int
) -> None:
    store, seen = world(number)
    where = worlds.random_filter(seed)
    found = [seen.topics.get(p.text.fingerprint) for p in seen.tickets if oracle.passes(seen, p, where)]
    matches = [one.match if one else "ungrouped" for one in found]
    told = store.coverage(where)
    assert {name: matches.count(name) for name in ("core", "weak", "edited", "ungrouped")} == {
        "core": told.core, "weak": told.weak, "edited": told.edited, "ungrouped": told.ungrouped,
    }  # fmt: skip


@SOME
@given(WORLDS, SEEDS)
def test_what_stays_out_of_figures_is_counted_by_its_reason(
    world: World, worlds: ModuleType, number: int, seed: int
) -> None:
    store, _ = world(number)
    where = worlds.random_filter(seed)
    listed = {
        reason: store.count_tickets(Filter(where.first, where.last, where.dated, where.where, where.q, where.states,
                                           where.open_at, reason))
        for reason in KINDS
    }  # fmt: skip
    assert store.excluded(where) == {reason: n for reason, n in listed.items() if n}


@SOME
@given(WORLDS, SEEDS, st.sampled_from(("group", "tag", "flaw", "topic", "custom.plan", "language", "source")))
def test_a_facet_counts_the_tickets_that_its_value_lists(
    world: World, worlds: ModuleType, number: int, seed: int, field: str
) -> None:
    store, _ = world(number)
    where = worlds.random_filter(seed).without(field)
    told = store.facet(field, where)
    assert told == sorted(told, key=lambda one: (-one[1], one[0]))
    assert {value: store.count_tickets(where.having(field, value)) for value, _ in told} == dict(told)
    if field not in ("tag", "flaw"):
        assert sum(n for _, n in told) == store.count_tickets(where)


@pytest.mark.parametrize("group", ["group", "topic", "custom.plan", "status", "source"])
def test_groups_add_up_to_the_whole(world: World, worlds: ModuleType, group: str) -> None:
    store, _ = world(1)
    whole = question(worlds, 24 * 130, "week", "arrived", 0, None)
    parted = question(worlds, 24 * 130, "week", "arrived", 0, group)
    for field in ("n", "open", "waited_seconds", "rated", "satisfied"):
        assert sum(getattr(row, field) for row in store.tally(whole)) == sum(
            getattr(row, field) for row in store.tally(parted)
        )


def test_weeks_of_topics_are_the_tally_by_topic(world: World, worlds: ModuleType) -> None:
    store, _ = world(2)
    asked = question(worlds, 24 * 130, "week", "arrived", 0, "topic")
    tallied = {(row.period, row.group): row.n for row in store.tally(asked)}
    weekly = store.weekly([1, 2, 9], asked.periods, EVERYTHING)
    assert weekly == {
        topic: [tallied.get((number, str(topic)), 0) for number in range(len(asked.periods))] for topic in (1, 2, 9)
    }


def test_the_first_and_last_day_of_a_topic_are_those_of_its_tickets(world: World, oracle: ModuleType) -> None:
    store, seen = world(3)
    for topic, ends in store.first_and_last_day().items():
        days = [
            p.created_day for p in seen.tickets
            if p.excluded is None and oracle.values(seen, p, "topic") == [str(topic)]
        ]  # fmt: skip
        assert ends == (min(days), max(days))


@pytest.mark.parametrize("ask", ["histogram", "tally"])
def test_no_period_gives_no_row(world: World, clocks: Clocks, ask: str) -> None:
    store, _ = world(0)
    asked = Question((), FIRST)
    rows = store.tally(asked) if ask == "tally" else store.histogram(asked, "ttr.full", "calendar", positions(clocks))
    assert rows == []


def test_unknown_names_are_errors_that_name_the_known_ones(world: World, clocks: Clocks) -> None:
    store, _ = world(0)
    asked = Question(periods("week", date(2026, 1, 5), date(2026, 1, 5)), FIRST, group_by="colour")
    with pytest.raises(ConfigError, match="group"):
        store.tally(asked)
    with pytest.raises(ConfigError, match=r"ttr\.full"):
        store.histogram(asked, "ttr.never", "calendar", positions(clocks))
    with pytest.raises(ConfigError, match="group"):
        store.sized_histogram(asked, "ttr.full", "calendar", positions(clocks), 20)
    with pytest.raises(ConfigError, match="brand"):
        store.facet("colour", EVERYTHING)
    with pytest.raises(ConfigError, match="brand"):
        store.count_tickets(Filter(where={"colour": ("red",)}))
    with pytest.raises(ConfigError, match="topic"):
        store.count_tickets(Filter(where={"topic": ("login",)}))


@SOME
@given(WORLDS, HOURS, SEEDS, st.sampled_from(sorted(TIMED)))
def test_the_state_of_a_duration_is_held_by_exactly_those_that_its_figure_counts(
    world: World, worlds: ModuleType, clocks: Clocks, number: int, hours: int, seed: int, state: str
) -> None:
    store, _ = world(number)
    how, metric, clock = TIMED[state]
    asked = question(worlds, hours, "week", "arrived", seed, None)
    asked = replace(asked, where=replace(asked.where.between(None, None), as_of=None, open_at=None))
    counted = [
        cell for cell in store.histogram(asked, metric, clock, positions(clocks)) if how != "timed" or cell.ended
    ]
    inside = asked.where.between(asked.periods[0].start, asked.periods[-1].end - timedelta(days=1))
    listed = replace(inside, states=(*inside.states, state), as_of=asked.as_of)
    assert store.count_tickets(listed) == sum(cell.n for cell in counted)
