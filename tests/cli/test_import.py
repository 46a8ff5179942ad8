"""ticketlens import, end to end: every row is counted once, and no file ends in a traceback."""

import gzip
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ticketlens.model.report import Counts
from ticketlens.sources.imported import MOST, imported
from ticketlens.store.sqlite import SqliteStore

Run = Callable[..., Any]
Write = Callable[[str, str | bytes], str]
COUNTS = ("received", "stored", "unchanged", "set_aside", "refused")
HEAD = "id,subject,created_at,status,solved_at\n"
GOOD = "1,Cannot log in,2026-01-02T03:04:05Z,solved,2026-01-03T03:04:05Z\n"
TOMORROW = (datetime.now(UTC) + timedelta(days=3)).isoformat()


def counts(told: Any) -> dict[str, int]:
    found = {name: told.json[name] for name in COUNTS}
    assert all(type(n) is int for n in found.values())
    assert found["received"] == sum(found.values()) - found["received"]
    assert len(told.json["set_aside_items"]) == found["set_aside"]
    return found


def test_an_import_counts_its_rows_and_a_second_one_changes_nothing(run: Run, write: Write) -> None:
    file = write("a.csv", HEAD + GOOD + "2,Refund,2026-01-02,open,\n")
    assert counts(run("import", file, "--json")) == dict(zip(COUNTS, (2, 2, 0, 0, 0), strict=True))
    assert counts(run("import", file, "--json")) == dict(zip(COUNTS, (2, 0, 2, 0, 0), strict=True))
    assert "2 received: 0 stored, 2 unchanged, 0 set aside, 0 refused" in run("import", file).out


BAD_ROWS = {
    "a column too many": GOOD.strip() + ",more\n",
    "no id": ",x,2026-01-02,open,\n",
    "no text": "9,,2026-01-02,open,\n",
    "no time": "9,x,,open,\n",
    "a time before 1990": "9,x,1970-01-01T00:00:00Z,open,\n",
    "a time past tomorrow": f"9,x,{TOMORROW},open,\n",
    "solved before created": "9,x,2026-01-02T00:00:00Z,solved,2026-01-01T00:00:00Z\n",
    "no time at all": "9,x,yesterday,open,\n",
}


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_row_is_set_aside_with_its_line_and_the_rest_is_stored(run: Run, write: Write, kind: str) -> None:
    told = run("import", write("a.csv", HEAD + GOOD + BAD_ROWS[kind] + GOOD.replace("1,", "3,", 1)), "--json")
    assert counts(told) == dict(zip(COUNTS, (3, 2, 0, 1, 0), strict=True))
    item = told.json["set_aside_items"][0]
    assert item["line"] == 3
    assert item["reason"]


ODD_FILES: dict[str, bytes] = {
    "BOM": ("\ufeff" + HEAD + GOOD).encode(),
    "UTF-16": (HEAD + GOOD).encode("utf-16"),
    "Latin letters": (HEAD + GOOD.replace("Cannot", "Lösenord glömt på")).encode("cp1252"),
    "NUL bytes": (HEAD + GOOD.replace("log", "l\x00og")).encode(),
    "an unknown column": (HEAD.strip() + ",plan\n" + GOOD.strip() + ",pro\n").encode(),
    "a large body": (HEAD.replace("subject", "body") + GOOD.replace("Cannot", "word " * 2_000_000)).encode(),
    "half of a surrogate pair": json.dumps({"id": 1, "subject": "\ud800 x", "created_at": "2026-01-02"}).encode(),
    "packed": gzip.compress((HEAD + GOOD).encode()),
}


@pytest.mark.parametrize("kind", ODD_FILES)
def test_an_odd_file_is_stored_in_normal_form(run: Run, write: Write, kind: str) -> None:
    told = run("import", write("a.csv", ODD_FILES[kind]), "--json")
    assert counts(told) == dict(zip(COUNTS, (1, 1, 0, 0, 0), strict=True))


def test_an_id_twice_is_one_ticket_in_its_best_version(run: Run, write: Write) -> None:
    rows = HEAD + GOOD + GOOD.replace("solved,2026-01-03T03:04:05Z", "open,") + GOOD
    told = counts(run("import", write("a.csv", rows), "--json"))
    assert told == dict(zip(COUNTS, (3, 1, 2, 0, 0), strict=True))


def test_an_id_twice_with_other_words_at_one_time_is_told_with_its_line(run: Run, write: Write) -> None:
    rows = HEAD + GOOD + GOOD.replace("Cannot", "Can")
    told = run("import", write("a.csv", rows), "--json")
    assert counts(told) == dict(zip(COUNTS, (2, 1, 0, 1, 0), strict=True))
    (item,) = told.json["set_aside_items"]
    assert item["line"] in (2, 3)
    assert "same updated_at" in item["reason"]
    assert counts(run("import", write("a.csv", rows), "--json")) == dict(zip(COUNTS, (2, 0, 1, 1, 0), strict=True))


def test_an_empty_file_holds_nothing_and_is_no_error(run: Run, write: Write) -> None:
    told = run("import", write("a.csv", ""), "--json")
    assert counts(told)["received"] == 0
    assert any("empty" in note for note in told.json["notes"])


@pytest.mark.parametrize(
    ("name", "content"),
    [("p.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), ("a.csv.gz", b"not gzip"),
     ("a.csv", b"name;colour\nx;red\n"),
     ("a.ndjson", b"\x00\x01\x02" * 400)],
)  # fmt: skip
def test_a_file_that_cannot_be_read_at_all_is_one_line_and_the_others_are_stored(
    run: Run, write: Write, name: str, content: bytes
) -> None:
    files = write("bad-" + name, content), write("good.csv", HEAD + GOOD)
    told = run("import", *files, "--json", code=1)
    assert counts(told)["stored"] == 1
    assert len(told.json["errors"]) == len(told.err.strip().splitlines()) == 1
    assert "bad-" + name in told.err


def test_a_packed_file_that_breaks_off_keeps_and_counts_what_it_held(run: Run, write: Write) -> None:
    rows = "".join(f"{number},Cannot log in {number * 7919},2026-01-02T03:04:05Z,open,\n" for number in range(3_000))
    told = run("import", write("a.csv.gz", gzip.compress((HEAD + rows).encode())[:-4_000]), "--json", code=None)
    assert 500 < counts(told)["stored"] < 3_000
    assert told.json["set_aside_items"] or told.json["errors"]
    assert counts(run("import", "a.csv.gz", "--json", code=None))["stored"] == 0


def test_what_became_of_each_file_is_kept_for_the_page_sources(run: Run, write: Write, tmp_path: Path) -> None:
    bad = "2,early,2026-01-02T03:04:05Z,solved,2026-01-01\n"
    run("import", write("a.csv", HEAD + GOOD + bad), write("b.csv", ""), "--json")
    with closing(SqliteStore(tmp_path / "ticketlens.db")) as store:
        (told,) = imported(store)
    assert (told.file, told.kind, told.counts) == ("a.csv", "tickets", Counts(2, 1, 0, 1, 0))
    assert "before created_at" in told.reasons[0]
    for number in range(MOST + 3):
        run("import", write(f"{number}.csv", HEAD + GOOD), "--json")
    with closing(SqliteStore(tmp_path / "ticketlens.db")) as store:
        assert [one.file for one in imported(store)] == [f"{number}.csv" for number in range(MOST + 2, 2, -1)]


def test_a_file_that_is_not_there_is_one_line(run: Run) -> None:
    assert run("import", "none.csv", code=1).err.strip() == "ticketlens: none.csv: there is no such file"


@pytest.mark.parametrize(
    "arguments",
    [("--map", "colour=Colour"), ("--mapping", "none.toml"), ("--format", "xlsx"), ("--encoding", "utf-99")],
)
def test_wrong_use_ends_with_two_and_stores_nothing(run: Run, write: Write, arguments: tuple[str, str]) -> None:
    told = run("import", write("a.csv", HEAD + GOOD), *arguments, code=2)
    assert told.out == ""
    assert run("import", "a.csv", "--json").json["stored"] == 1


def test_the_encoding_may_be_named(run: Run, write: Write) -> None:
    write("a.csv", (HEAD + GOOD.replace("Cannot log in", "Забыл пароль")).encode("cp1251"))
    run("import", "a.csv", "--encoding", "cp1251")
    assert "Забыл пароль" in run("export", "tickets", "--format", "ndjson").out


def test_a_new_mapping_of_the_same_rows_replaces_what_the_old_one_read(run: Run, write: Write) -> None:
    write("a.csv", HEAD.strip() + ",Squad\n" + GOOD.strip() + ",tier1\n")
    run("import", "a.csv")
    assert run("import", "a.csv", "--map", "group=Squad", "--json").json["stored"] == 1
    assert json.loads(run("export", "tickets", "--format", "ndjson").out)["group"] == "tier1"


def test_the_source_named_wins_over_the_rows_own(run: Run, write: Write) -> None:
    row = {"id": "1", "source": "theirs", "subject": "x", "created_at": "2026-01-02T00:00:00Z"}
    write("a.ndjson", json.dumps(row) + "\n")
    run("import", "a.ndjson", "--source", "mine")
    run("import", "a.ndjson")
    told = [json.loads(line)["source"] for line in run("export", "tickets", "--format", "ndjson").out.splitlines()]
    assert sorted(told) == ["mine", "theirs"]


def test_a_process_of_its_own_ends_as_the_counts_say(run_apart: Run, write: Write) -> None:
    file = write("a.csv", HEAD + GOOD)
    done = run_apart("import", file, "none.csv", "--json")
    assert (done.code, done.json["stored"]) == (1, 1)
    assert done.err.splitlines() == ["ticketlens: none.csv: there is no such file"]
    assert run_apart("import", "--nonsense").code == 2
    assert run_apart("import", file, "--json").json["unchanged"] == 1
