"""Every difference of the fixture is explained, by the reason that made it; the two without a reason stay so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from parity.stories import (
    CLOCKS,
    CLOSED,
    EXPORTED,
    HANDED_OVER,
    MONDAY,
    PROACTIVE,
    SILENT,
    STORIES,
    TWICE,
    ZONES,
    H,
    Told,
    ticket,
)  # fmt: skip

from ticketlens.metrics.durations import measure
from ticketlens.model.ticket import Ticket
from ticketlens.parity.columns import Column
from ticketlens.parity.compare import Compared, Ours, Terms, Theirs, compare, summary
from ticketlens.parity.reasons import TOLD, Reason

TERMS = Terms(CLOCKS, ZONES, EXPORTED)


def compared(story: Told, terms: Terms = TERMS) -> list[Compared]:
    column = Column(story.name, story.metric, story.clock, "seconds")  # type: ignore[arg-type]
    ours = Ours(story.ticket, story.ours, story.excluded) if story.ticket else None
    return compare(Theirs("desk", "1", {column: story.theirs}), ours, replace(terms, tolerance=story.tolerance))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_difference_is_told_with_the_reason_that_made_it(story: Told) -> None:
    (one,) = compared(story)
    assert one.reasons == story.reasons
    assert one.explanation.endswith(".")
    assert "{" not in one.explanation


@pytest.mark.parametrize(
    ("story", "theirs", "reasons"),
    [
        (SILENT, 100 * H, "automatic_close"), (PROACTIVE, 24 * H, "from_creation"), (CLOSED, 120 * H, "closed"),
        (TWICE, 24 * H, "first_solve"), (HANDED_OVER, 16 * H, "other_clock+one_schedule"),
    ],
)  # fmt: skip
def test_a_ticket_that_we_measure_ourselves_is_told_with_the_same_reasons(
    story: Ticket, theirs: int, reasons: str
) -> None:
    ours = {
        (metric, clock): seconds
        for metric, pair in measure(story, CLOCKS).durations.items()
        for clock, seconds in zip(("calendar", "business"), pair, strict=True)
    }
    (one,) = compared(Told("", "", theirs, ours, story))
    assert one.reasons == reasons


def test_every_reason_that_a_ticket_alone_can_show_is_in_the_fixture() -> None:
    shown = {reason for story in STORIES for reason in story.reasons.split("+")}
    assert shown == set(Reason) - {Reason.ROUNDED, Reason.CONSTANT_SHIFT, Reason.BEHIND, Reason.OWN_TIME}
    assert set(TOLD) == set(Reason)


def test_all_differences_but_the_two_riddles_are_explained() -> None:
    every = [one for story in STORIES for one in compared(story)]
    told = summary(every)
    assert (told["compared"], told["equal"], told["unexplained"], told["blank"]) == (len(STORIES) - 1, 0, 2, 1)
    assert sum(row["n"] for row in told["reasons"]) == told["differing"]  # type: ignore[attr-defined]


def test_figures_of_one_ticket_are_counted_as_one_ticket() -> None:
    one = next(one for story in STORIES for one in compared(story) if one.why)
    (told,) = summary([one, one, replace(one, id="another")])["reasons"]  # type: ignore[misc]
    assert (told["n"], told["tickets"]) == (3, 2)


@pytest.mark.parametrize(("theirs", "tolerance", "reasons"), [(86_400, 60, ""), (86_459, 60, ""), (86_461, 60, "x")])
def test_figures_within_the_tolerance_are_equal(theirs: int, tolerance: int, reasons: str) -> None:
    (one,) = compared(Told("", "", theirs, {("ttr.full", "calendar"): 86_400}, tolerance=tolerance))
    assert bool(one.why) == bool(reasons)


def test_where_neither_side_has_a_figure_there_is_nothing_to_compare() -> None:
    assert compared(Told("", "", None, {})) == []
    assert compared(Told("", "", None, {("ttr.full", "calendar"): 9}, excluded="spam")) == []


def test_a_ticket_that_was_changed_there_since_is_told_as_such() -> None:
    story = Told("", "", 7777, {("ttr.full", "calendar"): 86_400})
    column = Column("", "ttr.full", "calendar", "seconds")
    later = Theirs("desk", "1", {column: 7777}, updated_at=MONDAY + timedelta(days=9))
    (one,) = compare(later, Ours(ticket(), story.ours), TERMS)
    assert one.reasons == "behind"


def test_a_solved_time_that_the_history_contradicts_is_named_by_its_column() -> None:
    column = Column("", "ttr.full", "calendar", "seconds")
    row = Theirs("desk", "1", {column: 7777}, ends={"closed_at": 1, "resolved_at": int(MONDAY.timestamp()) + 7777})
    (one,) = compare(row, Ours(ticket(), {("ttr.full", "calendar"): 86_400}), TERMS)
    assert (one.reasons, "resolved_at" in one.explanation) == ("own_time", True)


def test_without_the_moment_of_the_export_nothing_is_told_to_be_newer() -> None:
    newer = next(story for story in STORIES if story.name == "newer")
    (one,) = compared(newer, Terms(CLOCKS, ZONES))
    assert one.reasons == "first_solve"


def test_a_difference_is_told_in_minutes_and_a_count_as_a_count() -> None:
    (one,) = compared(Told("", "", 3630, {("ttr.full", "calendar"): 86_400}))
    assert (one.to_json()["theirs"], one.to_json()["ours"], one.to_json()["difference"]) == (60.5, 1440.0, -1379.5)
    (count,) = compared(next(story for story in STORIES if story.metric == "reopens"))
    assert (count.to_json()["theirs"], count.to_json()["ours"]) == (0, 1)
