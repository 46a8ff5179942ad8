"""`ticketlens parity`: the file that a helpdesk exports, beside what is here."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

HEAD = "Ticket ID,Full resolution time - Calendar hours (min),First reply time (hrs),Reopens"
TICKETS = [
    {"id": "1", "subject": "a", "created_at": "2026-03-02T08:00:00Z", "status": "solved",
     "solved_at": "2026-03-02T09:00:00Z"},
    {"id": "2", "subject": "b", "created_at": "2026-03-02T08:00:00Z", "status": "closed",
     "history": [{"at": "2026-03-02T10:00:00Z", "field": "status", "from": "new", "to": "solved"},
                 {"at": "2026-03-07T10:00:00Z", "field": "status", "from": "solved", "to": "closed"}]},
    {"id": "3", "subject": "c", "created_at": "2026-03-02T08:00:00Z", "status": "open"},
    {"id": "4", "subject": "d", "created_at": "2026-03-02T08:00:00Z", "status": "solved", "spam": True,
     "solved_at": "2026-03-02T09:00:00Z"},
    {"id": "5", "subject": "e", "created_at": "2026-03-02T08:00:00Z", "status": "solved",
     "solved_at": "2026-03-03T08:00:00Z"},
]  # fmt: skip


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "in.ndjson").write_text("\n".join(json.dumps(each) for each in TICKETS))
    run("import", "in.ndjson", "--source", "desk")
    return tmp_path


def export(folder: Path, *rows: str, head: str = HEAD) -> str:
    (folder / "theirs.csv").write_text("\n".join((head, *rows)) + "\n")
    return "theirs.csv"


def test_each_difference_is_told_with_its_reason(run: Run, desk: Path) -> None:
    file = export(desk, "1,60,,0", "2,7320,,0", "3,,,0", "4,60,,0", "9,5,,0", "5,77,,0")
    told = run("parity", file, "--json").json
    assert (told["tickets"], told["compared"], told["equal"], told["differing"]) == (6, 11, 5, 6)
    assert {item["id"]: item["reason"] for item in told["items"] if item["metric"] == "ttr.full"} == {
        "2": "closed", "4": "left_out", "9": "not_here", "5": "unexplained",
    }  # fmt: skip
    assert (told["explained"], told["unexplained"], told["only_here"]) == (5, 1, 0)
    assert [column["metric"] for column in told["columns"]] == ["ttr.full", "reply.first", "reopens"]


def test_all_that_differs_is_written_as_csv(run: Run, desk: Path) -> None:
    file = export(desk, "2,7320,,0", "5,77,,0", "1,60,,0")
    run("parity", file, "--output", "out.csv")
    with (desk / "out.csv").open(newline="") as written:
        rows = list(csv.DictReader(written))
    assert [(row["id"], row["theirs"], row["ours"], row["difference"], row["reason"]) for row in rows] == [
        ("2", "7320.0", "120.0", "7200.0", "closed"),
        ("5", "77.0", "1440.0", "-1363.0", "unexplained"),
    ]
    export(desk, "1,60,,0")
    run("parity", file, "--output", "out.csv")
    assert (desk / "out.csv").read_text().startswith('"source","id","metric"')


def test_a_summary_for_people_names_columns_counts_and_reasons(run: Run, desk: Path) -> None:
    told = run("parity", export(desk, "2,7320,,0", "5,1440.5,,0")).out
    assert '"First reply time (hrs)" is reply.first on the calendar clock, in hours' in told
    assert "2 tickets, 4 figures compared: 3 equal, 1 different, 0 of them not explained" in told
    assert "2 tickets only here" in told
    assert "1 figure of 1 ticket" in told
    assert "when the ticket was closed" in " ".join(told.split())


def test_a_row_that_cannot_be_read_is_set_aside_and_counted(run: Run, desk: Path) -> None:
    told = run("parity", export(desk, "1,60,,0", ",60,,0", "2,soon,,0"), "--json").json
    assert (told["tickets"], told["set_aside"]) == (1, 2)
    assert [item["line"] for item in told["set_aside_items"]] == [3, 4]


def test_cells_without_a_figure_are_counted_by_themselves_and_listed_last(run: Run, desk: Path) -> None:
    file = export(desk, "1,,,0", "2,n/a,,", "5,77,,0")
    told = run("parity", file, "--json").json
    counts = (told["compared"], told["equal"], told["differing"], told["unexplained"], told["blank"])
    assert counts == (3, 2, 1, 1, 3)
    assert [(item["id"], item["reason"]) for item in told["items"]] == [
        ("5", "unexplained"), ("1", "no_figure"), ("2", "no_figure"), ("2", "no_figure"),
    ]  # fmt: skip
    printed = " ".join(run("parity", file).out.split())
    assert "They show no figure where there is one here: 3 figures of 2 tickets" in printed


def test_our_own_export_is_equal_to_the_last_figure(run: Run, desk: Path) -> None:
    run("export", "tickets", "--output", "ours.csv")
    told = run("parity", "ours.csv", "--json").json
    assert told["differing"] == told["only_here"] == 0
    assert told["equal"] == told["compared"] > 0


def test_nested_and_packed_records_are_read(run: Run, desk: Path) -> None:
    row = {"id": 1, "metric_set": {"full_resolution_time_in_minutes": {"calendar": 60, "business": None}}}
    with gzip.open(desk / "theirs.ndjson.gz", "wt") as file:
        file.write(json.dumps(row) + "\n")
    told = run("parity", "theirs.ndjson.gz", "--json").json
    assert (told["compared"], told["equal"]) == (1, 1)


def test_a_column_of_any_name_is_mapped_with_its_unit(run: Run, desk: Path) -> None:
    file = export(desk, "1,1", "5,24", head="Case,Spent")
    told = run("parity", file, "--map", "id=Case,ttr.full=Spent:hours", "--json").json
    assert (told["equal"], told["differing"]) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gone.csv",), "there is no such file"),
        (("theirs.csv", "--source", "other"), "no ticket here is of 'other'; known are desk"),
        (("theirs.csv", "--map", "nps=Reopens"), "no figure that is compared"),
        (("theirs.csv", "--as-of", "yesterday"), "not a time"),
        (("theirs.csv", "--tolerance-minutes", "-1"), "tolerance"),
    ],
)
def test_wrong_use_is_told_with_exit_2(run: Run, desk: Path, arguments: tuple[str, ...], told: str) -> None:
    export(desk, "1,60,,0")
    assert told in run("parity", *arguments, code=2).err


def test_rows_without_a_source_need_one_where_there_are_several(run: Run, desk: Path) -> None:
    run("import", "in.ndjson", "--source", "other")
    file = export(desk, "1,60,,0")
    assert "--source is needed" in run("parity", file, code=2).err
    assert run("parity", file, "--source", "other", "--json").json["equal"] == 2
