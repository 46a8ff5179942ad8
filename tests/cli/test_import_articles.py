"""ticketlens import --kind articles: each row is counted once, a bad one set aside with a remedy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ticketlens.articles.keeping import Shelf
from ticketlens.model.article import Article, ArticleState
from ticketlens.store.sqlite import SqliteStore

Run = Callable[..., Any]
Write = Callable[[str, str | bytes], str]
COUNTS = ("received", "stored", "unchanged", "set_aside", "refused")
HEAD = "id,title,body,html_url,locale,state,updated_at\n"
GOOD = "1,Log in,<p>Choose Sign in.</p>,https://help.example/1,en-us,published,2026-01-02T03:04:05Z\n"


def counts(told: Any) -> tuple[int, ...]:
    found = tuple(told.json[name] for name in COUNTS)
    assert found[0] == sum(found[1:])
    return found


def kept(folder: Path) -> dict[str, Article]:
    store = SqliteStore(folder / "ticketlens.db")
    found = {one.article.id: one.article for one in Shelf(store).all()}
    store.close()
    return found


def imported(run: Run, file: str, *more: str) -> Any:
    return run("import", file, "--kind", "articles", "--json", *more)


def test_a_file_of_articles_is_read_once(run: Run, write: Write, tmp_path: Path) -> None:
    file = write("a.csv", HEAD + GOOD + "2,Returns,Send it back.,,sv,draft,2026-01-02\n")
    assert counts(imported(run, file)) == (2, 2, 0, 0, 0)
    assert counts(imported(run, file)) == (2, 0, 2, 0, 0)
    one, other = kept(tmp_path).values()
    assert (one.source, one.title, one.body, one.url, one.language, one.state) == (
        "import", "Log in", "Choose Sign in.", "https://help.example/1", "en", ArticleState.PUBLISHED,
    )  # fmt: skip
    assert (other.url, other.language, other.state, other.pulled) == (None, "sv", ArticleState.DRAFT, False)


@pytest.mark.parametrize("form", ["a.ndjson", "a.json"])
def test_names_of_other_systems_are_understood_in_json_too(run: Run, write: Write, tmp_path: Path, form: str) -> None:
    row = {"article_id": 7, "name": "Log in", "content": "Choose.", "link": "https://h.example/7",
           "status": "Live", "edited_at": "2026-01-02T00:00:00Z"}  # fmt: skip
    told = imported(run, write(form, json.dumps([row] if form == "a.json" else row)), "--source", "help")
    assert counts(told) == (1, 1, 0, 0, 0)
    (only,) = kept(tmp_path).values()
    assert (only.key, only.title, only.body, only.state) == (("help", "7"), "Log in", "Choose.", ArticleState.PUBLISHED)
    assert any('"link" is read as url' in note for note in told.json["notes"])


BAD_ROWS = {
    "no id": (",Title,Body,,,,2026-01-02", "id"),
    "no title": ("9,,Body,,,,2026-01-02", "--map title="),
    "an unknown state": ("9,Title,Body,,,secret,2026-01-02", "[values.state]"),
    "no time at all": ("9,Title,Body,,,,yesterday", "updated_at"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_article_is_set_aside_with_its_line_and_a_remedy(run: Run, write: Write, kind: str) -> None:
    row, remedy = BAD_ROWS[kind]
    told = imported(run, write("a.csv", HEAD + GOOD + row + "\n" + GOOD.replace("1,", "3,", 1)))
    assert counts(told) == (3, 2, 0, 1, 0)
    (item,) = told.json["set_aside_items"]
    assert item["line"] == 3
    assert remedy in item["reason"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//help.example/1", "data:text/html,x", "https://u:p@help.example/", "http://", "help"],
)
def test_only_an_address_of_a_page_is_kept_as_one(run: Run, write: Write, tmp_path: Path, url: str) -> None:
    told = imported(run, write("a.csv", HEAD + GOOD.replace("https://help.example/1", f'"{url}"')))
    assert counts(told) == (1, 1, 0, 0, 0)
    assert kept(tmp_path)["1"].url is None
    assert any("url" in note for note in told.json["notes"])


def test_an_article_without_a_time_of_change_is_the_one_that_was_read_last(
    run: Run, write: Write, tmp_path: Path
) -> None:
    told = imported(run, write("a.csv", "id,title\n1,Old\n"))
    assert any("updated_at" in note for note in told.json["notes"])
    assert counts(imported(run, write("b.csv", "id,title\n1,New\n"))) == (1, 1, 0, 0, 0)
    assert counts(imported(run, write("b.csv", "id,title\n1,New\n"))) == (1, 0, 1, 0, 0)
    assert kept(tmp_path)["1"].title == "New"


def test_a_table_without_titles_is_refused_with_its_columns(run: Run, write: Write) -> None:
    told = run("import", write("a.csv", "id,words\n1,x\n"), "--kind", "articles", "--json", code=1)
    assert "no column for title" in told.json["errors"][0]
