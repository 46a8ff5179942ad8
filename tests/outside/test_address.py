"""Where a helpdesk may lead us: nowhere that is no address, and to no other place however it is written."""

from collections.abc import Callable

import pytest
from wire import Wire, http

from ticketlens.errors import TicketLensError, Unavailable
from ticketlens.fetch import Fetch, TooLarge
from ticketlens.outside.address import origin_of

NO_ADDRESS = ["http://x:99999/", "http://x:port/", "http://[::1", "http://[::1]x/", "https://x:-1/", "http://x:²/"]


@pytest.mark.parametrize("told", NO_ADDRESS)
def test_what_is_no_address_leads_nowhere(wire: Callable[..., Wire], fetch: Callable[..., Fetch], told: str) -> None:
    there = wire(http(b"", f"Location: {told}", status="302 Found"))
    with pytest.raises(TicketLensError, match="no address"):
        fetch().site(there.url).get("x")
    there = wire(http(b"{}", f'Link: <{told}>; rel="next"'))
    link = fetch().site(there.url).get("x").next_link
    assert link == told
    with pytest.raises(Unavailable, match="no address"):
        fetch().site(there.url).get(link)
    assert len(there.asked) == 1


@pytest.mark.parametrize("told", ["//[::1", "\xff\xfe", "http://\xff/", "/\xe9?\x00"])
def test_a_redirect_to_odd_bytes_is_told_in_one_sentence(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch], told: str
) -> None:
    with pytest.raises(TicketLensError):
        fetch().site(wire(http(b"", f"Location: {told}", status="302 Found")).url).get("x")


def test_an_address_that_readers_take_for_two_places_is_not_followed(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch]
) -> None:
    """To one reader the name before the backslash is that of a user, to the one that connects it is the place."""
    other, here = wire(http()), wire(http())
    host = here.url.removeprefix("http://")
    for odd in (f"{other.url}\\@{host}/x", f"{other.url}\t@{host}/x", f"http://me:you@{host}/x"):
        with pytest.raises(Unavailable, match="another host"):
            fetch().site(here.url).get(odd)
    led = wire(http(b"", f"Location: {other.url}\\@{host}/x", status="302 Found"))
    with pytest.raises(TicketLensError, match="sends us to"):
        fetch().site(led.url).get("x")
    assert (here.asked, other.asked) == ([], [])


def test_one_place_written_in_two_ways_is_one() -> None:
    assert origin_of("https://Acme.example.com/x?y#z") == origin_of("https://acme.example.com:443")
    assert origin_of("https://acme.example.com") != origin_of("http://acme.example.com")
    assert origin_of("https://acme.example.com") != origin_of("https://acme.example.com:8443")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Moved"])
def test_the_body_of_a_redirect_counts_as_any_other(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch], status: str
) -> None:
    there = wire(http(b"x" * 2_000_000, "Location: /moved", status=status), http())
    with pytest.raises(TooLarge):
        fetch(largest=1024 * 1024).site(there.url).get("x")
