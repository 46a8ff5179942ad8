"""A list of those that a duration is of says so, in words."""


def test_the_tickets_behind_a_duration_that_some_have_are_named(browser):
    page = browser.get("/trends?metric=reply.next&cohort=solved").text
    assert "is=timed.reply.next" in page
    chips = browser.get("/tickets?is=timed.reply.next").text
    assert "counted in time to next reply, and over" in chips
    assert (
        "counted in time to full resolution, business time" in browser.get("/tickets?is=watched.ttr.full.business").text
    )
