"""What pages say: whole labels, names in quotes, days beside every share, and unknown as not known."""

import html
import re
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from ticketlens.articles.keeping import Shelf
from ticketlens.model.filter import EVERYTHING
from web.pages.topics import together

SILENT = ("language", "channel", "group", "brand")


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())


def section(page: str, heading: str) -> str:
    return next(part for part in page.split("<section")[1:] if f"<h2>{heading}</h2>" in part)


def test_a_topic_is_split_and_its_theme_called_under_headings_of_their_own(
    lead: FlaskClient, paying: tuple[int, int], space: Any
) -> None:
    theme = next(iter(space.lens.edits.themes().values()))
    space.lens.edits.call(theme.id, "Money", by="kim")
    page = lead.get(f"/topics/{paying[0]}").text
    assert "Look for parts" in section(page, "Its parts")
    assert "Look for parts" not in section(page, "Its border with others")
    told = words(section(page, "Its theme"))
    assert f"Name of the theme (leave it empty for the one that was found, “ {theme.label} ”)" in told


def test_the_name_of_a_topic_stands_in_quotes_in_a_headline(browser: FlaskClient) -> None:
    title = re.search(r"<h1>(.*?)</h1>", browser.get("/topics").text, re.S)
    assert title
    assert re.match(r"Customers waited most for “[^”]+”: ", html.unescape(title[1]))
    assert re.search(r"<h1>[^“]*“<a [^>]*>[^<]+</a>”", browser.get("/").text)


def test_two_medians_say_what_they_are_of(browser: FlaskClient) -> None:
    told = words(browser.get("/topics/1").text)
    assert re.search(r"half of them wait more than", told)
    assert re.search(r"nine in ten [^,]*, of those that arrived \d", told)
    assert "What it is Its tickets that arrived " in told


def test_a_value_that_nobody_told_is_not_known(small_desk: Any) -> None:
    lens, browser, more = small_desk
    lens.push([{name: value for name, value in one.items() if name not in SILENT} for one in more])
    assert "not known" in words(browser.get("/topics/coverage").text)
    assert "brand <strong>not known</strong>" in browser.get("/tickets?brand=").text
    assert "topic <strong>none</strong>" in browser.get("/tickets?topic=").text


def test_fields_that_nobody_told_of_a_topic_are_one_line(small_desk: Any) -> None:
    lens, browser, more = small_desk
    told = [{name: value for name, value in one.items() if name not in SILENT} for one in more]
    lens.push([{**one, "source": "quiet"} for one in told])
    keys = [("quiet", str(one["id"])) for one in told]
    lens.edits.move(keys, 1, by="kim")
    page = words(browser.get("/topics/1?source=quiet&from=2026-01-01&to=2026-11-18").text)
    assert "Not known of any of these tickets: channel, group, brand" in page


def test_a_ticket_with_a_subject_alone_says_so(small_desk: Any) -> None:
    lens, browser, more = small_desk
    lens.push([{"id": "short", "source": "s", "subject": "My card", "created_at": more[0]["created_at"]}])
    assert "It has a subject alone, and no text below it." in words(browser.get("/tickets/s/short").text)


def test_shares_of_coverage_name_their_days_and_weeks_begin_with_the_first_ticket(small_desk: Any) -> None:
    lens, browser, _ = small_desk
    page = browser.get("/topics/coverage").text
    title = re.search(r"<h1>(.*?)</h1>", page, re.S)
    assert title
    assert re.match(r"\d+ % of tickets of \d+ \w+ – \d+ \w+( \d+)? are in topics", words(title[1])), title[1]
    first = min(row.ticket.created_at for row in lens.tickets(EVERYTHING, limit=100).items).date()
    weeks = [line.split(",")[1] for line in browser.get("/topics/coverage.csv").text.splitlines() if "week," in line]
    assert (first - type(first).fromisoformat(min(weeks))).days < 7
    assert "% of tickets are in topics Of those that arrived " in words(browser.get("/topics").text)


def near_by(lens: Any, cosine: float) -> None:
    """The one article has this cosine to the middle of topic 1."""
    middle = np.frombuffer(lens.topic_names()[1].centroid, dtype="<f4")
    other = np.eye(16, dtype=np.float32)[14] - middle * middle[14]
    row = cosine * middle + np.sqrt(1 - cosine**2) * other / np.linalg.norm(other)
    lens.store.put_vectors("hand", [Shelf(lens.store).all()[0].fingerprint], row[None].astype(np.float32))


@pytest.mark.parametrize(
    ("cosine", "told"), [(0.5, "Nearest, but probably about something else"), (0.2, "None is near")]
)
def test_an_article_is_told_as_the_nearest_only_where_it_is_near(small_desk: Any, cosine: float, told: str) -> None:
    lens, browser, _ = small_desk
    lens.articles.push([{"id": "1", "title": "Verify your identity", "updated_at": "2026-01-02"}])
    near_by(lens, cosine)
    assert told in words(browser.get("/topics/1").text)
    row = next(row for row in re.findall(r"<tr>.*?</tr>", browser.get("/articles").text, re.S) if "/topics/1?" in row)
    assert ("nothing near" in row) == (cosine < 0.45)


def test_the_headline_tells_how_all_tickets_moved_where_no_topic_stands_out(lens: Any) -> None:
    table = lens.topics(EVERYTHING)
    grown = replace(table, total=500, before=200)
    assert together(grown) == (
        "All tickets together are up by 150\xa0%; against that, no topic is new, rising or back."
    )
    assert together(replace(grown, before=480)) == "No topic is new, rising or back."
    assert together(replace(grown, began=date(2026, 3, 2))) == "No topic is new, rising or back."


def test_the_change_of_a_steady_topic_does_not_shout(browser: FlaskClient) -> None:
    page = browser.get("/topics").text
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if '<span class="pill steady">' in row]
    changes = [re.search(r'data-name="Change">(.*?)</td>', row, re.S)[1] for row in rows]  # type: ignore[index]
    assert changes
    assert all(told.startswith('<span class="muted">') for told in changes)
    assert "differs from that in the twelve before" in page
