"""Voice, answers, customers: numbers lead to as many answers, and what people wrote stays what they wrote."""

import html
import random
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

NOW = datetime(2026, 11, 19, 8, 12, tzinfo=UTC)
BAD = "<script>alert(1)</script> {{7*7}}"
SCORE = r'(?:<svg.*?</svg><span class="hush">[^<]*</span><span class="n">)?'
ANSWERS_LINK = re.compile(rf'href="(/answers\?[^"]*)"[^>]*>{SCORE}([\d,]+)<')
TICKETS_LINK = re.compile(r'href="(/tickets\?[^"]*)">([\d,]+)</a>')
COLUMN_LINK = re.compile(r'<a href="(/answers\?[^"]*)"[^>]*><path[^>]*/><title>[^<]*; ([\d,]+)\xa0answers?</title>')
HEADING = re.compile(r"<h1>([\d,]+)\xa0(?:answers?|surveys?|tickets?)")
PEOPLE = 160
ODD_IDS = ("c-1/..", "../..", "/lead", "a%2Fb", "ümläut 雪", "?x=1#y", "q" * 200, "<b>&\"'", "c 1")
PAGES = (
    "/voice", "/voice?every=week", "/voice?every=week&from=2006-01-01", "/voice?score=detractors", "/voice?topic=1",
    "/voice?channel=email&sort=n", "/voice?topics=all&sort=-score", "/voice?from=2026-09-01&to=2026-10-31",
    "/answers", "/answers?score=1,2",
    "/answers?given=sent", "/answers?commented=yes", "/customers", "/customers?q=c-1", "/customers/c-1",
    "/customers/c-1?kind=answered", "/customers/c-1?sort=oldest",
)  # fmt: skip


def answer_rows(count, seed=3):
    """CSAT after tickets, NPS about none with some sent in vain, and ten answers on effort."""
    dice = random.Random(seed)
    for number in range(count):
        at = NOW - timedelta(days=dice.uniform(1, 300))
        shared = {"customer": f"c-{number % PEOPLE}", "sent_at": (at - timedelta(hours=5)).isoformat()}
        comment = BAD if number == 7 else f"Comment {number}" if number % 3 == 0 else None
        ticket = {"ticket": str(4000 + number), "ticket_source": "zendesk-eu" if number % 3 else "mail/box"}
        solved = {"survey": "After solve", "kind": "csat", "scale": 5, "question": "Happy?", **shared, **ticket}
        told = {"at": at.isoformat(), "comment": comment}
        yield {**solved, "id": f"s{number}", "score": dice.choice([1, 2, 4, 5, 5]), **told, "source": "survey"}
        loyal = {"survey": BAD, "kind": "nps", **shared, "id": f"n{number}", "source": "survey"}
        yield {**loyal, "score": dice.choice([0, 6, 7, 9, 10]), **told} if number % 2 else {**loyal, "score": None}
        if number < 10:
            yield {"id": f"e{number}", "survey": "Effort", "kind": "ces", "scale": 7, "score": 6, "at": at.isoformat()}


def fill(lens, count):
    rows = list(answer_rows(count))
    odd = [{"id": f"odd{n}", "survey": "Odd", "kind": "nps", "score": 3, "at": "2026-10-10T10:00:00Z", "customer": one}
           for n, one in enumerate(ODD_IDS)]  # fmt: skip
    report = lens.voice.push_answers([*rows, *odd])
    assert report.set_aside == 0, report
    told = [{"id": f"c-{n}", "value_per_year": 100 + n % 7, "currency": "EUR", "since": "2024-02-03T00:00:00Z",
             "updated_at": "2026-01-01T00:00:00Z", "organization": "acme",
             **({"churned_at": "2026-09-09T00:00:00Z"} if n % 9 == 1 else {})} for n in range(PEOPLE)]  # fmt: skip
    assert lens.voice.push_customers(told).set_aside == 0


@pytest.fixture(scope="module")
def voiced(tmp_path_factory, make_desk):
    lens = make_desk(tmp_path_factory.mktemp("voiced"), 600)
    fill(lens, 300)
    yield lens
    lens.store.close()


@pytest.fixture
def browser(voiced, open_pages):
    return open_pages(voiced).test_client()


@pytest.fixture
def silent(tmp_path, make_desk, open_pages):
    """A lens with 40 tickets, and a browser on its pages; nobody answered anything."""
    lens = make_desk(tmp_path, 40)
    yield lens, open_pages(lens).test_client()
    lens.store.close()


def text_of(browser, address, status=200):
    response = browser.get(address)
    assert response.status_code == status, response.text[:2000]
    return response.text


def plain(page):
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def listed(browser, address):
    """How many the list behind an address says it has, and how many it shows on all its pages."""
    page = text_of(browser, html.unescape(address))
    said, shown = int(HEADING.search(page)[1].replace(",", "")), page.count('class="body"')
    rows = page.count('<li>\n<p class="who">')
    while older := re.search(r'rel="next" href="([^"]*)"', page):
        page = text_of(browser, html.unescape(older[1]))
        rows += page.count('<li>\n<p class="who">')
        shown += page.count('class="body"')
    return said, rows, shown


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_voices_answers_small_and_keeps_to_the_policy(browser, address):
    page = text_of(browser, address)
    assert len(page.encode()) < 150_000
    assert page.count("<h1") == 1
    assert 'style="' not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert not re.search(r"\bNone\b", plain(page))
    assert "{{" not in page.replace("{{7*7}}", "")


@pytest.mark.parametrize("address", [page for page in PAGES if page.startswith("/voice")])
def test_a_number_of_voices_is_a_link_to_as_many(browser, address):
    page = text_of(browser, address)
    found = set(ANSWERS_LINK.findall(page) + COLUMN_LINK.findall(page))
    assert len(found) > 8
    wrong = {}
    for link, number in found:
        said = int(HEADING.search(text_of(browser, html.unescape(link)))[1].replace(",", ""))
        if said != int(number.replace(",", "")):
            wrong[link] = number, said
    assert not wrong


@pytest.mark.parametrize(
    "address", ["/answers", "/answers?score=detractors", "/answers?requester=c-1", "/answers?topic=2"]
)
def test_a_list_of_answers_shows_as_many_as_its_heading_says(browser, address):
    said, rows, _ = listed(browser, address)
    assert said == rows > 0
    lines = browser.get(address.replace("/answers", "/answers.csv")).text.count("\r\n")
    assert lines == said + 1


def test_every_comment_of_the_page_is_in_its_list(browser):
    page = text_of(browser, "/voice")
    count = int(re.search(r"<h2>([\d,]+)\xa0comments</h2>", page)[1])
    link = re.search(r'href="(/answers\?[^"]*)">as a list', page)[1]
    assert listed(browser, link) == (count, count, count)


def test_comments_are_narrowed_and_paged_within_the_page(browser):
    page = text_of(browser, "/voice?score=detractors")
    assert set(re.findall(r'<span class="pill (\w+)">', page.partition('id="comments"')[2])) == {"bad"}
    older = html.unescape(re.search(r'rel="next" href="([^"]*)"', page)[1])
    assert "score=detractors" in older
    assert set(re.findall(r"Comment \d+", text_of(browser, older))).isdisjoint(re.findall(r"Comment \d+", page))


def test_what_a_customer_wrote_is_shown_as_it_was_written(browser):
    page = text_of(browser, "/answers?commented=yes&requester=c-7")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page
    assert "<script>alert" not in page
    assert "<script>alert" not in text_of(browser, "/voice")


def test_surveys_are_told_apart_with_their_cut_and_who_was_asked(browser):
    told = plain(text_of(browser, "/voice"))
    assert "4 and 5 of 5 are satisfied" in told
    assert "nobody tells what was sent" in told
    assert re.search(r"50\s%\s+of\s+300\s+sent", told)
    assert all(name in told for name in ("detractors", "passives", "promoters"))
    assert told.count("95 % interval") >= 2


def test_under_20_answers_there_is_no_score_but_n(browser):
    page = text_of(browser, "/voice")
    card = next(part for part in page.split('class="panel stack"') if "Effort</h2>" in part).partition("</section>")[0]
    assert "Too few" in plain(card)
    assert ">10</a>" in card
    assert "interval" not in plain(card)


def test_topics_stand_with_the_unhappiest_first_and_turn(browser):
    def scores(address):
        table = text_of(browser, address).partition('id="topics"')[2].partition("</table>")[0]
        rows = [row for row in table.split("<tr>") if 'scope="row"><a' in row]
        return [int(found[1]) for row in rows if (found := re.search(r"<strong>(\d+)\xa0%</strong>", row))]

    told = scores("/voice?topics=all")
    assert told == sorted(told)
    turned = scores("/voice?topics=all&sort=-score")
    assert turned == sorted(turned, reverse=True)
    assert len(told) >= 2


@pytest.mark.parametrize("form", ["csv", "svg", "png"])
def test_the_chart_of_a_survey_is_there_as_a_file(browser, form):
    page = text_of(browser, "/voice?channel=email")
    link = html.unescape(re.search(rf'href="(/voice/trend\.{form}[^"]*)"', page)[1])
    assert "channel=email" in link
    response = browser.get(link)
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    if form == "svg":
        assert "TicketLens · as of 19" in "".join(ET.fromstring(response.text).itertext())
    if form == "csv":
        n = sum(int(line.split(",")[4]) for line in response.text.splitlines()[1:])
        assert n == int(re.search(r"<dt>Answers</dt><dd><a[^>]*>(\d+)<", page)[1])


@pytest.mark.parametrize("name", ["scores", "topics", "cost"])
def test_each_table_of_the_page_is_there_as_a_file(browser, name):
    link = html.unescape(re.search(rf'href="(/voice/{name}\.csv[^"]*)"', text_of(browser, "/voice"))[1])
    lines = browser.get(link).text.splitlines()
    assert len(lines) > 1
    assert len({line.count(",") for line in lines if '"' not in line}) == 1


def test_what_detractors_cost_is_a_formula_with_intervals_and_called_a_correlation(browser):
    panel = plain(text_of(browser, "/voice").partition('id="cost"')[2])
    assert "A correlation, not a proof" in panel
    assert "Detractor customers ×" in panel
    assert re.search(r"Together\s+−?[\d,]+\sEUR\s+−?[\d,]+ to −?[\d,]+\s+a year", panel)


def test_without_values_the_panel_says_what_is_missing_and_how_to_give_it(silent):
    lens, browser = silent
    lens.voice.push_answers(list(answer_rows(60)))
    panel = plain(text_of(browser, "/voice").partition('id="cost"')[2])
    assert "What detractors cost is not known" in panel
    assert "ticketlens import customers.csv --kind customers" in panel
    assert "too few" in panel or "value_per_year" in panel


def test_without_answers_there_are_three_ways_to_bring_some(empty_browser):
    page = text_of(empty_browser, "/voice")
    assert all(way in page for way in ("--kind answers", "POST /api/v1/answers", "ratings of your helpdesk"))
    assert "--kind answers" in text_of(empty_browser, "/answers")


def test_ratings_that_tickets_carry_lead_to_these_tickets(browser):
    page = text_of(browser, "/voice")
    card = next(part for part in page.split('class="panel stack"') if "ticket rating</h2>" in part)
    found = TICKETS_LINK.findall(card.partition("</section>")[0])
    assert len(found) == 2
    for link, number in found:
        assert HEADING.search(text_of(browser, html.unescape(link)))[1] == number


def test_many_surveys_keep_the_page_light(silent):
    lens, browser = silent
    rows = [
        {"id": f"{n}", "survey": f"Survey {n % 70}", "kind": "nps", "score": n % 11, "at": "2026-10-10T10:00:00Z"}
        for n in range(700)
    ]
    assert lens.voice.push_answers(rows).stored == 700
    page = text_of(browser, "/voice")
    assert len(page.encode()) < 150_000
    assert page.count("<h2><dfn") == 8
    assert "more\xa0surveys" in page or "more surveys" in page


def test_without_a_file_of_customers_those_who_write_most_are_listed(silent):
    page = text_of(silent[1], "/customers")
    assert "Who writes most" in page
    assert page.count('scope="row"') == 25
    assert "not known" in page


def test_without_anything_the_customers_page_says_how_to_begin(empty_browser):
    assert "--kind customers" in text_of(empty_browser, "/customers")


def test_a_time_without_answers_says_so_and_offers_a_way_back(browser):
    page = text_of(browser, "/voice?from=2020-01-01&to=2020-02-01")
    assert "No answers in this time" in page
    assert "The last twelve months" in page
    assert "No answer fits all of this" in text_of(browser, "/answers?from=2020-01-01&to=2020-02-01")


@pytest.mark.parametrize(
    "address",
    ["/voice?survey=zz", "/voice?every=day", "/voice?score=angry", "/answers?score=11", "/answers?score=satisfied",
     "/answers?cursor=x", "/customers/c-1?kind=x", "/customers/c-1?cursor=x", "/answers?score=1,,2"],
)  # fmt: skip
def test_a_mistaken_address_is_a_page_with_a_next_step(browser, address):
    assert 'class="button"' in text_of(browser, address, 400)


def test_an_unknown_customer_is_a_page_with_a_next_step(browser):
    page = text_of(browser, "/customers/nobody-of-this-id", 404)
    assert "Look the id up" in page
    assert 'class="button"' in page


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_odd_id_has_its_own_address(browser, odd):
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
