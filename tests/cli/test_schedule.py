"""The commands that show and renew the holidays that are kept."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ticketlens.hours import holidays
from ticketlens.metrics.schedule import public_holidays

SETTINGS = """
[[schedules]]
name = "office"
zone = "Europe/Stockholm"
country = "SE"
closed = ["2026-07-06..2026-07-31"]
special = {"2026-12-30" = ["09:00-12:00"]}
hours = {"mon-thu" = ["09:00-12:00", "13:00-17:00"], "fri" = "22:00-24:00"}
"""
TICKET = '{"id": "1", "subject": "x", "created_at": "2026-02-02T09:00:00Z", "solved_at": "2026-02-03T09:00:00Z"}\n'


@pytest.fixture
def installed(run: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """`installed(*words)` after one ticket was imported under these opening hours."""
    (tmp_path / "here.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "one.ndjson").write_text(TICKET, encoding="utf-8")
    assert run("--config", str(tmp_path / "here.toml"), "import", str(tmp_path / "one.ndjson")).code == 0
    return lambda *words: run("--config", str(tmp_path / "here.toml"), *words, code=None)


def test_the_list_shows_hours_and_the_dates_that_are_kept(installed: Callable[..., Any]) -> None:
    told = json.loads(installed("schedule", "list", "--json").out)
    (office,) = told["schedules"]
    assert office["hours"] == {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu")} | {
        "fri": ["22:00-24:00"]
    }
    assert (office["country"], len(office["closed"])) == ("SE", 26)
    assert office["special"] == {"2026-12-30": ["09:00-12:00"]}
    (kept,) = told["holidays"]
    assert "2026-06-06" in kept["dates"]
    assert kept["told_by"]["2026"] == told["package"]
    assert told["changes"] == []
    text = installed("schedule", "list", "--year", "2026").out
    assert "2026-06-06" in text
    assert "2027-06-06" not in text


def test_a_refresh_tells_what_it_changed_and_doctor_what_it_would(
    installed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = {date(2026, 6, 6): date(2026, 6, 5)}
    monkeypatch.setattr(
        holidays, "public_holidays",
        lambda region, years: {moved.get(day, day): name for day, name in public_holidays(region, years).items()},
    )  # fmt: skip
    assert "schedule refresh" in installed("doctor").out
    assert "2026-06-05" in installed("schedule", "list").out
    (change,) = json.loads(installed("schedule", "refresh", "--json").out)["changes"]
    assert (list(change["added"]), list(change["removed"])) == (["2026-06-05"], ["2026-06-06"])
    assert "schedule refresh" not in installed("doctor").out
    assert "nothing changed" in installed("schedule", "refresh").out


def test_without_opening_hours_the_list_says_what_that_means(run: Callable[..., Any]) -> None:
    assert "business time is not known" in run("schedule", "list").out
