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


def test_what_is_under_a_minute_is_never_told_as_the_middle_of_a_minute():
    assert wording.alike(0.5, 3.0, 0) == (f"under 1{NBSP}min", f"3{NBSP}min", f"0{NBSP}min")
    assert wording.yardstick(0.5, 0.5).figure(0.5) == f"under 1{NBSP}min"
    assert wording.at_most("up to", 0.5) == f"under 1{NBSP}min"
    assert wording.at_most("within", 0.5) == f"in under 1{NBSP}min"
    assert wording.at_most("within", 1140) == f"within 19{NBSP}h"


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


def test_a_moment_of_another_year_is_told_with_it():
    at = datetime(2025, 12, 24, 16, 41, tzinfo=UTC)
    assert wording.moment(at, "Europe/Stockholm", year=True).replace(NBSP, " ") == "Wed 24 Dec 2025 17:41"
    assert wording.period_days(date(2025, 12, 1), date(2025, 12, 8), year=True) == f"1–7{NBSP}December{NBSP}2025"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (39.46 * 60, 42.56 * 60, ("39.5 h", "42.6 h", "3.1 h")),
        (20 * 60, 21 * 60, ("20 h", "21 h", "1 h")),
        (305.1 * 60, 301.4 * 60, ("305.1 h", "301.4 h", "3.7 h")),
        (9 * 1440, 12.5 * 1440, ("9.0 days", "12.5 days", "3.5 days")),
        (39.46 * 60, 42.64 * 60, ("39.46 h", "42.64 h", "3.2 h")),
        (20, 45, ("20 min", "45 min", "25 min")),
        (None, 45, ("–", "45 min", "0 min")),
    ],
)
def test_two_figures_agree_with_the_change_between_them(before, after, told):
    held = wording.yardstick(before, after)
    change = 0 if before is None else after - before
    texts = held.figure(before), held.figure(after), held.change(change)
    assert tuple(text.replace(NBSP, " ") for text in texts) == told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("desk has no ticket before 2024-11-22: 2024-11 may not be whole",
         "desk has no ticket before 22 November 2024: November 2024 may not be whole"),
        ("2026-W07 and 2026-Q1 are over", "week 7 of 2026 and quarter 1 of 2026 are over"),
        ("14 of 1,024-03 are none", "14 of 1,024-03 are none"),
    ],
)  # fmt: skip
def test_days_and_periods_in_a_sentence_are_said_as_people_do(text, said):
    assert wording.dated(text).replace("\xa0", " ") == said
