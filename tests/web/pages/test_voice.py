"""Voice and answers: numbers lead to as many answers, and what people wrote stays what they wrote."""

import html
import re
from xml.etree import ElementTree as ET

import pytest

SCORE = r'(?:<svg.*?</svg><span class="hush">[^<]*</span><span class="n">)?'
ANSWERS_LINK = re.compile(rf'href="(/answers\?[^"]*)"[^>]*>{SCORE}([\d,]+)<')
TICKETS_LINK = re.compile(r'href="(/tickets\?[^"]*)">([\d,]+)</a>')
COLUMN_LINK = re.compile(r'<a href="(/answers\?[^"]*)"[^>]*><path[^>]*/><title>[^<]*; ([\d,]+)\xa0answers?</title>')
HEADING = re.compile(r"<h1>([\d,]+)\xa0(?:answers?|surveys?|tickets?)")
PAGES = (
    "/voice", "/voice?every=week", "/voice?every=week&from=2006-01-01", "/voice?score=detractors", "/voice?topic=1",
    "/voice?channel=email&sort=n", "/voice?topics=all&sort=-score", "/voice?from=2026-09-01&to=2026-10-31",
    "/answers", "/answers?score=1,2",
    "/answers?given=sent", "/answers?commented=yes", "/customers", "/customers?q=c-1", "/customers/c-1",
    "/customers/c-1?kind=answered", "/customers/c-1?sort=oldest",
)  # fmt: skip


@pytest.fixture
def browser(voices):
    return voices


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


def test_one_month_alone_has_a_whisker_and_is_not_called_shaded(browser):
    alone = plain(text_of(browser, "/voice?from=2026-10-01&to=2026-10-31"))
    assert "95 % interval as a whisker" in alone
    assert "interval shaded" not in alone
    assert "interval shaded" in plain(text_of(browser, "/voice"))


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


def test_without_values_the_panel_says_what_is_missing_and_how_to_give_it(silent, answer_rows):
    lens, browser = silent
    lens.voice.push_answers(list(answer_rows(60)))
    panel = plain(text_of(browser, "/voice").partition('id="cost"')[2])
    assert "What detractors cost is not known" in panel
    assert "ticketlens import customers.csv --kind customers" in panel
    assert "too few" in panel or "value_per_year" in panel


def test_customers_whose_beginning_nobody_tells_are_named_beside_the_churn(silent, answer_rows):
    lens, browser = silent
    lens.voice.push_answers(list(answer_rows(60)))
    lost = {1: "2026-09-09", 5: "2026-09-09"}
    lens.voice.push_customers(
        [{"id": f"c-{n}", "since": "2024-01-01" if n > 1 else None, "churned_at": lost.get(n)} for n in range(40)]
    )
    panel = plain(text_of(browser, "/voice").partition('id="cost"')[2])
    assert re.search(r"1 of the 38\scustomers at the start", panel)
    assert re.search(r"Left out: 2\scustomers of whom nobody tells since when", panel)


def test_without_answers_there_are_three_ways_to_bring_some(empty_browser):
    page = text_of(empty_browser, "/voice")
    assert all(way in page for way in ("--kind answers", "POST /api/v1/answers", "ratings of your helpdesk"))
    assert "--kind answers" in text_of(empty_browser, "/answers")


def test_ratings_that_tickets_carry_lead_to_these_tickets(browser):
    page = text_of(browser, "/voice")
    card = next(part for part in page.split('class="panel stack"') if "ticket rating</h2>" in part)
    found = TICKETS_LINK.findall(card.partition("</section>")[0])
    assert len(found) == 3
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


def test_a_comment_that_looks_like_a_formula_is_disarmed_in_the_file(silent):
    lens, browser = silent
    lens.voice.push_answers([{"id": "f", "survey": "x", "kind": "nps", "score": 1, "at": "2026-10-10T10:00:00Z",
                              "comment": "=HYPERLINK(1)", "customer": "@evil"}])  # fmt: skip
    (line,) = browser.get("/answers.csv?commented=yes").text.splitlines()[1:]
    assert "'=HYPERLINK(1)" in line
    assert "'@evil" in line


def test_a_clear_change_is_the_headline_with_both_scores_and_n(silent):
    lens, browser = silent
    rows = [
        {"id": f"{month}{n}", "survey": "Loyal", "kind": "nps", "at": f"2026-{month}-10", "score": 10 * (n < good)}
        for month, good in (("09", 70), ("10", 20)) for n in range(80)
    ]  # fmt: skip
    assert lens.voice.push_answers(rows).stored == 160
    headline = html.unescape(re.search(r"<h1>(.*?)</h1>", text_of(browser, "/voice?survey=" + survey_id(lens)))[1])
    assert headline.replace("\xa0", " ") == "NPS fell from +75 to −50 in October (Loyal, n = 80)."


def survey_id(lens):
    return next(survey.id for survey in lens.voice.surveys() if survey.name == "Loyal")


def test_two_wordings_of_one_question_are_two_surveys(silent):
    lens, browser = silent
    rows = [{"id": f"{n}", "survey": "Same", "kind": "csat", "scale": 5, "score": 5, "at": "2026-10-10T10:00:00Z",
             "question": f"Wording {n % 2}"} for n in range(60)]  # fmt: skip
    assert lens.voice.push_answers(rows).stored == 60
    page = text_of(browser, "/voice")
    assert page.count(", Same</h2>") == 2
    assert page.count(">30</a>") >= 2


def test_the_address_of_a_survey_is_not_taken_along_to_pages_that_know_none(browser):
    page = text_of(browser, "/voice?score=detractors&every=week")
    links = re.findall(r'href="(/(?:topics|tickets)[/?][^"]*)"', page.partition("<main")[2])
    assert not any("score=" in link or "every=" in link for link in links)


def test_a_survey_from_another_time_has_no_trend_here(browser):
    page = text_of(browser, "/voice")
    link = html.unescape(re.search(r'href="(/voice/trend\.csv[^"]*)"', page)[1])
    assert browser.get(re.sub(r"from=[\d-]+&to=[\d-]+", "from=2019-01-01&to=2019-02-01", link)).status_code == 404
    assert browser.get("/voice/trend.csv").status_code == 404


def test_days_in_the_middle_of_months_are_the_days_of_every_number(browser, voiced):
    page = text_of(browser, "/voice?from=2026-09-04&to=2026-10-28&survey=" + _survey_id(voiced))
    words = " ".join(plain(page).split())
    assert "Of 2026-09 only 4 September 2026 to 30 September 2026 is counted." in words
    assert words.count("not whole") >= 2
    assert "running" not in words
    assert "too few answers in any" not in words
    (link, number) = next(one for one in ANSWERS_LINK.findall(page) if "from=2026-09-04&amp;to=2026-10-28" in one[0])
    assert listed(browser, link)[0] == int(number)


def _survey_id(voiced):
    return next(one.id for one in voiced.voice.surveys() if one.name == "After solve")
