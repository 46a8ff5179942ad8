"""The Trends page: each control changes what it says, each number leads to its tickets, each file is what is shown."""

import csv
import html
import io
import re
from xml.etree import ElementTree as ET

import pytest
from selectolax.lexbor import LexborHTMLParser

from ticketlens.metrics.contract import IDS
from ticketlens.model.filter import Filter

MONTHS = "/trends?by=month"
ALL = (
    MONTHS, f"{MONTHS}&over=year", f"{MONTHS}&over=previous&metric=arrived", f"{MONTHS}&show=within24",
    f"{MONTHS}&brand=shop&versus.brand=outlet", f"{MONTHS}&split_by=channel&group_by=channel", "/trends?by=day",
    "/trends?by=quarter&show=n", "/trends?metric=csat&by=month&show=n", "/trends?clock=business&show=mean",
    "/trends?metric=reply.first&cohort=solved&window=7&show=p75", "/trends?period=2026-W44&against=2026-W40",
    "/trends?period=2026-W47",
    "/trends?over=previous&from=2026-09-28", f"{MONTHS}&as_of=2026-10-20T00:00:00Z",
)  # fmt: skip
FIGURES = {
    "p50": "half solved within", "p75": "three in four solved within", "p90": "nine in ten solved within",
    "mean": "mean, first 14\xa0days", "within72": "share solved within 72\xa0h", "n": "tickets arrived, by month",
}  # fmt: skip
REASON = "/trends?period=2026-10-26..2026-11-04&against=2026-08-01..2026-10-20"


def page_of(browser, address, status=200):
    response = browser.get(html.unescape(address))
    assert response.status_code == status, response.text[:2000]
    return LexborHTMLParser(response.text)


def words(node):
    return " ".join(node.text().replace("\u2060", "").split())


def rows_of(browser, address):
    response = browser.get(html.unescape(address))
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))


def listed(browser, link):
    heading = words(page_of(browser, link).css_first("h1"))
    return int(re.match(r"[\d,]+", heading)[0].replace(",", ""))


def file_of(tree, form, within):
    return next(link.attributes["href"] for link in tree.css(f"{within} .files a") if link.text() == form)


@pytest.mark.parametrize("address", ALL)
def test_it_keeps_to_the_policy_and_says_nothing_empty(browser, address):
    response = browser.get(address)
    assert response.status_code == 200
    assert len(response.data) < 150_000
    assert 'style="' not in response.text
    tree = LexborHTMLParser(response.text)
    assert not re.search(r"\bNone\b|\bnan\b", words(tree.css_first("main")))
    assert len(tree.css("h1")) == 1


@pytest.mark.parametrize("address", ALL)
def test_every_number_leads_to_as_many_tickets(browser, address):
    tree = page_of(browser, address)
    links = {
        (link.attributes["href"], int(text.replace(",", "")))
        for link in tree.css("main a[href^='/tickets?']")
        if re.fullmatch(r"[\d,]+", text := link.text().strip())
    }
    assert len(links) > 5
    wrong = {link: (n, found) for link, n in links if (found := listed(browser, link)) != n}
    assert not wrong


@pytest.mark.parametrize("metric", [name for name in IDS if name != "ttr.full"])
def test_every_number_of_every_metric_leads_to_as_many_tickets(browser, metric):
    tree = page_of(browser, f"{MONTHS}&metric={metric}&group_by=brand")
    links = {
        (link.attributes["href"], int(text.replace(",", "")))
        for link in tree.css("main a[href^='/tickets?']")
        if re.fullmatch(r"[\d,]+", text := link.text().strip())
    }
    assert not {link: (n, found) for link, n in links if (found := listed(browser, link)) != n}


def test_what_was_solved_by_a_past_moment_leads_to_no_list_that_lacks_some_of_it(browser):
    tree = page_of(browser, f"{MONTHS}&cohort=solved&as_of=2026-10-20T00:00:00Z&group_by=brand")
    assert tree.css("#trend .numbers td")
    assert not tree.css("#trend .numbers a")
    links = {(link.attributes["href"], link.text().strip()) for link in tree.css("main a[href^='/tickets?']")}
    assert all("dated=solved" not in link for link, _ in links)


@pytest.mark.parametrize(("show", "panel"), FIGURES.items())
def test_each_figure_names_its_panel_and_its_title(browser, show, panel):
    tree = page_of(browser, f"{MONTHS}&show={show}")
    drawing = tree.css_first("#trend .wide")
    assert panel in drawing.text()
    assert tree.css_first('select[name="show"] option[selected]').attributes["value"] == show
    title = words(tree.css_first("#trend h2"))
    assert title != words(page_of(browser, MONTHS).css_first("#trend h2"))
    if show.startswith("within"):
        assert re.match(r"\d+ % are solved within 72 h, ", title)


def test_only_what_a_metric_has_is_offered(browser):
    def offered(address):
        tree = page_of(browser, address)
        return {select.attributes["name"]: len(select.css("option")) for select in tree.css(".asking select")}

    assert {"show", "clock", "cohort", "by", "group_by", "over"} < set(offered("/trends"))
    assert not {"show", "clock", "cohort"} & set(offered("/trends?metric=arrived"))
    assert "cohort" not in offered("/trends?metric=wait.requester")
    assert offered("/trends?cohort=solved")["show"] == offered("/trends")["show"] - 4


def test_groups_are_offered_for_every_field_of_a_filter(browser):
    options = [one.attributes["value"] for one in page_of(browser, "/trends").css('select[name="group_by"] option')]
    assert {"brand", "organization", "requester", "status", "tag", "language", "topic", "assignee"} < set(options)
    for field in ("status", "tag", "requester", "organization"):
        assert page_of(browser, f"{MONTHS}&group_by={field}").css(".multiples figure")


def test_a_field_of_ones_own_is_a_group(small_desk):
    lens, browser, more = small_desk
    lens.push([{**row, "custom": {"plan": "pro"}} for row in more])
    tree = page_of(browser, "/trends?group_by=custom.plan&metric=arrived")
    assert tree.css_first('option[value="custom.plan"]').text() == "plan"
    assert {words(one) for one in tree.css(".multiples h3")} == {"pro", "no plan"}


def test_a_year_before_is_dashed_named_and_in_the_table(browser):
    plain, over = (
        page_of(browser, f"{MONTHS}&metric=arrived{more}") for more in ("", "&over=previous&from=2026-09-01")
    )
    assert "- - the time before" in over.css_first("#trend .wide").text()
    assert "- -" not in plain.css_first("#trend .wide").text()
    assert "stroke-dasharray" in over.css_first("#trend .wide").html
    heads = [words(head) for head in over.css("#trend th")]
    assert "Value, the time before" in heads
    rows = rows_of(browser, file_of(over, "CSV", "#trend"))
    assert [row["before_label"] for row in rows] == ["2026-06", "2026-07", "2026-08"]
    shown = [int(words(row.css("td")[-2]).replace(",", "")) for row in over.css("#trend tbody tr")][::-1]
    assert shown == [int(row["before_n"]) for row in rows]


def test_where_no_ticket_came_a_year_before_it_says_so(browser):
    tree = page_of(browser, f"{MONTHS}&over=year")
    assert "No ticket came in the time that would be drawn dashed" in words(tree.css_first("main"))
    assert "- -" not in tree.css_first("#trend .wide").text()


def test_a_year_before_is_what_the_table_compares_with_too(browser):
    def sides(more):
        return words(page_of(browser, f"{MONTHS}{more}").css_first("#compare"))

    assert "2025" in sides("&over=year")
    assert "2025" not in sides("")
    assert "2025" not in sides("&over=year&against=previous")
    assert "outlet" in sides("&over=year&brand=shop&versus.brand=outlet"), "two filters are compared in the same time"


def test_it_begins_with_the_first_ticket(browser, lens):
    rows = rows_of(browser, file_of(page_of(browser, MONTHS), "CSV", "#trend"))
    assert int(rows[0]["n"]) > 0
    assert sum(int(row["n"]) for row in rows) == lens.count(Filter())


@pytest.mark.parametrize("show", ["", "within24"])
def test_the_file_of_a_trend_is_its_table(browser, show):
    tree = page_of(browser, f"{MONTHS}&show={show}")
    rows = rows_of(browser, file_of(tree, "CSV", "#trend"))
    shown = [int(words(row.css("td")[-1]).replace(",", "")) for row in tree.css("#trend tbody tr")][::-1]
    assert shown == [int(row["n"]) for row in rows]


def test_a_week_that_is_too_young_for_a_share_is_hatched(browser):
    rows = rows_of(browser, file_of(page_of(browser, "/trends?show=within168"), "CSV", "#trend"))
    assert [row["complete"] for row in rows[-3:]] == ["true", "false", "false"]


def test_the_first_sentence_is_the_change(browser):
    told = words(page_of(browser, REASON).css_first("h1"))
    assert re.match(r"Mean time to full resolution rose from \d[\d.]* h to \d[\d.]* h", told)


def test_zone_clock_cohort_horizon_moment_and_n_stand_under_the_title(browser, lens):
    under = words(page_of(browser, MONTHS).css_first(".under"))
    for part in ("calendar time", "by arrival", "means to 14 days", "Europe/Stockholm", "as of Thu 19 Nov 09:12"):
        assert part in under
    assert f"n = {lens.count(Filter()):,}" in under


def test_a_comparison_shows_both_sides_and_the_interval(browser, lens):
    tree = page_of(browser, MONTHS)
    heads = [words(head) for head in tree.css("#compare thead th")]
    assert heads[1:] == ["1–30 September", "1–31 October"]
    names = [words(row) for row in tree.css("#compare tbody th")]
    assert names == [
        "Mean, first 14 days", "Half within", "Nine in ten within", "Tickets", "Not solved", "Working days",
        "Tickets a working day",
    ]  # fmt: skip
    assert re.search(r"95 % [+−±].* to [+−±]", words(tree.css_first("#compare header p")))
    before, after, change = rows_of(browser, tree.css_first("#compare .files a").attributes["href"])
    assert float(change["mean"]) == pytest.approx(float(after["mean"]) - float(before["mean"]))
    tickets = [words(cell) for cell in tree.css("#compare tbody tr")[3].css("td")]
    assert tickets == [before["n"], after["n"]]


def test_no_clear_change_is_not_called_one(browser):
    tree = page_of(browser, "/trends?metric=csat&by=month")
    assert words(tree.css_first("#compare h2")) == "No clear change"
    assert words(tree.css_first("h1")).startswith("No clear change: customer satisfaction was")


def test_two_filters_in_the_same_time_are_named(browser):
    tree = page_of(browser, f"{MONTHS}&brand=shop&versus.brand=outlet")
    assert [words(head) for head in tree.css("#compare thead th")][1:] == ["brand outlet", "brand shop"]
    assert "for brand shop," in words(tree.css_first("h1"))
    assert all(
        "brand=outlet" in row["flags"] or row["side"]
        for row in rows_of(browser, tree.css_first("#compare .files a").attributes["href"])
    )


def test_another_filter_is_offered_by_links(browser):
    tree = page_of(browser, "/trends?brand=shop")
    links = {words(link): link.attributes["href"] for link in tree.css("#compare .menu.wide a")}
    assert "versus.brand=outlet" in links["against outlet"]
    assert "versus.channel=" in next(to for text, to in links.items() if text.startswith("email against"))


@pytest.mark.parametrize(("address", "said", "todo"), [
    ("/trends?period=2026-W47", "is not over", "Compare days that are old enough"),
    ("/trends?period=2026-W46", "is too young", "Compare days that are old enough"),
    ("/trends?period=2026-04-01..2026-05-30&against=2026-02-01..2026-03-30", "has no ticket before", "newer days"),
    ("/trends?by=month&brand=shop&versus.brand=gone", "brand gone: no tickets in this time", "the time before"),
])  # fmt: skip
def test_where_nothing_can_be_compared_it_says_what_to_do(browser, address, said, todo):
    tree = page_of(browser, address)
    note = tree.css_first("#compare .note")
    assert said.casefold() in words(note).casefold()
    assert words(tree.css_first("#compare h2")) == "Not compared"
    link = next(link for link in note.css("a") if todo in words(link))
    assert page_of(browser, link.attributes["href"])


@pytest.mark.parametrize("field", ["topic", "channel", "brand", "group", "priority", "language"])
def test_the_parts_sum_to_the_change_and_each_leads_to_its_tickets(browser, field):
    tree = page_of(browser, f"{MONTHS}&split_by={field}")
    parts = rows_of(browser, file_of(tree, "CSV", "#why"))
    *_, change = rows_of(browser, f"/trends/compare.csv?by=month&split_by={field}")
    total = sum(float(part["total_minutes"]) for part in parts)
    assert total == pytest.approx(sum(float(part[name]) for part in parts for name in ("speed_minutes", "mix_minutes")))
    assert words(tree.css_first("#why .sum strong")).startswith("Together")
    assert abs(total - float(change["mean"])) < 60
    shown = [[words(link) for link in row.css(".number a")] for row in tree.css("#why .splits li")]
    assert shown == [[part["n_before"], part["n_after"]] for part in parts]


def test_an_unclear_part_is_muted_and_says_so(browser):
    for row in page_of(browser, f"{MONTHS}&split_by=priority").css("#why .splits li"):
        unclear = "unclear" in (row.attributes.get("class") or "")
        assert unclear == ("unclear" in words(row.css_first(".name")))
        assert unclear == ("unclear" in row.css_first("svg").attributes["class"])


@pytest.mark.parametrize("form", ["SVG", "PNG"])
@pytest.mark.parametrize("within", ["#trend", "#why", "#groups"])
def test_each_chart_is_there_as_a_picture(browser, form, within):
    tree = page_of(browser, f"{MONTHS}&group_by=channel&split_by=channel&show=p90")
    response = browser.get(file_of(tree, form, within))
    assert response.status_code == 200
    if form == "SVG":
        text = "".join(ET.fromstring(response.text).itertext())
        assert "TicketLens · as of 19\xa0Nov\xa02026" in text
        assert within != "#why" or "email" in text
    else:
        assert response.data[:4] == b"\x89PNG"


def test_what_it_takes_now_stands_apart_with_its_own_tickets(browser):
    weeks, week = (page_of(browser, f"/trends?window={days}").css_first("#now") for days in (28, 7))
    assert "last 28 days" in words(weeks)
    assert "last 7 days" in words(week)
    rows = rows_of(browser, weeks.css_first(".files a").attributes["href"])
    assert [words(cell) for cell in weeks.css("tbody tr")[-1].css("td")] == [f"{int(row['events']):,}" for row in rows]
    assert page_of(browser, "/trends?metric=arrived").css_first("#now") is None


def test_five_tickets_of_the_largest_part_are_its_slowest(browser):
    section = page_of(browser, REASON).css_first("#five")
    assert "Refund not received" in words(section.css_first("h2"))
    rows = [words(row) for row in section.css(".rows li")]
    assert len(rows) == 5
    assert all("refund" in row.casefold() for row in rows)


@pytest.mark.parametrize(("asked", "said"), [
    ("metric=reply.first", r"solved in .* · time to first reply: [\d.]+ (min|h|days)$"),
    ("metric=wait.requester&cohort=solved", r"solved in .* · customer.s wait: [\d.]+ (min|h|days)$"),
    ("clock=business&cohort=solved", r"solved in .* · time to full resolution: [\d.]+ (min|h|days) of business time$"),
])  # fmt: skip
def test_five_tickets_say_what_the_figure_is_of(browser, asked, said):
    rows = [words(row) for row in page_of(browser, f"{REASON}&{asked}").css("#five .rows li")]
    assert len(rows) == 5
    assert [row for row in rows if not re.search(said, row)] == []


def test_a_wait_that_nobody_had_is_told_as_under_a_minute(browser):
    tree = page_of(browser, f"{MONTHS}&metric=wait.hold&cohort=solved")
    page = words(tree.css_first("main"))
    assert "Half took under 1 min, nine in ten under 1 min" in page
    for table in tree.css("table"):
        assert "0.5 min" not in words(table)
    assert "to under" not in words(tree.css_first("#compare table"))


def test_only_durations_are_split(browser):
    assert page_of(browser, "/trends?metric=arrived").css_first("#why") is None
    assert "a duration" in browser.get("/trends/why.csv?metric=arrived").text


@pytest.mark.parametrize(("address", "remedy"), [
    ("/trends?show=median", "show"), ("/trends?over=decade", "year, previous"), ("/trends?window=9", "7, 28"),
    ("/trends?period=lately", "2026-W47"), ("/trends?against=never", "2026-W47"), ("/trends?versus.brnd=x", "brand"),
    ("/trends?against=same", "both sides are"), ("/trends?period_from=2026-10-01", "name both days"),
    ("/trends?versus.from=2026-10-01", "against"), ("/trends?split_by=mood", "split_by"),
    ("/trends?group_by=mood", "mood"),
    ("/trends?from=2026-11-02&to=2026-11-01", "after"),
])  # fmt: skip
def test_a_mistaken_address_says_what_can_be(browser, address, remedy):
    tree = page_of(browser, address, 400)
    assert remedy in words(tree.css_first("main"))
    assert tree.css("a.button")


def test_days_of_a_form_become_part_of_the_address(browser):
    tree = page_of(browser, "/trends?period_from=2026-10-01&period_to=2026-10-20")
    assert "1–20 October" in words(tree.css_first("#compare summary"))
    links = [link.attributes["href"] for link in tree.css("#compare .menu a, #why .menu a")]
    assert any("period=2026-10-01..2026-10-20" in link for link in links)


def test_the_state_goes_through_the_form(browser):
    tree = page_of(browser, "/trends?brand=shop&versus.brand=outlet&split_by=channel&period=2026-W44&window=7")
    hidden = {one.attributes["name"]: one.attributes["value"] for one in tree.css(".asking input[type=hidden]")}
    assert hidden == {
        "brand": "shop", "versus.brand": "outlet", "split_by": "channel", "period": "2026-W44", "window": "7",
    }  # fmt: skip


def test_what_only_trends_understands_does_not_leave_it(browser):
    tree = page_of(browser, "/trends?brand=shop&versus.brand=outlet&split_by=group&show=p90")
    away = [
        link.attributes["href"]
        for link in tree.css("main a")
        if not link.attributes["href"].startswith(("/trends", "#"))
    ]
    assert away
    assert not any(name in link for link in away for name in ("versus", "split_by", "show="))


def test_few_tickets_say_so_in_every_block(small_desk):
    tree = page_of(small_desk[1], "/trends")
    told = words(tree.css_first("main"))
    assert words(tree.css_first("#compare h2")) == "Not compared"
    assert "Why it moved is not known" in told
    assert "Now: too few" in told


@pytest.mark.parametrize(
    "address", ["/trends?brand=nowhere", "/trends?metric=nps", "/trends?from=2020-01-01&to=2020-02-01"]
)
def test_without_anything_to_count_the_page_says_what_to_do(browser, address):
    tree = page_of(browser, address)
    assert "nothing in this time" in words(tree.css_first("h1"))
    assert tree.css(".asking select")
    all_of_them = "Its tickets of any time" if "brand" in address else "All tickets"
    assert {"Without filters", all_of_them} <= {words(link) for link in tree.css(".next a")}


@pytest.mark.parametrize("metric", ["one_touch_rate", "csat", "reopen_rate"])
def test_a_share_s_number_of_tickets_opens_a_list_of_as_many(browser, metric):
    page = browser.get(f"/trends?metric={metric}").text
    n, link = _newest_number(page)
    assert link.startswith("/tickets?")
    assert f"{n} ticket" in re.sub(r"<[^>]+>|\xa0", " ", browser.get(link).text).replace("  ", " ")


def _newest_number(page):
    """(n, address) of the first line of the table of exact numbers that has any."""
    table = page.partition("Table of exact numbers")[2].partition("</table>")[0]
    found = re.findall(r'<a href="([^"]+)">([\d,]+)</a></td></tr>', table)
    return next((n, html.unescape(link)) for link, n in found if n != "0")
