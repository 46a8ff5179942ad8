import re
from pathlib import Path

import pytest

from ticketlens.errors import ConfigError
from ticketlens.parity.columns import Column, layout, read_figure, understood


@pytest.mark.parametrize(
    ("name", "metric", "clock", "unit"),
    [
        ("Full resolution time - Calendar hours (min)", "ttr.full", "calendar", "minutes"),
        ("Full resolution time - Business hours (min)", "ttr.full", "business", "minutes"),
        ("full_resolution_time_in_minutes_calendar", "ttr.full", "calendar", "minutes"),
        ("full_resolution_time_in_minutes.business", "ttr.full", "business", "minutes"),
        ("First resolution time (hrs)", "ttr.first", "calendar", "hours"),
        ("metric_set.reply_time_in_minutes.calendar", "reply.first", "calendar", "minutes"),
        ("reply_time_in_seconds.calendar", "reply.first", "calendar", "seconds"),
        ("First reply time - Business hours (hrs)", "reply.first", "business", "hours"),
        ("requester_wait_time_in_minutes_business", "wait.requester", "business", "minutes"),
        ("Agent wait time - Calendar hours (min)", "wait.agent", "calendar", "minutes"),
        ("on_hold_time_in_minutes.calendar", "wait.hold", "calendar", "minutes"),
        ("Resolution time (in hrs)", "ttr.full", "calendar", "hours"),
        ("First response time (in hrs)", "reply.first", "calendar", "hours"),
        ("statistics.time_to_first_close", "ttr.first", "business", "seconds"),
        ("time_to_last_close", "ttr.full", "business", "seconds"),
        ("time_to_close", "ttr.full", "calendar", "milliseconds"),
        ("hs_time_to_first_response_in_operating_hours", "reply.first", "business", "milliseconds"),
        ("firstResponseTime", "reply.first", "calendar", None),
        ("calendar_duration", "ttr.full", "calendar", "seconds"),
        ("business_stc", "ttr.full", "business", "seconds"),
        ("Time to resolution", "ttr.full", "business", None),
        ("ttr.full.calendar_minutes", "ttr.full", "calendar", "minutes"),
        ("wait.hold.business_minutes", "wait.hold", "business", "minutes"),
        ("statistics.count_reopens", "reopens", "calendar", "count"),
        ("Reopens", "reopens", "calendar", "count"),
    ],
)
def test_a_column_is_understood_by_its_name(name: str, metric: str, clock: str, unit: str | None) -> None:
    found = understood(name)
    assert found is not None
    assert (found.metric, found.clock, found.unit) == (metric, clock, unit)


@pytest.mark.parametrize("name", ["Subject", "first_reply_at", "Time", "solved_at", "resolution", "Hours", "sla_met"])
def test_other_columns_are_not(name: str) -> None:
    assert understood(name) is None


@pytest.mark.parametrize(
    ("cell", "unit", "seconds"),
    [
        ("90", "minutes", 5400), (1.5, "hours", 5400), ("26:13:07", "hours", 94_387), ("01:50 hrs", None, 6600),
        ("2 days, 01:00:00", None, 176_400), ("1,440", "minutes", 86_400), ("86400000", "milliseconds", 86_400),
        ("", "minutes", None), ("-", None, None), (None, "hours", None), ("N/A", "hours", None), ("3", "count", 3),
        ("-00:10", None, -600),
    ],
)  # fmt: skip
def test_a_cell_is_read_to_the_second(cell: object, unit: str | None, seconds: int | None) -> None:
    assert read_figure(cell, unit) == seconds


@pytest.mark.parametrize(("cell", "unit"), [("soon", "minutes"), ("12", None), ("inf", "hours"), ("1e999", "hours")])
def test_what_is_no_figure_is_refused(cell: str, unit: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_figure(cell, unit)


def test_a_mapping_wins_over_what_a_name_says() -> None:
    names = ["Ticket ID", "Updated at", "Time spent", "Full resolution time - Calendar hours (min)"]
    found = layout(names, {"ttr.full": "Time spent:hours"})
    assert (found.id, found.updated_at) == ("Ticket ID", "Updated at")
    assert found.columns == (Column("Time spent", "ttr.full", "calendar", "hours"),)


def test_a_mapped_column_may_name_its_clock() -> None:
    found = layout(["id", "A", "B"], {"ttr.full": "A:days", "ttr.full.business": "B:minutes"})
    assert [(column.clock, column.unit) for column in found.columns] == [("calendar", "days"), ("business", "minutes")]


@pytest.mark.parametrize(
    ("names", "mapped", "told"),
    [
        (["Full resolution time (min)"], {}, "--map id=COLUMN"),
        (["id", "subject"], {}, "no column is a figure"),
        (["id"], {"ttr.full": "Gone:hours"}, "no column 'Gone'"),
        (["id", "A"], {"csat": "A:hours"}, "no figure that is compared"),
    ],
)
def test_what_cannot_be_compared_is_said(names: list[str], mapped: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        layout(names, mapped)


def test_a_column_without_a_unit_is_told() -> None:
    assert "names no unit" in layout(["id", "Time to resolution"], {}).notes[0]


def test_every_column_that_the_page_promises_is_understood() -> None:
    page = (Path(__file__).parents[2] / "docs" / "parity.md").read_text(encoding="utf-8")
    lines = page.partition("| helpdesk | columns |")[2].partition("\n\n")[0].splitlines()[2:]
    texts = ("01:50 hrs", "ticketlens export tickets", "--map")
    promised = [name for line in lines for name in re.findall(r"`([^`]+)`", line) if name not in texts]
    assert len(promised) > 15
    assert [name for name in promised if understood(name) is None] == []
