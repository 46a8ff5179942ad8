"""What pages keep between requests follows the store."""


def test_what_is_kept_is_asked_anew_after_a_change_of_the_store(small_desk):
    lens, browser, more = small_desk
    before = browser.get("/tickets").text
    lens.push(more)
    after = browser.get("/tickets").text
    assert "<span>outlet</span>" in before
    assert "<span>brand-new</span>" not in before
    assert "<span>brand-new</span>" in after


def test_the_first_ticket_ends_the_first_start(small_desk, fresh_browser):
    lens, browser = fresh_browser
    assert "Three ways to begin" in browser.get("/").text
    lens.push(small_desk[2])
    assert "Three ways to begin" not in browser.get("/").text


def test_an_overview_without_topics_says_how_to_find_them(small_desk, fresh_browser):
    lens, browser = fresh_browser
    lens.push(small_desk[2])
    page = browser.get("/").text
    assert "Topics are not found yet" in page
    assert "ticketlens cluster" in page
