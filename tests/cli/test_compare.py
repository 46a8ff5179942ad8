"""`compare` and `why` say what Lens says, in words or as one JSON object."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
FIRST = datetime(2026, 7, 6, 8, tzinfo=UTC)


def row(number: int) -> dict[str, object]:
    created = FIRST + timedelta(hours=3 * number)
    hours = 20 if number % 2 else 40 if created.month < 9 else 90
    solved = (created + timedelta(hours=hours)).isoformat()
    return {
        "id": str(number), "subject": "Where is it?", "created_at": created.isoformat(), "updated_at": solved,
        "status": "solved", "solved_at": solved, "group": f"tier{2 - number % 2}", "custom": {"plan": "pro"},
    }  # fmt: skip


@pytest.fixture
def shop(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "all.ndjson").write_text("\n".join(json.dumps(row(number)) for number in range(8 * 100)))
    assert run("import", "all.ndjson", "--json").json["stored"] == 800
    return tmp_path


def test_a_comparison_is_a_sentence_or_one_object(shop: Path, run: Run) -> None:
    asked = ("compare", "--period", "2026-09", "--against", "2026-08")
    found = run(*asked, "--json").json
    assert (found["before"]["n"], found["after"]["n"], found["change"]["verdict"]) == (248, 240, "rose")
    told = run(*asked).out
    assert found["sentence"] in told
    assert "Whole curves: slower (log-rank, p = 0.000)." in told
    assert "Working days: Monday to Friday." in told


def test_another_filter_is_given_as_versus(shop: Path, run: Run) -> None:
    found = run("compare", "--period", "2026-08", "--group", "tier1", "--versus", "group=tier2", "--json").json
    assert (found["against"], found["before"]["n"], found["after"]["n"]) == ("same", 124, 124)
    assert "group=tier2" in found["before"]["tickets"]


def test_why_shows_each_part_and_what_is_sure_of_it(shop: Path, run: Run) -> None:
    asked = ("why", "--split-by", "group", "--period", "2026-09", "--against", "2026-08", "--horizon", "120")
    found = run(*asked, "--json").json
    assert [one["name"] for one in found["reasons"]] == ["tier2", "tier1"]
    assert found["horizon"] == 120 * 60
    told = run(*asked).out
    assert "tier2, slower" in told
    assert "(under" in told  # of tier1 nothing moved: in brackets


def test_what_is_not_compared_is_told_with_its_reason(shop: Path, run: Run) -> None:
    assert "Not compared: 2026-07 is" not in run("compare", "--by", "month", "--period", "2026-09").out
    told = run("why", "--period", "2026-10", "--against", "2026-09").out
    assert "not compared: 2026-10 " in told


@pytest.mark.parametrize(
    "call",
    [("compare", "--versus", "group"), ("compare", "--against", "never"), ("why", "--split-by", "tag"),
     ("compare", "--versus", "from=2026-01-01"), ("why", "--metric", "arrived"), ("compare", "--horizon", "0.1"),
     ("compare", "--as-of", "soon")],
)  # fmt: skip
def test_wrong_use_ends_with_2_and_says_what_is_right(shop: Path, run: Run, call: tuple[str, ...]) -> None:
    assert run(*call, code=2).err
