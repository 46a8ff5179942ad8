"""The page of gaps: what it says first, that its numbers lead to tickets, and that links lead nowhere unsafe."""

import csv
import html
import io
import re

import numpy as np
import pytest

from ticketlens.articles.keeping import Shelf
from ticketlens.model.filter import EVERYTHING

ARRIVED = re.compile(r'data-name="Arrived"><a href="(/tickets[^"]*)">([\d,]+)</a>')
HEADING = re.compile(r"<h1>([\d,]+)\xa0tickets?")
EVIL = '<evil onclick="alert(1)"> {{7*7}}'
ROWS = [
    {"id": "1", "title": "Refunds", "url": "https://help.example/1", "language": "en", "updated_at": "2026-01-02"},
    {"id": "2", "title": EVIL, "url": "https://help.example/2?a=\"'<b>", "updated_at": "2026-01-02"},
    {"id": "3", "title": "Nothing that anybody asks", "updated_at": "2026-01-02"},
]


def near_to(lens, places):
    """Articles, with the middle of a topic as the vector of each; place 14 is far from all of them."""
    lens.articles.push(ROWS)
    prints = [kept.fingerprint for kept in Shelf(lens.store).all()]
    rows = np.eye(16, dtype=np.float32)[list(places)] + 0.1
    lens.store.put_vectors("hand", prints, rows / np.linalg.norm(rows, axis=1, keepdims=True))


def page(browser, address="/articles", status=200):
    answer = browser.get(address)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


@pytest.fixture
def desk(small_desk):
    lens, browser, _ = small_desk
    near_to(lens, (0, 1, 14))
    return lens, browser


def test_without_articles_the_page_says_how_to_bring_them(browser):
    told = page(browser)
    assert "--kind articles" in told
    assert "POST /api/v1/articles" in told
    assert "Help centre" not in page(browser, "/topics/1"), "nobody asked a topic about articles"


def test_the_sentence_counts_the_problems_without_an_article_and_their_hours(desk):
    lens, browser = desk
    told = lens.articles.gaps(lens.topics(EVERYTHING))
    title = html.unescape(re.search(r"<h1>(.*?)</h1>", page(browser), re.S)[1])
    assert title == told.sentence
    hours = sum(row.figures.waited_hours for row in told.gaps)
    assert f"{hours:,.0f} hours in four weeks" in title
    assert told.gaps
    assert {row.figures.topic.id for row in told.known} <= {1, 2}


def test_each_number_of_tickets_leads_to_as_many(desk):
    _, browser = desk
    links = ARRIVED.findall(page(browser))
    assert links
    for to, n in links:
        assert HEADING.search(page(browser, html.unescape(to)))[1] == n


def test_a_title_stays_text_and_a_link_out_tells_nobody_where_it_came_from(desk):
    _, browser = desk
    for address in ("/articles", "/topics/2"):
        told = page(browser, address)
        assert EVIL not in told
        assert "&lt;evil onclick=" in told
        assert "{{7*7}}" in told
        for link in re.findall(r'<a href="https?://help[^>]*>', told):
            assert 'rel="noopener noreferrer"' in link


def test_a_topic_shows_its_article_or_what_the_lack_of_one_costs(desk):
    _, browser = desk
    assert "Known article: <a " in page(browser, "/topics/1")
    told = page(browser, "/topics/3?from=2026-01-01&to=2026-11-19")
    assert "No article:" in told
    assert "hours</a>" not in told
    assert "for this in the window" in told


def test_the_file_has_gaps_articles_and_those_that_nobody_asks_for(desk):
    _, browser = desk
    rows = list(csv.DictReader(io.StringIO(page(browser, "/articles.csv").lstrip("\ufeff"))))
    assert {row["found"] for row in rows} >= {"gap", "unmet"}
    (alone,) = (row for row in rows if row["found"] == "unmet" and row["article_id"] == "3")
    assert alone["topic_id"] == ""
    hours = [float(row["waited_hours"]) for row in rows if row["found"] == "gap"]
    assert hours == sorted(hours, reverse=True)
