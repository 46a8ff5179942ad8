"""How surely tickets are grouped, by week and by language: each number is as many tickets as its list has."""

import html
import re

import pytest

NUMBER = re.compile(r'<a href="(/tickets\?[^"]*)">([\d,]+)</a>')


@pytest.fixture
def page(browser):
    return browser.get("/topics/coverage").text


def test_every_number_is_a_link_to_as_many_tickets(browser, page):
    found = NUMBER.findall(page)
    by_language = [one for one in found if "language=" in one[0]]
    by_week = [one for one in found if "language=" not in one[0]]
    assert len(by_language) == 4 * 5
    for link, n in [*by_language[:10], *by_week[:12]]:
        assert f"<h1>{n}\xa0ticket" in browser.get(html.unescape(link)).text, link


def test_weeks_and_languages_sum_to_the_same_tickets(page):
    found = [(html.unescape(link), int(n.replace(",", ""))) for link, n in NUMBER.findall(page) if "is=" not in link]
    whole, lines = found[0][1], found[1:]
    assert sum(n for link, n in lines if "language=" in link) == whole
    assert sum(n for link, n in lines if "language=" not in link) == whole


def test_the_list_of_topics_leads_to_it_under_its_filter(browser):
    listed = browser.get("/topics?channel=email").text
    link = re.search(r'href="(/topics/coverage[^"]*)"', listed)
    assert link
    page = browser.get(html.unescape(link[1])).text
    assert "channel <strong>email</strong>" in page
    assert all("channel=email" in address for address, _ in NUMBER.findall(page))


def test_the_file_has_what_the_page_shows(browser, page):
    rows = [line.split(",") for line in browser.get("/topics/coverage.csv").data.decode("utf-8-sig").splitlines()]
    assert rows[0] == ["of", "name", "core", "edited", "weak", "ungrouped", "total"]
    listed = [n.replace(",", "") for link, n in NUMBER.findall(page) if "language=en" in html.unescape(link)]
    assert next(row for row in rows if row[:2] == ["language", "en"])[2:] == listed
    weeks = [row for row in rows if row[0] == "week"]
    languages = [row for row in rows if row[0] == "language"]
    assert sum(int(row[-1]) for row in weeks) == sum(int(row[-1]) for row in languages)


def test_without_a_whole_week_there_is_nothing_to_tell(browser):
    assert "No week is over yet" in browser.get("/topics/coverage?from=2026-11-19&to=2026-11-19").text
