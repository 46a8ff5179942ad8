"""A metric's name on a page tells what the table says of it: on hover, by keyboard, and to a screen reader."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ticketlens.metrics.contract import BY_ID, IDS, METRICS

NOT_ON_THIS_DESK = ("breach_rate", "cost")
"""Without targets and rates their page has no figure, and so no name."""
EXPLAINED = {
    "/": {"ttr.full", "backlog", "arrived", "reopen_rate", "waited_hours", "csat"},
    "/topics": {"ttr.full", "arrived", "reopen_rate", "waited_hours", "csat"},
    "/topics/1": {"ttr.full", "reopen_rate", "csat"},
    "/tickets": {"reply.first", "waited_hours"},
    "/tickets/zendesk-eu/4001": {row.id for row in METRICS if row.kind == "duration"},
    **{f"/trends?metric={id_}": {id_} for id_ in IDS if id_ not in NOT_ON_THIS_DESK},
}  # fmt: skip
NAMES = {row.name: row for row in METRICS}
WITHOUT_HOVER = ("option", "title", "script", "desc", "text")
"""Where no markup can stand: choices, and what is drawn, whose figure has the name beside it."""


def tree(browser, address):
    response = browser.get(address)
    assert response.status_code == 200
    return LexborHTMLParser(response.text)


def inside(node: LexborNode, *found: str) -> bool:
    while node is not None:
        if node.tag in WITHOUT_HOVER or set((node.attributes.get("class") or "").split()) & set(found):
            return True
        node = node.parent
    return False


@pytest.mark.parametrize(("address", "ids"), EXPLAINED.items())
def test_each_metric_of_a_page_is_explained_there_in_the_words_of_the_table(browser, address, ids):
    told = {}
    for tip in tree(browser, address).css("main .definition"):
        if (name := tip.css_first("strong")) is None:  # what a state means
            continue
        row = NAMES[name.text().removesuffix(".")]
        text = " ".join(tip.text().split())
        assert " ".join(row.definition.split()) in text
        assert row.exclusions.replace("`", "")[1:] in text
        assert row.instead in text
        assert "Europe/Stockholm" in text
        told[row.id] = text
    assert set(told) == ids


@pytest.mark.parametrize("address", EXPLAINED)
def test_no_metrics_name_stands_bare(browser, address):
    bare = []
    for node in tree(browser, address).css("main *"):
        text = node.text(deep=False)
        bare += [row.id for name, row in NAMES.items() if name in text and not inside(node, "term", "contract")]
    assert bare == []


@pytest.mark.parametrize("address", EXPLAINED)
def test_a_definition_is_reached_by_keyboard_and_told_to_a_screen_reader(browser, address):
    page = tree(browser, address)
    tips = page.css(".definition")
    ids = [tip.attributes["id"] for tip in tips]
    assert len(ids) == len(set(ids)) > 0
    for id_ in ids:
        (named,) = page.css(f'[aria-describedby="{id_}"]')
        assert named.attributes.get("tabindex") == "0" or (named.tag == "a" and named.attributes["href"])
        assert page.css_first(f"#{id_}").attributes["role"] == "tooltip"


def test_a_card_says_how_many_tickets_its_figure_rests_on(browser):
    for card in tree(browser, "/").css(".card"):
        n = re.search(r"n\s([\d,]+)", card.css("p.small")[0].text())[1]
        assert f"; n = {n}." in card.css_first(".definition").text()


def test_the_trends_page_has_the_whole_row(browser):
    told = tree(browser, "/trends?metric=csat").css_first(".contract").text()
    row = BY_ID["csat"]
    assert all(part in told for part in (row.id, row.definition, row.formula, row.source, row.instead, row.differs))
