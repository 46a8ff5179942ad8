"""Which addresses a connector may reach, however they are written and however a name server answers."""

import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
import requests
from werkzeug.serving import make_server

from ticketlens.outside.guard import Forbidden, Guard, network_of
from ticketlens.outside.pace import Pace

INSIDE = """127.0.0.1 0.0.0.0 ::1 :: ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::7f00:1 2002:7f00:1::
    fe80::1 fec0::1 fc00::1 169.254.169.254 10.1.2.3 172.16.0.1 192.168.1.1 100.64.0.1 192.0.0.9 192.0.2.1 198.18.0.1
    224.0.0.1 255.255.255.255 240.0.0.1 ff02::1 2001:db8::1 2001:0:1::1"""
OUTSIDE = "8.8.8.8 172.32.0.1 2606:4700::1 193.0.0.1 2a00:1450:4001:81b::200e"
WRITTEN = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "localhost", "localhost.", "[::1]"]


@pytest.mark.parametrize("text", INSIDE.split())
def test_addresses_that_are_no_public_place_are_refused(text: str) -> None:
    assert not Guard().may_reach(ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE.split())
def test_public_addresses_may_be_reached(text: str) -> None:
    assert Guard().may_reach(ip_address(text))


def test_a_network_that_the_operator_names_may_be_reached_and_no_other() -> None:
    guard = Guard.of(["10.1.0.0/16", "fd00::/8"])
    assert guard.may_reach(ip_address("10.1.2.3"))
    assert guard.may_reach(ip_address("fd12::1"))
    assert not guard.may_reach(ip_address("10.2.0.1"))
    assert not guard.may_reach(ip_address("::ffff:10.1.2.3"))


@pytest.mark.parametrize("text", ["10.1", "acme", "10.0.0.0/40", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        network_of(text)


@pytest.fixture
def port() -> Iterator[int]:
    server = make_server("127.0.0.1", 0, lambda environ, start: (start("200 OK", []), [b"inside"])[1], threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def through(guard: Guard) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, guard.adapter(Pace()))
    return session


@pytest.mark.parametrize("host", WRITTEN)
def test_no_spelling_of_an_inner_address_gets_through(host: str, port: int) -> None:
    with pytest.raises(Forbidden, match="no public address"):
        through(Guard()).get(f"http://{host}:{port}/", timeout=3)


def test_an_allowed_network_is_reached(port: int) -> None:
    assert through(Guard.of(["127.0.0.0/8"])).get(f"http://127.0.0.1:{port}/", timeout=3).text == "inside"


def test_the_address_that_was_looked_at_is_the_one_that_is_reached(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that says something else at the second question is never asked a second time."""
    answers = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []
    tried: list[str] = []

    def lookup(host: str, port: int, *rest: object, **more: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *rest: object) -> socket.socket:
        tried.append(address[0])
        raise OSError("not in a test")

    monkeypatch.setattr("ticketlens.outside.guard.socket.getaddrinfo", lookup)
    monkeypatch.setattr("ticketlens.outside.guard.create_connection", connect)
    with pytest.raises(requests.ConnectionError):
        through(Guard()).get(f"https://desk.example.com:{port}/", timeout=3)
    assert (asked, tried) == (["desk.example.com"], ["8.8.8.8"])


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr("ticketlens.outside.guard.socket.getaddrinfo", lambda *asked, **more: found)
    with pytest.raises(Forbidden, match=r"10\.0\.0\.1"):
        Guard().addresses("desk.example.com", 443)


def test_without_tls_only_named_networks_are_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))]
    monkeypatch.setattr("ticketlens.outside.guard.socket.getaddrinfo", lambda *asked, **more: found)
    with pytest.raises(Forbidden, match="https://"):
        through(Guard.of(["10.0.0.0/8"])).get("http://desk.example.com/", timeout=3)
