"""Freshdesk's solutions: every folder, page and language; what customers do not see is known as such."""

from collections.abc import Iterator

import pytest
from helpdesks.freshdesk import Server
from helpdesks.freshdesk_account import Account
from helpdesks.freshdesk_solutions import Solutions, article
from helpdesks.server import Fault

from ticketlens.connector import HelpCentre
from ticketlens.errors import Denied, Unavailable
from ticketlens.fetch import Refused
from ticketlens.model.article import Article


@pytest.fixture
def account() -> Iterator[Account]:
    server = Server()
    with server.serving():
        yield Account(server)


@pytest.fixture
def solutions(account: Account) -> Solutions:
    account.server.solutions = Solutions(categories={3: [4], 5: [6]})
    return account.server.solutions


def read(account: Account) -> tuple[dict[str, Article], list[str]]:
    connector = account.connector()
    assert isinstance(connector, HelpCentre)
    told = list(connector.articles())
    articles = {one.id: one for page in told for one in page.articles}
    return articles, [str(item.id) for page in told for item in page.set_aside]


def test_articles_of_all_folders_are_read_to_the_last_page(account: Account, solutions: Solutions) -> None:
    account.server.page = 2
    solutions.articles[4, ""] = [article(number, f"Problem {number}") for number in range(1, 6)]
    solutions.articles[6, ""] = [article(9)]
    found, aside = read(account)
    assert (sorted(found), aside) == (["1", "2", "3", "4", "5", "9"], [])
    one = found["3"]
    assert (one.title, one.body, one.state.value) == ("Problem 3", "<p>About <b>Problem 3</b>.</p>", "published")
    assert one.url == f"{account.server.url}/support/solutions/articles/3"
    assert one.updated_at.isoformat() == "2026-01-02T03:00:00+00:00"


def test_folders_in_folders_are_read_once_each(account: Account, solutions: Solutions) -> None:
    solutions.parents = {7: 4, 8: 7, 4: 8}
    solutions.articles[7, ""], solutions.articles[8, ""] = [article(1)], [article(2)]
    assert sorted(read(account)[0]) == ["1", "2"]
    paths = account.asked("/folders/4/articles?")
    assert len(paths) == 1


def test_drafts_and_what_is_for_agents_only_are_no_published_articles(account: Account, solutions: Solutions) -> None:
    solutions.visibility = {6: 3}
    solutions.articles[4, ""] = [article(1), article(2, status=1)]
    solutions.articles[6, ""] = [article(3)]
    assert {id_: one.state.value for id_, one in read(account)[0].items()} == {
        "1": "published", "2": "draft", "3": "draft",
    }  # fmt: skip


def test_each_language_of_the_portal_is_read_where_the_settings_may_be(account: Account, solutions: Solutions) -> None:
    solutions.articles[4, ""] = [article(1)]
    solutions.articles[4, "sv-SE"] = [article(1, "Logga in")]
    solutions.articles[4, "de"] = [article(1, "Anmelden")]
    assert {id_: one.language for id_, one in read(account)[0].items()} == {"1": None}
    solutions.settings = {
        "primary_language": "en", "supported_languages": ["sv-SE", "de"], "portal_languages": ["en", "sv-SE", None],
    }  # fmt: skip
    found, _ = read(account)
    assert {id_: (one.language, one.title) for id_, one in found.items()} == {
        "1": ("en", "Log in"), "1:sv-SE": ("sv", "Logga in"),
    }  # fmt: skip
    assert found["1:sv-SE"].url == f"{account.server.url}/sv-SE/support/solutions/articles/1"


def test_an_article_that_cannot_be_read_is_set_aside_alone(account: Account, solutions: Solutions) -> None:
    solutions.articles[4, ""] = [article(1), article(2, title=None), article(3, updated_at="soon")]
    found, aside = read(account)
    assert (sorted(found), aside) == (["1"], ["2", "3"])


def test_no_solutions_are_said_and_so_are_those_that_may_not_be_read(account: Account, solutions: Solutions) -> None:
    account.server.faults.append(Fault(status=403, where=lambda asked: "solutions" in asked.path))
    with pytest.raises(Denied):
        read(account)
    account.server.faults.clear()
    account.server.solutions = None
    with pytest.raises(Refused) as told:
        read(account)
    assert told.value.status == 404


@pytest.mark.parametrize("broken", ["solutions/categories", "categories/3/folders", "folders/4/articles"])
def test_a_part_that_cannot_be_read_is_trouble_and_not_an_empty_one(
    account: Account, solutions: Solutions, broken: str
) -> None:
    solutions.articles[4, ""] = [article(1)]
    account.server.faults.append(
        Fault(edit=lambda body: {"odd": body}, where=lambda asked: asked.path.endswith(broken), times=9)
    )
    with pytest.raises(Unavailable):
        read(account)
