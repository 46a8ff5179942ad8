"""The same rows as CSV, NDJSON and Parquet; a spreadsheet runs none of the cells."""

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketlens.export import WRITERS, cell

FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\x00=1", "=cmd|' /C calc'!A0")
ROWS: list[dict[str, object]] = [
    {"id": "1", "subject": 'A "quoted", line\nbreak; ё', "tags": ["a", "b"], "topic": None,
     "ttr.full.calendar_minutes": None,
     "spam": False, "reopens": 0, "satisfaction": {"score": 4.0, "scale": 5}, "custom": {"plan": "pro"}, "history": []},
    {"id": "2", "subject": "=1+1", "tags": [], "topic": 3, "ttr.full.calendar_minutes": 1.5,
     "spam": True, "reopens": 2, "satisfaction": None, "custom": {}, "history": [{"at": "x", "from": None}]},
]  # fmt: skip


def written(format_: str, rows: list[dict[str, object]]) -> bytes:
    file = io.BytesIO()
    WRITERS[format_](iter(rows), file)
    return file.getvalue()


def as_csv(rows: list[dict[str, object]]) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(written("csv", rows).decode(), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    assert cell(text) == "'" + text
    assert cell([text]).startswith("'")


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-1.5, 0, True, None, "a-b")] == ["-1.5", "0", "true", "", "a-b"]


def test_csv_says_the_same_as_ndjson() -> None:
    lines = [json.loads(line) for line in written("ndjson", ROWS).splitlines()]
    assert lines == ROWS
    table = as_csv(ROWS)
    assert [row["subject"] for row in table] == [ROWS[0]["subject"], "'=1+1"]
    assert [row["tags"] for row in table] == ["a;b", ""]
    assert [row["ttr.full.calendar_minutes"] for row in table] == ["", "1.5"]
    assert [json.loads(row["custom"]) for row in table] == [row["custom"] for row in ROWS]
    assert json.loads(table[0]["satisfaction"]) == ROWS[0]["satisfaction"]
    assert (table[1]["satisfaction"], table[1]["spam"], table[1]["topic"]) == ("", "true", "3")


def test_parquet_has_the_same_rows_in_types_of_their_own() -> None:
    table = pq.read_table(io.BytesIO(written("parquet", ROWS)))
    assert table.column_names == list(ROWS[0])
    rows = table.to_pylist()
    assert [row["topic"] for row in rows] == [None, 3]
    assert [row["spam"] for row in rows] == [False, True]
    assert [row["ttr.full.calendar_minutes"] for row in rows] == [None, 1.5]
    assert [json.loads(row["custom"]) for row in rows] == [row["custom"] for row in ROWS]


def test_parquet_keeps_rows_of_many_chunks() -> None:
    rows: list[dict[str, object]] = [{"id": str(n), "topic": n if n > 5_000 else None} for n in range(12_000)]
    assert pq.read_table(io.BytesIO(written("parquet", rows))).to_pylist() == rows


@pytest.mark.parametrize("format_", WRITERS)
def test_no_rows_are_no_error(format_: str) -> None:
    told = written(format_, [])
    assert (told == b"") is (format_ != "parquet")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_any_text_comes_back_from_csv_but_for_the_apostrophe(texts: list[str]) -> None:
    rows: list[dict[str, object]] = [{"subject": text, "n": 1} for text in texts]
    assert [row["subject"] in (text, "'" + text) for row, text in zip(as_csv(rows), texts, strict=True)] == [
        True
    ] * len(texts)
