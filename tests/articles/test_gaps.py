"""Topics and articles: the nearest one, none below the least cosine, the topic's own language first."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from ticketlens.articles.nearest import Pages, Rule
from ticketlens.model.article import Article
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.topic import Topic
from ticketlens.worker import Worker

AT = datetime(2026, 1, 2, tzinfo=UTC)
RULE = Rule(0.6, 0.25)
SINCE = EVERYTHING.between(date(2026, 3, 2), None)
ROWS = [
    {"id": "login", "title": "login login again", "url": "https://help.example/login", "updated_at": "2026-01-02"},
    {"id": "refund", "title": "refund refund again", "updated_at": "2026-01-02"},
    {"id": "knots", "title": "courses knots maps", "updated_at": "2026-01-02"},
    {"id": "parcel", "title": "parcel parcel again", "state": "draft", "updated_at": "2026-01-02"},
]


def embedded(space: Any) -> int:
    return int(space.lens.articles.embed(lambda done, total: None))


def told(space: Any) -> Any:
    return space.lens.articles.gaps(space.lens.topics(SINCE))


def test_a_problem_without_an_article_is_a_gap_and_a_draft_answers_nothing(space: Any) -> None:
    space.lens.articles.push(ROWS)
    embedded(space)
    found = told(space)
    assert [row.figures.topic.name for row in found.gaps] == [space.name_of(space.topic_of("parcel-0"))]
    assert {row.near.article.id for row in found.known} == {"login", "refund"}
    assert [one.id for one in found.unmet] == ["knots"]
    assert (found.articles, found.waiting) == (3, 0)
    assert found.gap_hours + sum(row.figures.waited_hours for row in found.known) == pytest.approx(
        sum(row.waited_hours for row in space.lens.topics(SINCE).rows)
    )


def test_gaps_stand_in_the_order_of_the_hours_waited(space: Any) -> None:
    hours = [row.figures.waited_hours for row in told(space).gaps]
    assert len(hours) == 3
    assert hours == sorted(hours, reverse=True)


def test_nothing_is_embedded_twice_and_a_worker_sees_what_is_due(space: Any) -> None:
    desk = space.lens.articles
    assert not desk.is_due()
    desk.push(ROWS)
    assert desk.is_due()
    assert told(space).waiting == 3
    assert "not compared" in told(space).sentence
    assert embedded(space) == 3
    assert not desk.is_due()
    desk.push([{**ROWS[0], "url": "https://help.example/moved", "updated_at": "2026-01-03"}])
    assert desk.is_due()
    assert embedded(space) == 0, "its text has a vector"
    desk.push([{**ROWS[3], "state": "published", "updated_at": "2026-01-03"}])
    assert embedded(space) == 1
    assert not told(space).gaps


def test_a_worker_embeds_what_came_without_grouping_again(space: Any) -> None:
    worker, runs = Worker(space.lens), len(space.lens.runs.history())
    assert not worker.group()
    space.lens.articles.push(ROWS)
    assert worker.group()
    assert (told(space).waiting, len(space.lens.runs.history())) == (0, runs)
    assert not worker.group()


def test_topics_stay_as_they_are_whatever_articles_come(space: Any) -> None:
    before = space.lens.store.assignments()
    space.lens.articles.push([{**ROWS[0], "id": str(n), "title": f"login {n}"} for n in range(40)])
    embedded(space)
    space.cluster(full=True, publish=True)
    assert space.lens.store.assignments().keys() == before.keys()
    assert not space.lens.has_to_cluster()


def test_articles_embedded_by_another_model_than_the_topics_are_not_compared(space: Any) -> None:
    space.lens.articles.push(ROWS)
    embedded(space)
    object.__setattr__(space.lens.articles, "found_by", lambda: "another model")
    found = told(space)
    assert (len(found.known), found.waiting) == (0, 3)


def page(id: str, language: str | None) -> Article:
    return Article(source="h", id=id, title=id, language=language, updated_at=AT)


def topic(language: str | None, *centroid: float) -> Topic:
    return Topic(1, "T", language=language, centroid=np.array(centroid, "<f4").tobytes())


@pytest.mark.parametrize(("language", "best"), [("sv", "b"), ("sv-SE", "b"), ("en", "a"), ("it", "a"), (None, "a")])
def test_an_article_in_the_topics_language_wins_where_it_is_about_the_topic_too(
    language: str | None, best: str
) -> None:
    rows = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    pages = Pages((page("a", "en"), page("b", "sv"), page("c", "it")), rows, RULE)
    assert pages.nearest([topic(language, 1, 0)])[1].article.id == best


def test_no_articles_no_topics_and_middles_of_another_length_are_no_trouble() -> None:
    none = Pages((), np.zeros((0, 0), np.float32), RULE)
    assert none.nearest([topic("en", 1, 0)]) == {}
    assert none.unmet([topic("en", 1, 0)]) == ()
    one = Pages((page("a", "en"),), np.array([[1, 0]], np.float32), RULE)
    assert one.nearest([]) == {}
    assert one.nearest([topic("en", 1, 0, 0)]) == {}
    assert one.unmet([]) == one.articles


def test_an_article_is_about_its_own_problem_and_not_about_the_neighbouring_one() -> None:
    pages = Pages((page("a", "en"),), np.array([[1, 0]], np.float32), Rule(0.6, 0.15))
    own, neighbour = topic("en", 1, 0), Topic(2, "N", language="en", centroid=np.array([0.8, 0.6], "<f4").tobytes())
    assert pages.nearest([neighbour])[2].about
    told = pages.nearest([own, neighbour])
    assert (told[1].about, told[2].about) == (True, False)
    assert told[2].cosine == pytest.approx(0.8)
    assert pages.unmet([own, neighbour]) == ()
