"""The first sentence of the Trends page, from comparisons made by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ticketlens.model.comparison import Change, Comparison, Effect, Explanation, Reason, Side
from ticketlens.model.filter import Filter
from web import wording
from web.pages.headline import headline

NOW = datetime(2026, 11, 19, tzinfo=UTC)
NONE = Effect(0, 0, 0)


def side(**figures):
    return Side("2026-10", date(2026, 10, 1), date(2026, 10, 31), NOW, Filter(), 200, 4, 22, **figures)


def compared(change, before, after, **other):
    made = {
        "metric": "ttr.full", "name": "Time to full resolution", "kind": "duration", "cohort": "arrived",
        "clock": "calendar", "zone": "UTC", "unit": "minutes", "by": "month", "against": "previous", "as_of": NOW,
        "horizon": 20160.0, "curves": None, "calendar": "Monday to Friday", "refused": (), "notes": (), "sentence": "",
    } | other  # fmt: skip
    return Comparison(before=before, after=after, change=change, **made)


ROSE = compared(Change("mean", "rose", 600, 300, 900, 0.5), side(mean=1200), side(mean=1800))


def why(*parts):
    """Parts as (name, minutes, low, high)."""
    reasons = tuple(
        Reason((name,), name, "kept", (100, 100), (0.5, 0.5), (1.0, 1.0), NONE, NONE, Effect(*ends), Filter(), Filter())
        for name, *ends in parts
    )
    return Explanation(
        metric="ttr.full", name="Time to full resolution", cohort="arrived", clock="calendar", zone="UTC",
        split_by="topic", against="previous", as_of=NOW, horizon=20160.0, before=ROSE.before, after=ROSE.after,
        old=1200, new=1800, change=Effect(600, 300, 900), speed=NONE, mix=NONE, reasons=reasons, refused=(), notes=(),
        sentence="",
    )  # fmt: skip


def said(told, explained=None):
    line = headline(told, explained)
    return f"{line.before}{line.name}{line.after}".replace("\xa0", " ")


def test_a_rise_names_the_part_that_makes_most_of_it():
    told = said(ROSE, why(("Refund", 400, 200, 600), ("Parcel", 100, 50, 150)))
    assert told == "Mean time to full resolution rose from 20 h to 30 h. Two thirds of the rise is “Refund”"


@pytest.mark.parametrize("part", [("Refund", 400, -50, 850), ("Refund", -400, -600, -200)])
def test_a_part_that_is_unclear_or_goes_the_other_way_is_not_named(part):
    assert said(ROSE, why(part)) == "Mean time to full resolution rose from 20 h to 30 h"


def test_where_nothing_is_grouped_no_topic_is_blamed():
    ungrouped = why(("in no topic", 600, 300, 900))
    alone = replace(ungrouped, reasons=(replace(ungrouped.reasons[0], keys=("",)),))
    assert said(ROSE, alone) == "Mean time to full resolution rose from 20 h to 30 h"


def test_an_abbreviation_keeps_its_letters_inside_a_sentence():
    told = compared(Change("value", "no clear change", 0.01, -0.1, 0.1, 0.1), side(value=0.2), side(value=0.21))
    assert "No clear change: SLA breach rate was" in said(replace(told, name="SLA breach rate", kind="share"))
    assert wording.within("Reopen rate") == "reopen rate"


def test_where_no_part_is_clear_the_speed_of_all_may_be():
    explained = replace(why(("Refund", 100, -50, 250)), speed=Effect(500, 200, 800))
    assert said(ROSE, explained).endswith(
        "rose from 20 h to 30 h. Most of the rise is speed, not another mix of tickets"
    )


def test_no_clear_change_is_said_with_both_figures():
    told = replace(ROSE, change=Change("mean", "no clear change", 60, -200, 320), after=side(mean=1260))
    assert said(told) == "No clear change: mean time to full resolution was 20 h before and is 21 h now"


def test_a_share_and_an_amount_are_said_in_their_units():
    share = compared(
        Change("value", "fell", -0.02, -0.03, -0.01), side(value=0.055), side(value=0.035), metric="reopen_rate",
        name="Reopen rate", kind="share", unit="share", cohort="solved", horizon=None,
    )  # fmt: skip
    assert said(share) == "Reopen rate fell from 5.5 % to 3.5 %"
    amount = compared(
        Change("per_day", "rose", 2.0, relative=0.2), side(per_day=10.0, value=220), side(per_day=12.0, value=264),
        metric="arrived", name="Arrived tickets", kind="amount", unit="tickets", horizon=None,
    )  # fmt: skip
    assert said(amount) == "Arrived tickets rose from 10 a working day to 12 a working day"


def test_nothing_is_claimed_where_nothing_is_compared():
    assert headline(replace(ROSE, change=Change("mean", "not compared"), refused=("too young",)), None) is None
