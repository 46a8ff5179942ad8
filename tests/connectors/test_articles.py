"""Articles of the help centres of Zendesk and Intercom: every page, every language, drafts known as such."""

from collections.abc import Iterator
from typing import Any

import pytest
from helpdesks.intercom import Server as Intercom
from helpdesks.intercom_articles import article, content
from helpdesks.intercom_pulls import connector
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk
from helpdesks.zendesk_pulls import connect

from ticketlens.connector import ArticlePage, HelpCentre
from ticketlens.errors import Denied, Unavailable
from ticketlens.fetch import Refused
from ticketlens.model.article import Article, ArticleState

HC = "https://shop.zendesk.example/hc"


@pytest.fixture
def zendesk() -> Iterator[Zendesk]:
    made = Zendesk()
    with made.serving():
        yield made


@pytest.fixture
def intercom() -> Iterator[Intercom]:
    made = Intercom()
    with made.serving():
        yield made


def page(number: int, **fields: Any) -> dict[str, Any]:
    """An article as the list of Zendesk shows it."""
    told = {
        "id": number, "title": f"Problem {number}", "body": f"<p>Do <b>{number}</b>.</p>", "locale": "en-us",
        "source_locale": "en-us", "draft": False, "outdated": False, "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T03:00:00Z", "html_url": f"{HC}/en-us/articles/{number}", "user_segment_id": None,
    }  # fmt: skip
    same = {name: told[name] for name in ("locale", "title", "body", "draft", "updated_at")}
    own = {"id": number + 9_000, "source_id": number, "source_type": "Article", "hidden": False, **same}
    return {**told, "translations": [own], **fields}


def swedish(**fields: Any) -> dict[str, Any]:
    told = {"id": 1, "source_id": 7, "locale": "sv", "title": "Problemet", "body": "<p>Gör så här.</p>"}
    told |= {"draft": False, "updated_at": "2026-01-03T00:00:00Z", "html_url": f"{HC}/sv/articles/7"}
    return {**told, **fields}


def read(pages: Iterator[ArticlePage]) -> tuple[dict[str, Article], list[str]]:
    told = list(pages)
    articles = {one.id: one for page in told for one in page.articles}
    return articles, [str(item.id) for page in told for item in page.set_aside]


def test_zendesks_articles_are_read_to_the_last_page(zendesk: Zendesk) -> None:
    zendesk.help_centre = [page(number) for number in range(1, 8)]
    found, aside = read(connect(zendesk).articles())
    assert (sorted(found), aside) == ([str(number) for number in range(1, 8)], [])
    one = found["3"]
    assert (one.title, one.body, one.language, one.state) == (
        "Problem 3", "<p>Do <b>3</b>.</p>", "en", ArticleState.PUBLISHED,
    )  # fmt: skip
    assert (one.url, one.updated_at.isoformat()) == (f"{HC}/en-us/articles/3", "2026-01-02T03:00:00+00:00")


def test_each_translation_in_zendesk_is_an_article_with_a_state_of_its_own(zendesk: Zendesk) -> None:
    own = page(7)["translations"]
    zendesk.help_centre = [
        page(7, translations=[*own, swedish(), swedish(locale="it", draft=True)]),
        page(8, draft=True),
    ]
    found, _ = read(connect(zendesk).articles())
    assert {id_: (one.language, one.state.value) for id_, one in found.items()} == {
        "7": ("en", "published"), "7:sv": ("sv", "published"), "7:it": ("it", "draft"), "8": ("en", "draft"),
    }  # fmt: skip
    assert found["7:sv"].url == f"{HC}/sv/articles/7"


def test_an_article_that_cannot_be_read_is_set_aside_alone(zendesk: Zendesk, intercom: Intercom) -> None:
    zendesk.help_centre = [page(1), page(2, title=None), page(3, updated_at="soon")]
    found, aside = read(connect(zendesk).articles())
    assert (sorted(found), aside) == (["1"], ["2", "3"])
    intercom.help_centre = [article(1), article(2, updated_at=10**18), article(3)]
    found, aside = read(connector(intercom).articles())
    assert (sorted(found), aside) == (["1", "3"], ["2"])


def test_no_help_centre_is_said_and_so_is_one_that_may_not_be_read(zendesk: Zendesk, intercom: Intercom) -> None:
    with pytest.raises(Refused) as told:
        read(connect(zendesk).articles())
    assert told.value.status == 404
    with pytest.raises(Denied):
        read(connector(intercom).articles())


@pytest.mark.parametrize("told", [{"articles": None}, {"articles": [], "meta": {"has_more": True}}, []])
def test_an_answer_that_is_none_of_zendesks_is_no_empty_help_centre(zendesk: Zendesk, told: Any) -> None:
    zendesk.help_centre = [page(1)]
    zendesk.faults.append(Fault(edit=lambda body: told, where=lambda asked: "help_center" in asked.path))
    with pytest.raises(Unavailable):
        read(connect(zendesk).articles())


def test_intercoms_articles_are_read_to_the_last_page_in_every_language(intercom: Intercom) -> None:
    swede = content("Logga in", 1_767_322_900)
    intercom.help_centre = [
        article(1, translated_content={"type": "article_translated_content", "en": content("Log in"), "sv": swede,
                                       "it": None, "de": content("", state="draft")}),
        *(article(number, f"Problem {number}") for number in range(2, 8)),
        article(9, "", state="draft"),
    ]  # fmt: skip
    found, aside = read(connector(intercom).articles())
    assert (sorted(found), aside) == (["1", "1:sv", *"234567"], [])
    assert (found["1"].language, found["1:sv"].language, found["1:sv"].title) == ("en", "sv", "Logga in")
    assert found["1:sv"].updated_at.timestamp() == 1_767_322_900
    assert found["1:sv"].url == "https://help.example.com/Logga-in"


def test_articles_that_moved_away_under_the_reading_are_missed_and_that_is_said(intercom: Intercom) -> None:
    intercom.help_centre = [article(number) for number in range(1, 8)]
    intercom.faults.append(Fault(edit=lambda body: {**body, "total_count": 8}, times=9))
    with pytest.raises(Unavailable, match="7 of 8"):
        read(connector(intercom).articles())


def test_both_are_known_to_have_a_help_centre(zendesk: Zendesk, intercom: Intercom) -> None:
    assert isinstance(connect(zendesk), HelpCentre)
    assert isinstance(connector(intercom), HelpCentre)
