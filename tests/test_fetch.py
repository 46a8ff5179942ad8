"""What one request may meet: every trouble is one sentence, waits are bounded, and nothing leaves for elsewhere."""

import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from ticketlens import __version__
from ticketlens.errors import ConfigError, Denied, TicketLensError, Unavailable
from ticketlens.fetch import TRIES, Fetch, Refused, TooLarge
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCAL = Guard.of(["127.0.0.0/8"])
SECRET = "tok-4711-secret"
BASIC = b64encode(f"me:{SECRET}".encode()).decode()


@dataclass
class Waited:
    """A clock that moves by waiting alone."""

    seconds: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.sleep, lambda: sum(self.seconds), lambda: NOW)


@dataclass
class Place:
    """Answers in the order given, the last one for ever; `asked` are the requests that came."""

    url: str
    answers: list[Any]
    asked: list[Any]


@pytest.fixture
def place() -> Iterator[Callable[..., Place]]:
    servers = []

    def make(*answers: Any) -> Place:
        left, asked = list(answers), []
        app = Flask("place")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def answer(path: str) -> Response:
            asked.append((path, dict(request.headers), request.get_data()))
            told = left.pop(0) if len(left) > 1 else left[0]
            return told if isinstance(told, Response) else told()  # type: ignore[no-any-return]

        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return Place(f"http://127.0.0.1:{server.server_port}", left, asked)

    yield make
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def said(body: str = '{"a": 1}', status: int = 200, kind: str = "application/json", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, headers=named, content_type=kind)


def fetch(waited: Waited | None = None, **how: Any) -> Fetch:
    return Fetch(LOCAL, (SECRET,), (waited or Waited()).waiting, **how)


def error_of(place: Place, waited: Waited | None = None, **how: Any) -> TicketLensError:
    with pytest.raises(TicketLensError) as caught:
        fetch(waited, **how).site(f"{place.url}/api", headers={"Authorization": f"Bearer {SECRET}"}).get(
            "x", {"k": SECRET}
        )
    told = str(caught.value)
    assert SECRET not in told + repr(caught.value)
    assert "\n" not in told
    return caught.value


def test_what_is_asked_says_who_asks_and_for_what(place: Callable[..., Place]) -> None:
    there = place(said())
    site = fetch().site(f"{there.url}/api/", auth=("me", SECRET))
    assert site.get("things", {"page": 2}).payload.integer("a") == 1
    path, headers, _ = there.asked[0]
    assert path == "api/things"
    assert headers["User-Agent"] == f"TicketLens/{__version__}"
    assert headers["Accept"] == "application/json"
    assert SECRET not in repr(site) + repr(site.fetch)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [(401, Denied, "401"), (403, Denied, "403"), (404, Refused, "404"), (400, Refused, "400"), (422, Refused, "422")],
)
def test_a_refusal_is_not_tried_again(
    place: Callable[..., Place], status: int, kind: type[Exception], words: str
) -> None:
    there = place(said(f'{{"error": "the token {SECRET} is bad"}}', status))
    error = error_of(there)
    assert isinstance(error, kind)
    assert words in str(error)
    assert len(there.asked) == 1


@pytest.mark.parametrize("shown", [SECRET, "x" * 190 + SECRET, f'{{"said": "Basic {BASIC}"}}', "a%2Fb%20" + SECRET])
def test_a_helpdesk_that_echoes_a_secret_does_not_spread_it(place: Callable[..., Place], shown: str) -> None:
    site = fetch().site(place(said(shown, 422)).url, auth=("me", SECRET))
    with pytest.raises(Refused) as caught:
        site.get("x")
    assert not any(part in str(caught.value) for part in (SECRET, BASIC, SECRET[:6]))


@pytest.mark.parametrize("token", ["abc…", "ключ", "a\nb", "\u200btoken"])
def test_a_token_that_no_header_can_hold_is_refused_at_once(token: str) -> None:
    for how in ({"auth": ("me", token)}, {"headers": {"Authorization": f"Bearer {token}"}}):
        with pytest.raises(ConfigError, match="copy it again"):
            fetch().site("https://a.example.com", **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 524])
def test_trouble_that_passes_is_waited_out(place: Callable[..., Place], status: int) -> None:
    waited = Waited()
    there = place(said("", status), said("", status), said())
    assert fetch(waited).site(there.url).get("x").payload.integer("a") == 1
    assert len(waited.seconds) == 2
    assert all(0 <= one <= 2 for one in waited.seconds)


def test_waits_grow_and_are_spread(place: Callable[..., Place]) -> None:
    longest = []
    for _ in range(30):
        waited = Waited()
        error_of(place(said("", 503)), waited)
        longest.append(waited.seconds[-1])
        assert len(waited.seconds) == TRIES - 1
        assert all(one <= 2**number for number, one in enumerate(waited.seconds))
    assert max(longest) - min(longest) > 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17), ("30.0", 30), (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90), ("0", 0)],
)
def test_it_waits_as_long_as_it_is_told(place: Callable[..., Place], header: str, seconds: int) -> None:
    waited = Waited()
    fetch(waited).site(place(said("", 429, Retry_After=header), said()).url).get("x")
    assert waited.seconds == [seconds]


def test_a_wait_that_is_longer_than_its_patience_is_left_to_later(place: Callable[..., Place]) -> None:
    waited = Waited()
    there = place(said("", 429, Retry_After="7200"))
    error = error_of(there, waited)
    assert isinstance(error, Unavailable)
    assert error.retry_after == 7200
    assert waited.seconds == []
    assert len(there.asked) == 1


def test_a_403_that_means_slow_down_is_waited_out_until_its_reset(place: Callable[..., Place]) -> None:
    waited = Waited()
    reset = str(int(NOW.timestamp()) + 40)
    there = place(said("{}", 403, x_ratelimit_remaining="0", x_ratelimit_reset=reset), said())
    fetch(waited).site(there.url).get("x")
    assert waited.seconds == [40]


def test_an_answer_that_is_cut_short_or_no_json_is_asked_for_again(place: Callable[..., Place]) -> None:
    for broken in (said('{"a": '), said("garbage"), said("\xff", kind="application/json"), said("")):
        there = place(broken, said())
        assert fetch().site(there.url).get("x").payload.integer("a") == 1


def test_a_web_page_in_place_of_data_is_said_to_be_one(place: Callable[..., Place]) -> None:
    for page in (said("<html>sign in", kind="text/html"), said("  <!DOCTYPE html><p>maintenance")):
        assert "web page" in str(error_of(place(page)))


def test_an_answer_larger_than_the_cap_is_not_read(place: Callable[..., Place]) -> None:
    there = place(said("[" + "1," * 600_000 + "1]"))
    error = error_of(there, largest=1024 * 1024)
    assert isinstance(error, TooLarge)
    assert len(there.asked) == 1


def test_a_redirect_within_the_host_is_followed_and_one_to_elsewhere_never(place: Callable[..., Place]) -> None:
    here = place(said("", 301, Location="/moved"), said())
    assert fetch().site(f"{here.url}/api").get("x").payload.integer("a") == 1
    assert [path for path, _, _ in here.asked] == ["api/x", "moved"]
    elsewhere = place(said())
    there = place(said("", 302, Location=f"{elsewhere.url}/steal"))
    error = error_of(there)
    assert isinstance(error, ConfigError)
    assert elsewhere.asked == []


def test_redirects_without_end_are_given_up(place: Callable[..., Place]) -> None:
    there = place(said("", 302, Location="/again"))
    assert "circle" in str(error_of(there))


def test_a_next_page_on_another_host_is_not_followed(place: Callable[..., Place]) -> None:
    other = place(said())
    site = fetch().site(place(said()).url)
    with pytest.raises(Unavailable, match="another host"):
        site.get(f"{other.url}/page2")
    assert other.asked == []


def test_the_link_to_the_next_page_is_found(place: Callable[..., Place]) -> None:
    there = place(said(Link='<http://h/a?page=2>; rel="next", <http://h/a?page=9>; rel="last"'))
    assert fetch().site(there.url).get("x").next_link == "http://h/a?page=2"
    assert fetch().site(place(said()).url).get("x").next_link is None


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_part_that_is_gone_is_none(place: Callable[..., Place], status: int) -> None:
    site = fetch().site(place(said("", status, kind="text/html")).url)
    assert site.part("tickets/1/comments") is None


def test_a_part_that_is_too_large_costs_no_more_than_itself(place: Callable[..., Place]) -> None:
    large = f'{{"a": "{"x" * 2_000}"}}'
    there = place(lambda: said(large if request.path == "/t/1" else '{"a": "y"}'))
    made = fetch(largest_part=1_000)
    found = list(made.site(there.url).parts(f"t/{number}" for number in range(3)))
    assert [one.payload.text("a") if one else None for one in found] == ["y", None, "y"]
    assert made.site(there.url).part("t/1") is None
    assert sum("left out of its ticket" in note for note in made.notes) == 1
    assert len(there.asked) == 4


def test_what_is_no_part_of_a_ticket_may_be_larger(place: Callable[..., Place]) -> None:
    there = place(said(f'{{"a": "{"x" * 2_000}"}}'))
    site = fetch(largest_part=1_000).site(there.url)
    assert all(answer.payload.text("a") for answer in (site.get("t"), site.post("t", {}), site.part("t", json={})))


@pytest.mark.parametrize("ask", ["find", "get", "post"])
def test_a_ticket_that_is_too_large_is_not_taken_for_one_that_is_gone(place: Callable[..., Place], ask: str) -> None:
    there = place(said(f'{{"a": "{"x" * 2_000}"}}'))
    with pytest.raises(TooLarge):
        getattr(fetch(largest=1_000).site(there.url), ask)("t/1")


def test_parts_come_in_the_order_asked_for(place: Callable[..., Place]) -> None:
    there = place(lambda: said(f'{{"path": "{request.path}"}}'))
    paths = [f"t/{number}" for number in range(11)]
    found = list(fetch().site(there.url).parts(paths))
    assert [one.payload.text("path") for one in found if one] == [f"/{path}" for path in paths]


def test_requests_are_spread_over_the_minute_that_the_helpdesk_allows(place: Callable[..., Place]) -> None:
    waited = Waited()
    site = fetch(waited).site(place(said()).url, per_minute=10)
    for _ in range(11):
        site.get("x")
    assert sum(waited.seconds) == pytest.approx(60, abs=6.1)
    assert max(waited.seconds) <= 6.001


def test_the_less_of_two_limits_counts(place: Callable[..., Place]) -> None:
    waited = Waited()
    site = fetch(waited, per_minute=6).site(place(said()).url, per_minute=600)
    for _ in range(4):
        site.get("x")
    assert sum(waited.seconds) >= 20


@pytest.mark.parametrize(("minutes", "words"), [(5, "5 min ahead"), (-5, "5 min behind"), (1, None)])
def test_a_clock_that_is_wrong_is_told(place: Callable[..., Place], minutes: int, words: str | None) -> None:
    """The server of this test says the time of this machine."""
    waiting = Waiting(lambda seconds: None, lambda: 0.0, lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    made = Fetch(LOCAL, waiting=waiting)
    site = made.site(place(said()).url)
    site.get("x")
    site.get("x")
    assert len(made.notes) == (words is not None)
    assert all(str(words) in note for note in made.notes)


@pytest.mark.parametrize(
    "url",
    ["", "acme", "ftp://acme.example.com", "https://", "https://user:pass@acme.example.com", "https://a.example.com?x=1",
     "https://a.example.com:99999", "file:///etc/passwd", "https://a.example.com#x", "unix:///run/x"],
)  # fmt: skip
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ConfigError):
        fetch().site(url)


def test_http_is_refused_where_no_private_network_is_allowed() -> None:
    with pytest.raises(ConfigError, match="https://"):
        Fetch().site("http://acme.example.com")


def test_a_name_that_is_not_there_and_a_port_that_is_closed_say_so() -> None:
    with pytest.raises(Unavailable, match="no such name"):
        fetch(patience=1).site("https://nowhere.invalid").get("x")
    with pytest.raises(Unavailable, match="no connection"):
        fetch(patience=1).site("http://127.0.0.1:1").get("x")


@pytest.mark.parametrize("name", ["a..example.com", f"{'a' * 64}.example.com", "*.example.com", "."])
def test_a_name_that_none_can_have_says_so(name: str) -> None:
    with pytest.raises(Unavailable, match="check the address"):
        fetch(patience=0).site(f"https://{name}").get("x")


def test_half_of_a_surrogate_pair_does_not_cost_a_page(place: Callable[..., Place]) -> None:
    there = place(said('{"a": "x\\ud83d"}'))
    assert fetch().site(there.url).get("x").payload.text("a") == "x�"
