"""An answer comes to its end in time, however slowly it drips, and is never larger than is read."""

import socket
import threading
from collections.abc import Callable
from time import monotonic

import pytest
from wire import Wire, http

from ticketlens.errors import Unavailable
from ticketlens.fetch import PATIENCE, Fetch, OutOfTime, TooLarge
from ticketlens.outside.waiting import Waiting

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PIECES = {
    "status": (b"", b"H"),
    "header": (HEAD + b"X-Odd: ", b"a"),
    "go on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (HEAD + b"Content-Length: 5000\r\n\r\n", b" "),
    "body without length": (HEAD + b"\r\n", b" "),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "length of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 5000\r\n\r\n", b" "),
}


def drip(first: bytes, then: bytes, pause: float) -> Callable[[socket.socket], None]:
    def say(connection: socket.socket) -> None:
        connection.sendall(first)
        until, never = monotonic() + 5, threading.Event()
        while monotonic() < until:
            connection.sendall(then)
            never.wait(pause)

    return say


@pytest.mark.parametrize("place", PIECES)
def test_what_drips_is_given_up(wire: Callable[..., Wire], fetch: Callable[..., Fetch], place: str) -> None:
    there, begun = wire(drip(*PIECES[place], 0.02)), monotonic()
    with pytest.raises(Unavailable, match="longer than"):
        fetch(answer_seconds=0.4, patience=0.1).site(there.url).get("x")
    assert monotonic() - begun < 3
    assert len(there.asked) == 1


def test_what_drips_ends_with_the_time_of_the_whole(wire: Callable[..., Wire], fetch: Callable[..., Fetch]) -> None:
    there, begun = wire(drip(*PIECES["body"], 0.02)), monotonic()
    with pytest.raises(OutOfTime):
        fetch(seconds=0.4).site(there.url).get("x")
    assert monotonic() - begun < 3


def test_slow_answers_take_no_longer_in_all_than_its_patience(
    wire: Callable[..., Wire], fetch: Callable[..., Fetch]
) -> None:
    """Each byte takes ten seconds here, and each answer has more of them than there is time for."""
    passed: list[float] = []

    def tick() -> float:
        passed.append(10)
        return sum(passed)

    there = wire(drip(*PIECES["body"], 0.002))
    with pytest.raises(Unavailable, match="longer than 120 s"):
        fetch(waiting=Waiting(passed.append, tick)).site(there.url).get("x")
    assert PATIENCE < sum(passed) < 2 * PATIENCE


@pytest.mark.parametrize("place", ["go on", "chunks"])
def test_bytes_that_hold_nothing_count_too(wire: Callable[..., Wire], fetch: Callable[..., Fetch], place: str) -> None:
    first, then = PIECES[place]
    with pytest.raises(TooLarge):
        fetch(largest=100_000).site(wire(drip(first, then * 1_000, 0)).url).get("x")


def test_one_connection_serves_answer_after_answer(wire: Callable[..., Wire], fetch: Callable[..., Fetch]) -> None:
    kept = http().replace(b"Connection: close", b"Connection: keep-alive")

    def twice(connection: socket.socket) -> None:
        for _ in range(2):
            connection.sendall(kept)
            there.asked.append(connection.recv(65_536))

    there = wire(twice)
    site = fetch().site(there.url)
    assert [site.get("x").payload.integer("a") for _ in range(2)] == [1, 1]
    assert [line.split()[:2] for line in there.asked if line] == [[b"GET", b"/x"], [b"GET", b"/x"]]
