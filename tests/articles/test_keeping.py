"""Articles in every store: the later version wins, whatever comes last; what is kept is clean and redacted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from ticketlens.articles.keeping import Shelf, prepared
from ticketlens.intake.redact import Redactor
from ticketlens.model.article import Article, ArticleState
from ticketlens.store.base import STORED, UNCHANGED, Store
from ticketlens.store.copying import copy
from ticketlens.store.open import open_store

AT = datetime(2026, 1, 2, tzinfo=UTC)
REDACTOR = Redactor(b"a key for tests")
PAGE = Article(source="help", id="1", title="Log in", body="<p>Choose <b>Sign in</b>.</p>", updated_at=AT)


@pytest.fixture
def store(empty_store: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    made = open_store(empty_store)
    yield made
    made.close()


def put(store: Store, *articles: Article) -> list[Any]:
    return Shelf(store).put([prepared(one, REDACTOR.redact) for one in articles])


def test_the_later_version_wins_in_whatever_order_they_come(store: Store) -> None:
    versions = [
        replace(PAGE, title="Old"),
        replace(PAGE, title="New", updated_at=AT + timedelta(seconds=1)),
        replace(PAGE, title="As new", updated_at=AT + timedelta(seconds=1)),
    ]
    kept = set()
    for order in permutations(versions):
        put(store, *order)
        found = Shelf(store).get(*PAGE.key)
        assert found is not None
        kept.add(found.article.title)
        Shelf(store).delete([PAGE.key])
    assert len(kept) == 1, "of two versions at one time it is not always the same that wins"
    assert kept != {"Old"}


def test_the_same_again_changes_nothing_and_is_counted_as_unchanged(store: Store) -> None:
    assert put(store, PAGE) == [STORED]
    assert put(store, PAGE) == [UNCHANGED]
    assert put(store, replace(PAGE, updated_at=AT + timedelta(days=9))) == [UNCHANGED]
    assert put(store, replace(PAGE, title="Older", updated_at=AT + timedelta(days=8))) == [UNCHANGED]
    (only,) = Shelf(store).all()
    assert only.article.title == "Log in"


def test_what_is_kept_is_clean_text_without_anybodys_address(store: Store) -> None:
    put(store, replace(PAGE, body="<script>x()</script><p>Write to kim@example.com &amp; wait.</p>"))
    (kept,) = Shelf(store).all()
    assert kept.article.body.startswith("Write to [email ")
    assert kept.article.body.endswith("& wait.")
    assert "kim@example.com" not in str(store.read_part("records", None, 100))


def test_a_language_that_nobody_tells_is_found(store: Store) -> None:
    put(store, replace(PAGE, title="Ändra leveransadressen", body="Du kan ändra adressen tills paketet är packat."))
    (kept,) = Shelf(store).all()
    assert kept.article.language == "sv"


def test_only_what_a_helpdesk_told_itself_goes_with_it(store: Store) -> None:
    told = [replace(PAGE, id=id_, pulled=True) for id_ in "abc"]
    put(store, *told, replace(PAGE, id="by file"), replace(PAGE, source="other", id="a", pulled=True))
    assert Shelf(store).keep_only("help", ["a"]) == 2
    assert [kept.article.key for kept in Shelf(store).all()] == [("help", "a"), ("help", "by file"), ("other", "a")]


def test_every_field_comes_back(store: Store) -> None:
    whole = Article(
        source="s/1", id="№ 1", title="T", body="B", url="https://h.example/a", language="it", pulled=True,
        state=ArticleState.ARCHIVED, updated_at=AT + timedelta(microseconds=1),
    )  # fmt: skip
    put(store, whole)
    (kept,) = Shelf(store).all()
    assert kept.article == whole


def test_a_copy_of_the_store_has_the_articles(store: Store, tmp_path: Any) -> None:
    put(store, PAGE)
    target = open_store(f"sqlite:///{tmp_path}/copy.db")
    assert all(one.same for one in copy(store, target, lambda name: lambda done, total: None))
    assert Shelf(target).all() == Shelf(store).all()
    target.close()
