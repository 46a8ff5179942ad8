"""Each page over a real store: what it shows, that its numbers lead to as many tickets, and that texts stay texts."""

import csv
import html
import io
import re
from xml.etree import ElementTree as ET

import pytest

SVG = "{http://www.w3.org/2000/svg}"
NUMBER_LINK = re.compile(r'<a [^>]*href="(/tickets\?[^"]*)"[^>]*>(?:all )?(?:<strong>)?([\d,]+)(?:</strong>)?</a>')
COLUMN_LINK = re.compile(r'<a href="(/tickets\?[^"]*)"[^>]*><path[^>]*/><title>[^<]*?([\d,]+)\xa0tickets?[,<]')
PIECE_LINK = re.compile(r'<a href="(/tickets\?[^"]*)"><rect[^>]*/><title>[^<]*: ([\d,]+)\xa0tickets?</title>')
HEADING = re.compile(r"<h1>([\d,]+)\xa0tickets?")
FEW = "/topics/10?brand=shop&channel=phone"
PAGES = (
    "/", "/?weeks=8&brand=shop", "/?clock=business", "/?cohort=solved", "/topics", "/topics?sort=-p50&channel=email",
    "/topics/1", "/topics/1?group=Payments", "/trends", "/trends?metric=reopen_rate", "/trends?metric=backlog&by=month",
    "/trends?metric=csat", "/trends?group_by=group&metric=reply.first", "/trends?metric=waited_hours&group_by=channel",
    "/trends?metric=solved&by=quarter", "/tickets", "/tickets?q=refund&is=open", "/tickets?topic=1",
    "/tickets/zendesk-eu/4001", "/tickets/mail%2Fbox/4000", "/sources", FEW,
)  # fmt: skip

COUNTED = (
    "/", "/?brand=shop", "/?cohort=solved&weeks=8", "/topics", "/topics?channel=email", "/topics/1",
    "/topics/3?brand=shop", "/trends?by=month", "/trends?metric=solved&by=month", "/trends?metric=backlog&by=month",
    "/trends?metric=arrived&by=month", "/trends?metric=csat&by=month", "/trends?metric=reopen_rate&by=month",
    FEW,
)  # fmt: skip
EVERYWHERE = ("/topics", "/trends", "/tickets", "/topics/1", "/why.csv", "/trends.svg", "/topics.png")
MISTAKEN = {
    "/nothing": 404, "/topics/99": 404, "/tickets/a/b": 404, "/?brnd=x": 400, "/trends?by=decade": 400,
    "/trends?metric=happiness": 400, "/?weeks=0": 400,
}  # fmt: skip


def text_of(browser, address, status=200):
    response = browser.get(address)
    assert response.status_code == status, response.text[:2000]
    return response.text


def listed(browser, address):
    """How many tickets the list behind an address says it has, and how many it shows on its pages."""
    page = text_of(browser, html.unescape(address))
    said = int(HEADING.search(page)[1].replace(",", ""))
    shown = page.count('<a class="subject"')
    while older := re.search(r'rel="next" href="([^"]*)"', page):
        page = text_of(browser, html.unescape(older[1]))
        shown += page.count('<a class="subject"')
    return said, shown


@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_and_keeps_to_the_policy(browser, address):
    page = text_of(browser, address)
    assert len(page.encode()) < 150_000
    assert page.count("<h1") == 1
    assert 'style="' not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert not re.search(r"None(?! (in this time|yet))", re.sub(r"<[^>]*>", "", page))


@pytest.mark.parametrize("address", PAGES)
def test_no_text_of_a_ticket_becomes_markup(browser, address):
    page = text_of(browser, address)
    assert "<script>alert" not in page
    assert "{{" not in page.replace("{{7*7}}", "")


def test_a_bad_name_is_shown_as_it_was_written(browser):
    page = text_of(browser, "/topics")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page


@pytest.mark.parametrize("address", COUNTED)
def test_a_number_is_a_link_to_as_many_tickets(browser, address):
    page = text_of(browser, address)
    found = set(NUMBER_LINK.findall(page) + COLUMN_LINK.findall(page) + PIECE_LINK.findall(page))
    assert found
    wrong = {}
    for link, number in found:
        said, _ = listed_heading(browser, link)
        if said != int(number.replace(",", "")):
            wrong[link] = (number, said)
    assert not wrong


def listed_heading(browser, address):
    page = text_of(browser, html.unescape(address))
    return int(HEADING.search(page)[1].replace(",", "")), page


@pytest.mark.parametrize("address", ["/tickets?topic=2", "/tickets?is=open", "/tickets?q=refund&brand=shop"])
def test_a_list_shows_as_many_tickets_as_its_heading_says(browser, address):
    said, shown = listed(browser, address)
    assert said == shown > 0


def test_the_card_of_a_figure_leads_to_its_tickets(browser):
    page = text_of(browser, "/")
    cards = re.findall(r'class="figure" href="([^"]*)".*?n&nbsp;([\d,]+)', page, re.S)
    assert len(cards) == 6
    assert [listed_heading(browser, link)[0] for link, _ in cards] == [int(n.replace(",", "")) for _, n in cards]


def test_the_headline_names_its_topic_as_a_link(browser):
    heading = re.search(r"<h1>(.*?)</h1>", text_of(browser, "/"), re.S)[1]
    assert re.search(r'<a href="/topics/1[^"]*">Refund not received</a>', heading)


def test_zone_clock_cohort_and_moment_stand_under_the_title(browser):
    under = html.unescape(
        re.search(r'<p class="under">(.*?)</p>', text_of(browser, "/?clock=business"), re.S)[1]
    ).replace("\xa0", " ")
    assert all(part in under for part in ("business time", "by arrival", "Europe/Stockholm", "as of Thu 19 Nov 09:12"))


def test_the_running_week_is_hatched_and_named(browser):
    page = text_of(browser, "/")
    assert "4 of 7 days →" in page
    assert "<pattern" in page


def test_a_topic_with_too_few_solved_tickets_shows_no_empty_panels_but_the_way_to_them(browser):
    page = text_of(browser, FEW)
    told = re.sub(r"<[^>]*>", "", page)
    assert "Fewer than 20 of the tickets of any month are solved: too few to say how long it takes." in told
    assert "solved within" not in page.partition('id="topic"')[2].partition("</figure>")[0]
    assert "arrived tickets, by week" in page
    (link,) = re.findall(r'href="([^"]*)">the tickets themselves', page)
    said, _ = listed_heading(browser, link)
    assert said > 0


def test_a_topic_with_enough_of_them_shows_how_long_they_take(browser):
    page = text_of(browser, "/topics/1")
    assert "nine in ten solved within" in page
    assert "the tickets themselves" not in page


def test_a_chart_has_its_exact_numbers_beside_it(browser):
    page = text_of(browser, "/trends")
    rows = re.findall(r"<tr><td>.*?</tr>", page, re.S)
    assert len(rows) == 26
    assert "running" in rows[0]


def test_parts_of_a_change_sum_to_it(browser):
    lines = browser.get("/why.csv").text.splitlines()[1:]
    minutes = sum(float(line.split(",")[-2]) for line in lines)
    told = f"{minutes:+.0f} min" if abs(minutes) < 90 else f"{minutes / 60:+.1f} h"
    title = re.search(r"<h2>(?:Why it moved|No clear change in the mean wait): ([^<]*)<", text_of(browser, "/"))[1]
    assert title.replace("\xa0", " ") == told.replace("-", "−")


def test_a_metrics_name_tells_its_definition(browser):
    assert re.search(r'class="term" tabindex="0" aria-describedby="meaning-\d+">p50<span ', text_of(browser, "/"))


def test_a_filter_is_a_chip_that_can_be_taken_away(browser):
    page = text_of(browser, "/topics?brand=shop&channel=email")
    away = re.search(r'class="chip put" href="([^"]*)"[^>]*>brand <strong>shop', page)[1]
    assert html.unescape(away) == "/topics?channel=email"


def test_a_filter_goes_with_every_link_to_another_page(browser):
    page = text_of(browser, "/?brand=shop")
    assert all("brand=shop" in link for link in re.findall(r'href="(/topics[/?][^"]*)"', page.partition("<main")[2]))


def test_topics_can_be_ordered_both_ways_with_the_unknown_last(browser):
    def names(sort):
        return re.findall(r'<th scope="row"><a [^>]*><bdi>([^<]*)</bdi></a>', text_of(browser, f"/topics?sort={sort}"))

    assert names("topic") == sorted(names("topic"), key=str.casefold)
    assert names("-topic") == names("topic")[::-1]
    assert names("size")[0] == names("-size")[-1] == "Refund not received"


def test_the_first_start_offers_three_ways(empty_browser):
    page = text_of(empty_browser, "/")
    assert all(way in page for way in ("ticketlens demo", "ticketlens import FILE", "ticketlens token add"))


@pytest.mark.parametrize("address", EVERYWHERE)
def test_without_tickets_every_page_says_what_to_do(empty_browser, address):
    response = empty_browser.get(address)
    assert response.status_code in (200, 404)
    assert "ticketlens import FILE" in response.text


@pytest.mark.parametrize(("address", "status"), MISTAKEN.items())
def test_a_problem_is_a_page_with_a_next_step(browser, address, status):
    page = text_of(browser, address, status)
    assert 'class="button"' in page
    assert str(status) in page


def test_a_filter_that_nothing_fits_says_so_and_offers_a_way_back(browser):
    assert "All tickets" in text_of(browser, "/tickets?brand=nowhere")
    assert "No topics in this time" in text_of(browser, "/topics?brand=nowhere")
    assert "Without filters" in text_of(browser, "/trends?brand=nowhere")
    assert text_of(browser, "/?brand=nowhere")


def test_a_ticket_shows_both_clocks_and_its_statuses(browser):
    page = text_of(browser, "/tickets/zendesk-eu/4001")
    assert "Time to full resolution" in page
    assert 'class="strip"' in page
    assert page.count("<td") >= 18
    assert "Similar tickets" in page


def test_a_source_with_a_slash_has_its_own_address(browser):
    page = text_of(browser, "/tickets?source=mail/box&q=4000")
    link = re.search(r'class="subject" href="([^"]*)"', page)[1]
    assert link.startswith("/tickets/mail%2Fbox/")
    assert "mail/box" in text_of(browser, link)


@pytest.mark.parametrize("form", ["svg", "png", "csv"])
@pytest.mark.parametrize("name", ["trends", "topics"])
def test_what_is_shown_is_there_as_a_file(browser, name, form):
    page = text_of(browser, f"/{name}?brand=shop")
    link = html.unescape(re.search(rf'href="(/{name}\.{form}[^"]*)"', page)[1])
    assert "brand=shop" in link
    response = browser.get(link)
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    if form == "svg":
        words = "".join(ET.fromstring(response.text).itertext())
        assert "TicketLens · as of 19" in words


def test_the_file_of_a_trend_has_the_numbers_of_its_table(browser):
    page = text_of(browser, "/trends?by=month")
    link = html.unescape(re.search(r'href="(/trends\.csv[^"]*)"', page)[1])
    lines = browser.get(link).text.splitlines()
    chart = page.partition('id="trend"')[2].partition("</figure>")[0]
    table = [int(n.replace(",", "")) for n in re.findall(r">([\d,]+)</a></td></tr>", chart)][::-1]
    column = lines[0].split(",").index("n")
    assert [int(line.split(",")[column]) for line in lines[1:]] == table


def test_the_file_of_tickets_has_a_line_a_ticket(browser):
    said, _ = listed_heading(browser, "/tickets?topic=3")
    assert browser.get("/tickets.csv?topic=3").text.count("\r\n") == said + 1


ODD = re.compile(r'<a href="(/tickets\?[^"]*flaw=[^"]*)">They ([^<]*)</a><span></span><span class="number">([\d,]+)')


def test_each_oddity_on_the_sources_page_opens_its_tickets(odd_browser):
    browser = odd_browser
    told = ODD.findall(text_of(browser, "/sources"))
    counted = {words: int(n) for _, words, n in told}
    assert counted["have statuses that go back in time"] == 60
    for address, _, n in told:
        assert listed(browser, address) == (int(n),) * 2
    listing = text_of(browser, html.unescape(told[0][0]))
    one = re.search(r'<a class="subject" href="([^"]*)"', listing)[1]
    assert "odd about it" in text_of(browser, html.unescape(one))


def test_what_is_measured_again_is_shown_with_how_far_it_is(browser, lens):
    lens.store.put_record(
        "derived", "measuring", {"to": {}, "befores": [], "after": None, "seen": 30, "total": 120, "measured": 7}
    )
    try:
        page = text_of(browser, "/sources")
        assert "Times are being computed again" in page
        assert re.search(r'<progress max="120" value="30"', page)
    finally:
        lens.store.delete_record("derived", "measuring")


def test_topics_cost_what_their_list_is_of_where_a_rate_is_set(paid, browser):
    page = text_of(paid, "/topics?sort=cost")
    cell = r'data-name="Cost, EUR"><span>([\d,]+) <span class="muted">n <a href="([^"]+)">([\d,]+)</a>'
    cells = re.findall(cell, page)
    costs = [int(cost.replace(",", "")) for cost, _, _ in cells]
    assert costs == sorted(costs, reverse=True)
    cost, link, n = cells[0]
    assert int(cost.replace(",", "")) == int(n.replace(",", "")) * 10
    assert HEADING.search(text_of(paid, html.unescape(link)))[1] == n
    row = next(csv.DictReader(io.StringIO(text_of(paid, "/topics.csv?sort=cost"))))
    assert (float(row["cost"]), row["cost_n"], row["cost_assumed"]) == (float(cost.replace(",", "")), n, n)
    assert "Cost" not in text_of(browser, "/topics")


def test_the_year_is_told_where_it_is_not_that_of_today(browser):
    then = text_of(browser, "/topics?from=2025-01-06&to=2025-01-12&as_of=2025-02-03T09:00:00Z").replace("\xa0", " ")
    assert "6–12 January 2025" in then
    assert "Mon 3 Feb 2025 10:00" in then
    assert "9–15 November</strong>" in text_of(browser, "/topics?from=2026-11-09&to=2026-11-15").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/trends?cohort=solved", "solved"), ("/trends?metric=backlog", "at"), ("/trends", "arrived"),
        ("/voice?", "answered"), ("/answers?given=sent", "sent"), ("/tickets?dated=solved", "solved"),
    ],
)  # fmt: skip
def test_the_days_of_a_filter_are_named_by_what_happened_on_them(browser, address, name):
    page = text_of(browser, f"{address}{'&' if '?' in address else '?'}from=2026-10-05&to=2026-11-01")
    assert f"{name} <strong>5 October – 1 November" in page.replace("\xa0", " ")
