"""ticketlens import --kind answers|customers: each row is counted once, a bad one set aside with a remedy."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ticketlens.model.answer import Direction, Survey, SurveyKind
from ticketlens.store.answers import AnswerFilter
from ticketlens.store.sqlite import SqliteStore

Run = Callable[..., Any]
Write = Callable[[str, str | bytes], str]
COUNTS = ("received", "stored", "unchanged", "set_aside", "refused")
HEAD = "id,survey,kind,scale,direction,score,sent_at,at,ticket,customer,comment\n"
GOOD = "1,After solve,csat,5,,4,2026-01-02,2026-01-03T04:00:00Z,4711,c-17,So so\n"


def counts(told: Any) -> tuple[int, ...]:
    found = tuple(told.json[name] for name in COUNTS)
    assert found[0] == sum(found[1:])
    return found


def store_in(folder: Path) -> SqliteStore:
    return SqliteStore(folder / "ticketlens.db")


def test_an_import_of_answers_counts_its_rows_and_a_second_one_changes_nothing(
    run: Run, write: Write, tmp_path: Path
) -> None:
    file = write("a.csv", HEAD + GOOD + "2,After solve,csat,5,,,2026-01-02,,,,\n")
    assert counts(run("import", file, "--kind", "answers", "--json")) == (2, 2, 0, 0, 0)
    assert counts(run("import", file, "--kind", "answers", "--json")) == (2, 0, 2, 0, 0)
    store = store_in(tmp_path)
    one, other = store.get_answer("import", "1"), store.get_answer("import", "2")
    store.close()
    assert one is not None
    assert other is not None
    assert (one.score, one.ticket, one.customer, one.comment) == (4, ("import", "4711"), "c-17", "So so")
    assert one.survey == Survey("After solve", SurveyKind.CSAT, 5)
    assert (other.score, other.at, other.sent_at) == (None, None, datetime(2026, 1, 2, tzinfo=UTC))


BAD_ROWS = {
    "score above its scale": ("9,S,csat,5,,6,,2026-01-03,,,", "1 to 5"),
    "score below its scale": ("9,S,csat,5,,0,,2026-01-03,,,", "1 to 5"),
    "nps above ten": ("9,S,nps,,,11,,2026-01-03,,,", "0 to 10"),
    "half a point": ("9,S,csat,5,,3.5,,2026-01-03,,,", "whole numbers"),
    "a word as a score": ("9,S,csat,5,,fine,,2026-01-03,,,", "whole numbers"),
    "an unknown kind": ("9,S,stars,5,,4,,2026-01-03,,,", "csat, nps, ces"),
    "no kind": ("9,S,,5,,4,,2026-01-03,,,", "[defaults]"),
    "no scale": ("9,S,csat,,,4,,2026-01-03,,,", "[defaults]"),
    "a scale that nobody asks": ("9,S,csat,6,,4,,2026-01-03,,,", "2 or 3 or 5 or 7 or 10"),
    "a direction that nobody asks": ("9,S,csat,5,sideways,4,,2026-01-03,,,", "low_is_good"),
    "an effort score of five points without a direction": ("9,S,ces,5,,4,,2026-01-03,,,", "low_is_good"),
    "an nps upside down": ("9,S,nps,10,low_is_good,4,,2026-01-03,,,", "10 is the good end"),
    "answered before it was sent": ("9,S,csat,5,,4,2026-01-04,2026-01-03,,,", "before sent_at"),
    "no time of a score": ("9,S,csat,5,,4,,,,,", "--map at="),
    "neither a score nor a time": ("9,S,csat,5,,,,,,,", "--map sent_at="),
    "no id": (",S,csat,5,,4,,2026-01-03,,,", "id"),
    "no time at all": ("9,S,csat,5,,4,,yesterday,,,", "at"),
    "the name of tickets' own ratings": ("9,Ticket rating,csat,5,,4,,2026-01-03,,,", "rename"),
    "a column too many": ("9,S,csat,5,,4,,2026-01-03,,,,more", "columns"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_answer_is_set_aside_with_its_line_and_a_remedy(run: Run, write: Write, kind: str) -> None:
    row, remedy = BAD_ROWS[kind]
    told = run("import", write("a.csv", HEAD + GOOD + row + "\n" + GOOD.replace("1,", "3,", 1)), "--kind", "answers",
               "--json")  # fmt: skip
    assert counts(told) == (3, 2, 0, 1, 0)
    (item,) = told.json["set_aside_items"]
    assert item["line"] == 3
    assert remedy in item["reason"]


def test_the_usual_names_are_understood_and_each_is_said(run: Run, write: Write, tmp_path: Path) -> None:
    rows = "Response ID,Survey Name,nps_score,respondent,feedback,Submitted At,ticket_id,colour\n" \
           "7,Relationship,9,kim@example.com,Quick,2026-01-03 10:00,12,red\n"  # fmt: skip
    told = run("import", write("nps.csv", rows), "--kind", "answers", "--json")
    assert counts(told) == (1, 1, 0, 0, 0)
    notes = " ".join(told.json["notes"])
    for column, name in (("nps_score", "score"), ("respondent", "customer"), ("feedback", "comment"),
                         ("Submitted At", "at"), ("Survey Name", "survey")):  # fmt: skip
        assert f'"{column}" is read as {name}' in notes
    assert "kind is taken as nps" in notes
    assert "not read: colour" in notes
    store = store_in(tmp_path)
    (one,) = store.list_answers(AnswerFilter()).items
    store.close()
    assert one.survey == Survey("Relationship", SurveyKind.NPS, 10)
    assert one.customer is not None
    assert "kim" not in one.customer


def test_a_mapping_translates_and_sets_what_a_file_does_not_say(run: Run, write: Write, tmp_path: Path) -> None:
    toml = '[fields]\nscore = "How easy?"\n[values.score]\nvery = "5"\n[defaults]\nkind = "ces"\nscale = "5"\n' \
           'direction = "low_is_good"\nsurvey = "effort"\nticket_source = "desk"\n'  # fmt: skip
    rows = "\n".join(json.dumps(row) for row in (
        {"id": 1, "How easy?": "very", "at": "2026-01-03T00:00:00Z", "ticket": 5},
        {"id": 2, "How easy?": 1, "at": "2026-01-03T00:00:00Z"},
    ))  # fmt: skip
    file = write("ces.ndjson.gz", gzip.compress(rows.encode()))
    told = run("import", file, "--kind", "answers", "--mapping", write("m.toml", toml), "--json")
    assert counts(told) == (2, 2, 0, 0, 0)
    store = store_in(tmp_path)
    one = store.get_answer("import", "1")
    store.close()
    assert one is not None
    assert (one.score, one.ticket) == (5, ("desk", "5"))
    assert one.survey == Survey("effort", SurveyKind.CES, 5, Direction.LOW_IS_GOOD)


def thumbs(*scores: object, scale: str = "2", survey: str = "Thumbs") -> str:
    return "".join(
        f"{survey}-{number},{survey},csat,{scale},,{score},2026-01-02,2026-01-03,,,\n"
        for number, score in enumerate(scores)
    )


def kept_scores(folder: Path) -> list[int | None]:
    store = store_in(folder)
    kept = store.list_answers(AnswerFilter()).items
    store.close()
    assert {one.survey.scale for one in kept} <= {2}
    return [one.score for one in sorted(kept, key=lambda one: one.id)]


@pytest.mark.parametrize(
    ("scores", "scale", "kept"),
    [
        ((1, 0, 1, "sent"), "2", [2, 1, 2, None]), (("1.0", "0.0"), "2", [2, 1]), ((0, 0), "2", [1, 1]),
        ((1, 2), "2", [1, 2]), ((2, 2), "2", [2, 2]), (("good", "bad"), "2", [2, 1]), ((1, 1), "0-1", [2, 2]),
        ((1, 0), "1", [2, 1]), ((1, "good"), "0 to 1", [2, 2]),
    ],
)  # fmt: skip
def test_two_points_are_read_by_what_the_file_says_and_by_all_its_scores(
    run: Run, write: Write, tmp_path: Path, scores: tuple[object, ...], scale: str, kept: list[int | None]
) -> None:
    told = run("import", write("a.csv", HEAD + thumbs(*scores, scale=scale)), "--kind", "answers", "--json")
    assert counts(told)[3] == 0
    assert kept_scores(tmp_path) == kept


@pytest.mark.parametrize(
    ("scores", "scale", "aside", "remedy"),
    [
        ((0, 1, 2, "good"), "2", 3, 'scale = "0-1"'), ((1, 1), "2", 2, "[values.score]"), ((0, 1, 7), "2", 1, "1 to 2"),
        ((1, 2), "0-1", 1, "0 to 1"),
    ],
)  # fmt: skip
def test_two_points_that_nobody_can_tell_apart_are_set_aside_with_the_remedy(
    run: Run, write: Write, scores: tuple[object, ...], scale: str, aside: int, remedy: str
) -> None:
    told = run("import", write("a.csv", HEAD + thumbs(*scores, scale=scale)), "--kind", "answers", "--json")
    assert counts(told)[3] == aside
    assert all(remedy in item["reason"] for item in told.json["set_aside_items"])


def test_one_survey_of_two_points_does_not_tell_of_another(run: Run, write: Write, tmp_path: Path) -> None:
    rows = thumbs(0, 1, survey="A") + thumbs(1, 2, survey="B")
    told = run("import", write("a.csv", HEAD + rows), "--kind", "answers", "--json")
    assert "read as bad and good (2 times)" in " ".join(told.json["notes"])
    assert kept_scores(tmp_path) == [1, 2, 1, 2]


def test_words_of_a_mapping_say_what_two_points_are(run: Run, write: Write, tmp_path: Path) -> None:
    mapping = write("m.toml", '[values.score]\n"1" = "good"\n"0" = "1"\n')
    run("import", write("a.csv", HEAD + thumbs(1, 1, 0)), "--kind", "answers", "--mapping", mapping)
    assert kept_scores(tmp_path) == [2, 2, 1]


def test_a_mapping_of_tickets_is_no_mapping_of_answers(run: Run, write: Write) -> None:
    file = write("a.csv", HEAD + GOOD)
    told = run("import", file, "--kind", "answers", "--map", "subject=survey", code=2)
    assert "subject" in told.err


def test_a_table_without_a_column_for_scores_says_so(run: Run, write: Write) -> None:
    told = run("import", write("a.csv", "id,colour\n1,red\n"), "--kind", "answers", code=1)
    assert "no column for score" in told.err


CUSTOMERS = "customer_id,plan,Company,name,annual_value,currency,since,churned_at\n"


def test_customers_come_with_their_values_and_without_their_names(run: Run, write: Write, tmp_path: Path) -> None:
    rows = "c-1,pro,acme,Kim Larch,1299.50,eur,2024-05-01,2026-01-05\n"
    told = run("import", write("c.csv", CUSTOMERS + rows), "--kind", "customers", "--json")
    assert counts(told) == (1, 1, 0, 0, 0)
    assert "not kept, since it tells who somebody is: name" in " ".join(told.json["notes"])
    store = store_in(tmp_path)
    one = store.get_customer("c-1")
    store.close()
    assert one is not None
    assert (one.value_per_year, one.currency, one.organization, one.custom) == (1299.5, "EUR", "acme", {"plan": "pro"})
    assert counts(run("import", "c.csv", "--kind", "customers", "--json")) == (1, 0, 1, 0, 0)


BAD_CUSTOMERS = {
    "no id": (",pro,acme,,1,EUR,,", "id"),
    "a value that is no number": ("c-1,pro,acme,,a lot,EUR,,", "1299.50"),
    "a value below zero": ("c-1,pro,acme,,-3,EUR,,", "from 0"),
    "a value without an end": ("c-1,pro,acme,,inf,EUR,,", "from 0"),
    "no currency": ("c-1,pro,acme,,3,,,", "[defaults]"),
    "no currency that there is": ("c-1,pro,acme,,3,euros,,", "three letters"),
    "lost before they came": ("c-1,pro,acme,,3,EUR,2026-01-05,2024-05-01", "before since"),
    "no date": ("c-1,pro,acme,,3,EUR,soon,", "since"),
}


@pytest.mark.parametrize("kind", BAD_CUSTOMERS)
def test_a_bad_customer_is_set_aside_with_its_line_and_a_remedy(run: Run, write: Write, kind: str) -> None:
    row, remedy = BAD_CUSTOMERS[kind]
    good = "c-2,pro,acme,,3,EUR,,\n"
    told = run("import", write("c.csv", CUSTOMERS + row + "\n" + good), "--kind", "customers", "--json")
    assert counts(told) == (2, 1, 0, 1, 0)
    (item,) = told.json["set_aside_items"]
    assert item["line"] == 2
    assert remedy in item["reason"]
