"""Whatever bytes a server sends, what comes of them is an answer or an error of ours."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wire import Wire, http

from ticketlens.errors import TicketLensError, Unavailable
from ticketlens.fetch import Fetch, TooLarge
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

STATUSES = [
    b"200 OK", b"000 No", b"099 X", b"999 Odd", b"100 Continue", b"101 Up", b"103 Hints", b"204 None", b"206 Part",
    b"300 Choose", b"302 Found", b"304 Same", b"401 No", b"403 No", b"404 No", b"407 Proxy", b"429 Wait", b"500 No",
    b"20", b"2000 OK", b"-200 OK", b"", b"abc", b"200 \xff\xfe",
]  # fmt: skip
NAMES = [
    b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Content-Type", b"Location", b"Link", b"Date",
    b"Retry-After", b"X-RateLimit-Remaining", b"X-RateLimit-Reset", b"Set-Cookie", b"Connection", b"Content-Range",
    b"X-\xff",
]  # fmt: skip
VALUES = [
    b"0", b"-1", b"5", b"5, 6", b"9" * 5_000, b"\xb2", b"nan", b"chunked", b"gzip, chunked", b"gzip", b"deflate", b"br",
    b"zstd", b"gzip" + b", gzip" * 50, b"text/html", b"application/json; charset=\xff", b"/x", b"http://[::1", b"\xff",
    b"//\xe9:99999", b'<http://x:99999/>; rel="next"', b'<x>; rel="next"; y', b"<>;=;,<",
    b"Sun, 01 Mar 0000 12:00:00 GMT",
    b"Sun, 01 Mar 99999 12:00:00 GMT", b"a=b; Max-Age=" + b"9" * 5_000 + b"; Expires=Sun, 99 Mar 99999", b"a", b"close",
    b"keep-alive", b"=?utf-8?q?=ff?=", b"",
]  # fmt: skip
BODIES = [
    b'{"a": 1}', b"", b"null", b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}", b"\xff", b"\xef\xbb\xbf{}",
    b"<html>", gzip.compress(b"{}"), zlib.compress(b"{}"), gzip.compress(b"{}")[:-4], b"2\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}", b'"\\ud83d"',
    b"-5\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}", b"ffffffffffffffffff\r\n{}", b"zz\r\n{}\r\n", b"2;" + b"x" * 70_000, b"NaN",
    b"1_0\r\n0123456789012345\r\n0\r\n\r\n", b"0\r\n" + b"X: y\r\n" * 300,
]  # fmt: skip
sometimes_odd = st.one_of(st.sampled_from(VALUES), st.binary(max_size=40))
headers = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.binary(max_size=8)), sometimes_odd), max_size=6)


@pytest.fixture(scope="module")
def anything() -> Iterator[Wire]:
    with Wire(b"").serving() as there:
        yield there


def read_all(url: str, size: int = 200_000) -> None:
    """All that is done with an answer, by us and by connectors."""
    waiting = Waiting(sleep=lambda seconds: None)
    made = Fetch(Guard.of(["127.0.0.0/8"]), waiting=waiting, largest=size, patience=0, answer_seconds=5)
    site = made.site(url)
    told = ""
    try:
        answer = site.get("x")
        assert len(answer.body) <= size
        if answer.next_link:
            site.part(answer.next_link)
        answer.payload.opt_text("a")
    except TicketLensError as error:
        told = str(error)
    assert "\n" not in told
    assert len(told) < 1_000


def answer_of(status: bytes, told: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    lines = [b"HTTP/1.1 " + status, *(b": ".join(one) for one in told), b"", b""]
    return b"\r\n".join(lines) + body


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from(STATUSES), told=headers, body=st.one_of(st.sampled_from(BODIES), st.binary(max_size=60)))
def test_odd_answers_raise_nothing_but_errors_of_ours(
    anything: Wire, status: bytes, told: list[tuple[bytes, bytes]], body: bytes
) -> None:
    anything.answers = [answer_of(status, told, body)]
    read_all(anything.url)


@pytest.mark.parametrize("name", NAMES)
def test_no_header_raises_anything_but_errors_of_ours(anything: Wire, name: bytes) -> None:
    for value in VALUES:
        for status in (b"200 OK", b"302 Found", b"429 Wait"):
            anything.answers = [answer_of(status, [(name, value)], b"{}")]
            read_all(anything.url)


@pytest.mark.parametrize(
    "encoding", [b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"Content-Length: 7", b"X: y"]
)
def test_no_body_raises_anything_but_errors_of_ours(anything: Wire, encoding: bytes) -> None:
    for body in BODIES:
        anything.answers = [b"HTTP/1.1 200 OK\r\n" + encoding + b"\r\n\r\n" + body]
        read_all(anything.url)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
@example(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n")
@example(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000)
@example(b"HTTP/1.1 " + b"2" * 100_000)
@example(b"HTTP/0.9\r\n\r\n")
def test_no_bytes_at_all_raise_anything_but_errors_of_ours(anything: Wire, sent: bytes) -> None:
    anything.answers = [sent]
    read_all(anything.url)


@pytest.mark.parametrize("how", ["gzip", "deflate", "gzip, gzip"])
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_packed_counts_as_it_is_unpacked(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch], how: str, chunked: bool
) -> None:
    bomb = gzip.compress(b" " * 30_000_000) if "gzip" in how else zlib.compress(b" " * 30_000_000)
    if how == "gzip, gzip":
        bomb = gzip.compress(bomb)
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(bomb), bomb) if chunked else bomb
    there = wire(http(body, f"Content-Encoding: {how}", *(["Transfer-Encoding: chunked"] if chunked else [])))
    with pytest.raises(TooLarge):
        fetch(largest=1_000_000).site(there.url).get("x")
    assert len(there.asked) == 1


@pytest.mark.parametrize("status", ["300 Choose", "304 Not Modified", "305 Use Proxy", "399 Odd"])
def test_what_is_neither_an_answer_nor_a_redirect_is_refused(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch], status: str
) -> None:
    with pytest.raises(TicketLensError, match=status[:3]):
        fetch().site(wire(http(status=status)).url).get("x")


def test_a_clock_that_tells_another_time_each_time_is_told_of_once(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch]
) -> None:
    days = (datetime(2020, 1, day, tzinfo=UTC) for day in range(1, 4))
    made = fetch()
    site = made.site(wire(*(http(b"{}", f"Date: {day:%a, %d %b %Y 00:00:00 GMT}") for day in days)).url)
    for _ in range(3):
        site.get("x")
    assert len(made.notes) == 1


def test_an_answer_shorter_than_it_says_is_asked_for_again(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch]
) -> None:
    there = wire(http(b'{"a": 1}', "Content-Length: 9"), http())
    assert fetch().site(there.url).get("x").payload.integer("a") == 1
    with pytest.raises(Unavailable, match="broke off"):
        fetch(patience=0).site(wire(http(b'{"a": 1}', "Content-Length: 9")).url).get("x")


@pytest.mark.parametrize("headers", [("Content-Encoding: gzip",), ("Transfer-Encoding: chunked",)])
def test_what_cannot_be_unpacked_is_said_to_be_so(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch], headers: tuple[str, ...]
) -> None:
    with pytest.raises(Unavailable, match=r"cannot be read|broke off"):
        fetch(patience=0).site(wire(http(b"-5\r\n{}\r\n0\r\n\r\n", *headers)).url).get("x")
