from datetime import UTC, date, datetime

import pytest

from ticketlens.metrics.definition import UNITS
from web import wording
from web.wording import MINUS, NBSP


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (None, "–"), (0, "0 min"), (0.4, "under 1 min"), (45, "45 min"), (59.6, "60 min"), (89.4, "89 min"),
        (90, "1.5 h"), (19 * 60, "19 h"), (47.4 * 60, "47 h"), (48 * 60, "2 days"), (4.25 * 1440, "4.2 days"),
        (45 * 1440, "45 days"), (-90, "−1.5 h"),
    ],
)  # fmt: skip
def test_a_duration_is_told_in_the_unit_that_reads_best(minutes, text):
    assert wording.duration(minutes) == text.replace(" min", f"{NBSP}min").replace(" h", f"{NBSP}h").replace(
        " days", f"{NBSP}days"
    )


def test_unknown_is_never_zero():
    assert {
        wording.number(None),
        wording.percent(None),
        wording.change(None, "minutes"),
        wording.measure(None, "x"),
    } == {"–"}


def test_a_change_carries_its_sign_and_unit():
    assert wording.change(300, "minutes") == f"+5{NBSP}h"
    assert wording.change(-0.004, "share") == f"{MINUS}0.4{NBSP}pts"
    assert wording.change(0.09, "tickets", relative=True) == f"+9{NBSP}%"
    assert wording.change(-112, "tickets") == f"{MINUS}112"
    assert wording.change(0.001, "tickets", relative=True) == f"±0{NBSP}%"


@pytest.mark.parametrize(
    ("unit", "figure", "difference"),
    [
        ("minutes", "2 days", "+2 days"), ("share", "288,000.0 %", "+288000.0 pts"), ("points", "2,880", "+2,880.0"),
        ("tickets", "2,880", "+2,880"), ("hours", "2,880 h", "+2,880 h"), ("money", "2,880", "+2,880"),
    ],
)  # fmt: skip
def test_every_unit_of_a_metric_has_its_way_of_writing(unit, figure, difference):
    assert unit in UNITS
    assert wording.measure(2880, unit).replace(NBSP, " ") == figure
    assert wording.change(2880, unit).replace(NBSP, " ") == difference


def test_a_currency_stands_after_its_amount():
    assert wording.measure(1284.4, "EUR") == f"1,284{NBSP}EUR"


def test_points_of_a_score_keep_one_decimal():
    assert (wording.measure(4.08, "points"), wording.change(-0.25, "points")) == ("4.1", f"{MINUS}0.2")


def test_days_of_a_range_are_told_once():
    assert wording.day_range(date(2026, 11, 9), date(2026, 11, 15)) == f"9–15{NBSP}November"
    assert wording.day_range(date(2026, 9, 28), date(2026, 10, 4)) == f"28{NBSP}September – 4{NBSP}October"
    assert "2025" in wording.day_range(date(2025, 12, 29), date(2026, 1, 4))
    assert wording.period_days(date(2026, 11, 9), date(2026, 11, 16)) == f"9–15{NBSP}November"


def test_a_moment_is_told_in_the_workspaces_zone():
    assert (
        wording.moment(datetime(2026, 11, 19, 8, 12, tzinfo=UTC), "Europe/Stockholm").replace(NBSP, " ")
        == "Thu 19 Nov 09:12"
    )


def test_one_ticket_is_not_tickets():
    assert wording.count(1, "ticket") == f"1{NBSP}ticket"
    assert wording.count(2214, "ticket") == f"2,214{NBSP}tickets"


def test_words_are_joined_as_in_a_sentence():
    assert wording.words(["a"]) == "a"
    assert wording.words(["a", "b", "c"]) == "a, b and c"


def test_a_number_is_bound_to_its_unit():
    assert wording.bound(
        "from 14 h to 3.2 days, 12 % of 20 tickets"
    ) == "from 14~h to 3.2~days, 12~% of 20~tickets".replace("~", NBSP)
