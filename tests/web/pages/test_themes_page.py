"""The list of topics by theme, a theme on a topic's page, and what a lead does to it."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

LIST = "/topics?from=2026-03-02&to=2026-03-08"
Doing = Callable[..., tuple[int, str]]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("\xa0", " ").split())


def heading(page: str) -> str:
    found = re.search(r'<tr class="theme">.*?</tr>', page, re.DOTALL)
    assert found
    return found[0]


def test_a_theme_heads_its_topics_with_their_sums(lead: FlaskClient, paying: tuple[int, int]) -> None:
    page = lead.get(LIST).text
    assert "All 5 topics in 1 theme, 3 alone" in words(page)
    own = heading(page)
    assert "2 topics" in words(own)
    ((link, n),) = re.findall(r'<a href="(/tickets\?[^"]*)">(\d+)</a>', own)
    assert n == "20"
    assert "<h1>20\xa0tickets" in lead.get(link.replace("&amp;", "&")).text
    body = re.search(r'<tbody class="themed">.*?</tbody>', page, re.DOTALL)
    assert body
    assert [f"/topics/{topic}" in body[0] for topic in paying] == [True, True]
    assert page.count('name="topic" value=') == 5


def test_the_list_is_one_again_by_the_switch_and_in_the_file(lead: FlaskClient, paying: tuple[int, int]) -> None:
    page = lead.get(f"{LIST}&themes=off").text
    assert 'class="theme"' not in page
    assert "by theme" in page
    head, *rows = lead.get(LIST.replace("?", ".csv?")).text.splitlines()
    assert head.split(",")[-2:] == ["theme", "theme_name"]
    assert sum(",1," in row[-40:] for row in rows) == 2


def test_a_theme_stands_where_its_first_topic_did_where_a_column_does_not_add_up(
    lead: FlaskClient, paying: tuple[int, int]
) -> None:
    for sort in ("topic", "-topic", "state", "p50"):
        flat, by_theme = (
            re.findall(r'aria-label="Tick (\w+)"', lead.get(f"{LIST}&sort={sort}&themes={switch}").text)
            for switch in ("off", "")
        )
        assert flat[0] == by_theme[0]
        assert sorted(flat) == sorted(by_theme)
        together = [name for name in flat if name in ("card", "invoice")]
        assert "".join(together) in "".join(by_theme)


def test_desks_without_themes_have_one_list(lead: FlaskClient, topics: dict[str, int]) -> None:
    page = lead.get(LIST).text
    assert 'class="theme"' not in page
    assert "as one list" not in page
    assert '<select name="theme"' not in lead.get(f"/topics/{topics['login']}").text


def test_a_topics_page_names_its_theme_and_the_other_topics(
    lead: FlaskClient, done: Doing, paying: tuple[int, int]
) -> None:
    number, page = done("/themes/1/call", name="<b>Money</b>", why="our word")
    assert "called the theme of card and invoice “<b>Money</b>”" in page
    page = lead.get(f"/topics/{paying[0]}").text
    assert "<b>Money" not in page
    assert "Part of &lt;b&gt;Money&lt;/b&gt; , with invoice" in words(page)
    assert "&lt;b&gt;Money&lt;/b&gt;" in heading(lead.get(LIST).text)
    done(f"/edits/{number}/undo")
    assert "Money" not in heading(lead.get(LIST).text)


def test_a_topic_is_taken_out_and_put_elsewhere_by_its_form(
    lead: FlaskClient, done: Doing, space: Any, paying: tuple[int, int], topics: dict[str, int]
) -> None:
    login = topics["login"]
    _, page = done(f"/topics/{login}/change", **{"name": "login", "was.name": "login", "theme": "1", "was.theme": ""},
                   kind="problem", **{"was.kind": "problem"})  # fmt: skip
    assert "put login into the theme “" in page
    assert space.lens.topic_names()[login].theme == 1
    _, page = done(f"/topics/{login}/change", **{"name": "login", "was.name": "login", "theme": "", "was.theme": "1"},
                   kind="problem", **{"was.kind": "problem"})  # fmt: skip
    assert "took login out of its theme" in page
    assert space.lens.topic_names()[login].theme is None


def test_a_theme_that_is_not_there_is_not_called(post: Callable[..., Any], topics: dict[str, int]) -> None:
    assert post("/themes/7/call", name="X").status_code == 404


def test_where_a_column_adds_up_a_theme_stands_by_its_sum(
    lead: FlaskClient, space: Any, paying: tuple[int, int]
) -> None:
    space.push("login", range(20, 25))
    space.cluster(full=True, publish=True)

    def order(sort: str) -> list[str]:
        return re.findall(r'aria-label="Tick (\w+)"', lead.get(f"{LIST}&sort={sort}").text)

    assert order("size")[:3] == ["card", "invoice", "login"], "two of ten before one of fifteen"
    assert order("-size")[-2:] == ["card", "invoice"]
    space.lens.edits.set(space.topic_of("refund-0"), {"pinned": True}, by="kim")
    assert order("size")[0] == "refund"
