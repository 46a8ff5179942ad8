"""Reaching a cluster: over TLS, known by user or key, by one of several hosts, and never waited for without end."""

import base64
import ssl
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

from ticketlens.errors import Denied, StoreError, Unavailable
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.open import open_store

PASSWORD = "pässword/@:%"
USER = f"lens:{'p%C3%A4ssword%2F%40%3A%25'}"
BASIC = "Basic " + base64.b64encode(f"lens:{PASSWORD}".encode()).decode()
KEY = base64.b64encode(b"id:key").decode()
REFUSED = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("user", "options", "sent"),
    [(USER, {}, BASIC), ("", {"api_key": KEY}, f"ApiKey {KEY}"), ("", {"api_key": "id:key"}, f"ApiKey {KEY}")],
)
def test_over_tls_a_server_is_sent_who_we_are_and_nothing_else(
    place: Any, front: Callable[..., Any], authority: trustme.CA, ca_file: str, host: str,
    user: str, options: dict[str, str], sent: str,
) -> None:  # fmt: skip
    proxy = front(tls=serving(authority, host), authorization=sent)
    store = place.store(proxy.address(place.prefix, user=user, host=host), ca_file=ca_file, **options)
    assert store.put_record("source", "a", {"x": 1}) == 1
    assert store.get_record("source", "a").fields == {"x": 1}
    assert set(proxy.seen) == {sent}


@pytest.mark.parametrize(("user", "options"), [("", {}), ("lens:wrong", {}), ("", {"api_key": KEY})])
def test_a_server_that_does_not_know_us_is_one_line_with_its_remedy(
    place: Any, front: Callable[..., Any], user: str, options: dict[str, str]
) -> None:
    proxy = front(authorization=BASIC)
    store = place.store(proxy.address(place.prefix, user=user), **options)
    with pytest.raises(Denied, match=r"mend user and password in the address, or elastic\.api_key$") as caught:
        store.get_record("source", "a")
    assert "wrong" not in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_certificate_that_is_not_trusted_is_one_line(
    place: Any, front: Callable[..., Any], authority: trustme.CA, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    url = front(tls=serving(authority, "127.0.0.1")).address(place.prefix)
    for options in ({}, {"ca_file": str(other)}):
        with pytest.raises(Denied, match=r"is not trusted; name the certificates to trust by elastic\.ca_file$"):
            place.store(url, **options).get_record("source", "a")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_for_another_name_is_one_line(
    place: Any, front: Callable[..., Any], authority: trustme.CA, ca_file: str, host: str
) -> None:
    proxy = front(tls=serving(authority, "other.example"))
    with pytest.raises(Denied, match="certificate is for another name"):
        place.store(proxy.address(place.prefix, host=host), ca_file=ca_file).get_record("source", "a")


def test_https_to_a_server_without_tls_and_http_to_one_with_it_are_one_line(
    place: Any, front: Callable[..., Any], authority: trustme.CA
) -> None:
    with pytest.raises(Denied, match="write http:// in place of https://"):
        place.store(place.address.replace("http:", "https:")).get_record("source", "a")
    url = front(tls=serving(authority, "127.0.0.1")).address(place.prefix)
    with pytest.raises(Unavailable, match="write https:// where it speaks TLS"):
        place.store(url.replace("https:", "http:")).get_record("source", "a")


def test_hosts_that_are_dead_are_passed_over(place: Any, front: Callable[..., Any]) -> None:
    dead, alive = front(), front()
    hosts = f"{REFUSED.removeprefix('http://')},127.0.0.1:{dead.port},127.0.0.1:{alive.port}"
    store = place.store(f"http://{hosts}/{place.prefix}")
    dead.close()
    for number in range(1, 8):
        assert store.put_record("source", "a", {"n": number}) == number
    dead.open()
    alive.close()
    for number in range(8, 12):
        assert store.put_record("source", "a", {"n": number}) == number


def test_where_no_host_answers_a_line_says_which_and_why(place: Any) -> None:
    with pytest.raises(Unavailable, match=r"does not answer: 127\.0\.0\.1:1: Connection refused; start it") as caught:
        place.store(f"{REFUSED}/lens").get_record("source", "a")
    assert len(str(caught.value).splitlines()) == 1


def test_a_name_that_nobody_has_is_one_line(place: Any) -> None:
    with pytest.raises(Unavailable, match=r"does not answer: nowhere\.invalid:9200: "):
        place.store("http://me:hush@nowhere.invalid/lens").get_record("source", "a")


@pytest.mark.parametrize("hosts", [1, 3])
def test_where_every_host_stalls_it_is_given_up_after_one_time_out(
    place: Any, front: Callable[..., Any], hosts: int
) -> None:
    proxies = [front() for _ in range(hosts)]
    url = f"http://{','.join(f'127.0.0.1:{proxy.port}' for proxy in proxies)}/{place.prefix}"
    store = place.store(url, timeout=0.6)
    place.store().put_record("source", "a", {"x": 1})
    for proxy in proxies:
        proxy.stall()
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        store.get_record("source", "a")
    assert 0.5 < time.monotonic() - begun < 2.5
    for proxy in proxies:
        proxy.go_on()
    assert store.get_record("source", "a").fields == {"x": 1}


@pytest.mark.parametrize("stalled", [0, 1])
def test_a_host_that_stalls_is_passed_over(place: Any, front: Callable[..., Any], stalled: int) -> None:
    """By a process that begins then, and by one that is under way: reads at once, writes at their next try."""
    proxies = [front(), front()]
    url = f"http://{','.join(f'127.0.0.1:{proxy.port}' for proxy in proxies)}/{place.prefix}"
    running = place.store(url, timeout=2.0)
    assert running.put_record("source", "a", {"n": 1}) == 1
    proxies[stalled].stall()
    for store in (running, place.store(url, timeout=2.0)):
        for number in range(6):
            begun = time.monotonic()
            assert store.get_record("source", "a") is not None
            assert time.monotonic() - begun < 1.9
            assert store.count_tickets(EVERYTHING) == 0
            assert store.put_record("source", f"{id(store)}-{number}", {}) == 1


class Other(BaseHTTPRequestHandler):
    """A program that is no Elasticsearch, and answers all with `server.told`."""

    def do_GET(self) -> None:
        status, kind, body = self.server.told
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("told", "error", "said"),
    [
        ((200, "application/json", b"{}"), StoreError, "is no Elasticsearch; mend the address$"),
        ((200, "text/html", b"<p>hi"), StoreError, "is no Elasticsearch; mend the address$"),
        ((404, "text/html", b"<p>hi"), StoreError, r"is no Elasticsearch \(status 404\); mend the address$"),
        ((502, "text/html", b"<p>hi"), Unavailable, "502: no more is told$"),
    ],
)
def test_what_is_no_elasticsearch_is_said_to_be_none(told: object, error: type[Exception], said: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        other.told = told
        Thread(target=other.serve_forever, args=(0.02,), daemon=True).start()
        store = open_store(f"http://127.0.0.1:{other.server_port}/lens")
        with pytest.raises(error, match=said):
            store.get_record("source", "a")
        store.close()
        other.shutdown()
