"""Customers: found by any id, told in order of time, their numbers leading to as many tickets."""

import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

NOW = datetime(2026, 11, 19, 8, 12, tzinfo=UTC)
PEOPLE = 160
TICKETS_LINK = re.compile(r'href="(/tickets\?[^"]*)">([\d,]+)</a>')
HEADING = re.compile(r"<h1>([\d,]+)\xa0(?:answers?|surveys?|tickets?)")


@pytest.fixture
def browser(voices):
    return voices


def text_of(browser, address, status=200):
    response = browser.get(address)
    assert response.status_code == status, response.text[:2000]
    return response.text


def plain(page):
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def test_without_a_file_of_customers_those_who_write_most_are_listed(silent):
    page = text_of(silent[1], "/customers")
    assert "Who writes most" in page
    assert page.count('scope="row"') == 25
    assert "not known" in page


def test_without_anything_the_customers_page_says_how_to_begin(empty_browser):
    assert "--kind customers" in text_of(empty_browser, "/customers")


def test_an_unknown_customer_is_a_page_with_a_next_step(browser):
    page = text_of(browser, "/customers/nobody-of-this-id", 404)
    assert "Look the id up" in page
    assert 'class="button"' in page


def test_an_odd_id_has_its_own_address(browser, odd_id):
    odd = odd_id
    page = text_of(browser, f"/answers?requester={quote(odd, safe='')}")
    link = html.unescape(re.search(r'href="(/customers[/?][^"]*)">', page.partition("</form>")[2])[1])
    assert not re.search(r"/\.\.?(/|$)", link)
    page = text_of(browser, link)
    if not link.startswith("/customers?"):
        assert html.unescape(re.search(r"<h1>Customer (.*?)</h1>", page)[1]) == odd
    assert odd in html.unescape(page)
    assert "<b>&" not in page


def test_a_ticket_leads_to_its_customer_and_back(browser):
    page = text_of(browser, "/tickets/zendesk-eu/4001")
    link = re.search(r'<dt>Customer</dt><dd><a href="([^"]*)">', page)[1]
    assert 'href="/tickets/zendesk-eu/4001"' in text_of(browser, link)


def test_a_customers_numbers_lead_to_as_many(browser):
    page = text_of(browser, "/customers/c-1")
    cards = re.findall(r'class="figure" href="(/tickets\?[^"]*)">(\d+)</a>', page)
    assert len(cards) == 2
    for link, number in cards:
        assert HEADING.search(text_of(browser, html.unescape(link)))[1] == number
    assert "acme" in page
    assert "lost on" in plain(page)


def test_a_ticket_that_is_no_longer_observed_is_not_open_now(silent):
    lens, browser = silent
    seen = {"created_at": "2023-01-05T09:00:00Z", "status": "open", "subject": "Lost sight of", "requester": "c-gone"}
    lens.push([{**seen, "id": "gone", "observed_until": "2023-02-05T09:00:00Z"}, {**seen, "id": "here"}])
    page = text_of(browser, "/customers/c-gone")
    card = page.partition("Open now")[2].partition("</section>")[0]
    link, number = re.search(r'href="([^"]*)">(\d+)</a>', card).groups()
    assert number == "1"
    assert HEADING.search(text_of(browser, html.unescape(link)))[1] == "1"
    assert "open when last seen, 31\xa0days after it came" in plain(page)


def test_few_solved_tickets_have_no_median(browser):
    card = text_of(browser, "/customers/c-1").partition("Half solved within")[2].partition("</section>")[0]
    assert "too few" in card


def test_a_journey_stands_in_order_of_time_and_turns(browser):
    def times(address):
        journey = text_of(browser, address).partition('class="journey"')[2]
        return re.findall(r'<time datetime="([^"]*)"', journey)

    newest = times("/customers/c-1")
    assert newest == sorted(newest, reverse=True)
    assert times("/customers/c-1?sort=oldest") == newest[::-1]


def test_a_journey_has_every_kind_with_its_count(browser):
    page = text_of(browser, "/customers/c-1")
    chips = re.findall(r'href="(/customers/c-1\?kind=(\w+))#journey"[^>]*>[^<]*<span class="muted">(\d+)<', page)
    assert {"asked", "answered", "sent", "came", "lost"} <= {kind for _, kind, _ in chips}
    for link, _, number in chips:
        assert len(re.findall(r'<li class="step', text_of(browser, link))) == int(number)


def test_a_long_journey_is_paged_to_its_end(silent):
    lens, browser = silent
    rows = [{"id": f"l{n}", "survey": "Long", "kind": "nps", "score": 5, "customer": "long",
             "at": (NOW - timedelta(hours=n)).isoformat()} for n in range(95)]  # fmt: skip
    assert lens.voice.push_answers(rows).stored == 95
    page, seen = text_of(browser, "/customers/long"), []
    while True:
        seen += re.findall(r'<time datetime="([^"]*)"', page.partition('class="journey"')[2])
        older = re.search(r'rel="next" href="([^"]*)"', page)
        if not older:
            break
        page = text_of(browser, html.unescape(older[1]))
    assert len(seen) == len(set(seen)) == 95
    assert seen == sorted(seen, reverse=True)


def test_a_list_of_customers_is_paged_with_the_counts_of_their_tickets(browser):
    page, seen = text_of(browser, "/customers"), []
    while True:
        seen += re.findall(r'scope="row"><a href="/customers/([^"]*)"', page)
        for link, number in TICKETS_LINK.findall(page)[:3]:
            assert HEADING.search(text_of(browser, html.unescape(link)))[1] == number
        older = re.search(r'rel="next" href="([^"]*)"', page)
        if not older:
            break
        page = text_of(browser, html.unescape(older[1]))
    assert len(seen) == len(set(seen)) == PEOPLE
    assert browser.get("/customers.csv").text.count("\r\n") == PEOPLE + 1


def test_a_customer_is_found_by_the_whole_id(browser):
    assert 'href="/customers/c-11"' in text_of(browser, "/customers?q=c-11")
    assert "No customer has this id" in text_of(browser, "/customers?q=c-")


def test_an_address_finds_the_stand_in_under_which_it_is_kept(silent):
    lens, browser = silent
    lens.voice.push_answers([{"id": "1", "survey": "x", "kind": "nps", "score": 1, "customer": "kim@example.com",
                              "at": "2026-10-10T10:00:00Z"}])  # fmt: skip
    page = text_of(browser, "/customers?q=kim@example.com")
    assert "Customer found" in page
    assert "kim@example.com" not in page.partition("<table")[2]
