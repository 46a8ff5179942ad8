"""The server as a process of its own: its first line, a clean end, and what it refuses."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.people import People
from web.secret import form_secret
from web.serve import is_loopback, serve
from web.worker import PATIENCE_SECONDS

PROGRAM = """
import sys
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.store.open import open_store
from web.serve import serve

class NoVectors:
    def key(self, model):
        return model

def lens():
    return Lens(open_store("sqlite:///" + sys.argv[1]), load_settings(environment={}), NoVectors())

sys.exit(serve(lens, sys.argv[2], int(sys.argv[3]), announce=lambda url: print(url, flush=True)))
"""


HALF = (
    b"POST /api/v1/tickets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
)


@contextmanager
def running(store: Path, host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    arguments = [sys.executable, "-c", PROGRAM, str(store), host, str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_ends_cleanly(tmp_path: Path, end: signal.Signals) -> None:
    with running(tmp_path / "lens.db") as (url, process):
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url + "/healthz", timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(end)
        rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest, errors) == (0, "", "")


def test_ids_with_slashes_come_through_the_real_server(tmp_path: Path) -> None:
    with running(tmp_path / "lens.db") as (url, _):
        row = b'{"id": "a/b", "source": "s/t", "subject": "x", "created_at": "2026-01-02T03:04:05Z"}'
        sent = urllib.request.Request(url + "/api/v1/tickets", row, {"Content-Type": "application/json"})
        with urllib.request.urlopen(sent, timeout=10) as answer:
            assert answer.status == 202
        with urllib.request.urlopen(url + "/api/v1/tickets/s%2Ft/a%2Fb", timeout=10) as answer:
            assert b'"a/b"' in answer.read()


def test_a_forged_scheme_or_host_gets_nowhere(tmp_path: Path) -> None:
    with running(tmp_path / "lens.db") as (url, _):
        forged = urllib.request.Request(
            url + "/sign-in", headers={"Host": "evil.example", "X-Forwarded-Proto": "https"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forged, timeout=10)
        assert refused.value.code == 400


def test_connections_that_say_nothing_hold_nobody_up(tmp_path: Path) -> None:
    with running(tmp_path / "lens.db") as (url, _), ExitStack() as silent:
        port = int(url.rpartition(":")[2])
        for _ in range(12):
            silent.enter_context(socket.create_connection(("127.0.0.1", port)))
        with urllib.request.urlopen(url + "/healthz", timeout=4) as answer:
            assert answer.status == 200


@pytest.mark.slow
def test_requests_that_stop_halfway_are_let_go(tmp_path: Path) -> None:
    with running(tmp_path / "lens.db") as (url, process), ExitStack() as slow:
        port = int(url.rpartition(":")[2])
        held = [slow.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(4)]
        for connection in held[:2]:
            connection.sendall(b"GET /heal")
        for connection in held[2:]:
            connection.sendall(HALF)
        with urllib.request.urlopen(url + "/healthz", timeout=PATIENCE_SECONDS + 5) as answer:
            assert answer.status == 200
        assert b" 400 " in held[2].recv(100)
        process.terminate()
        assert process.communicate(timeout=20) == ("", "")


@pytest.fixture
def opened(tmp_path: Path, lens: Lens) -> Callable[[], Lens]:
    """Opens the tests' store the way a server does, and lets the server close its own."""
    from ticketlens.store.open import open_store

    return lambda: Lens(open_store(f"sqlite:///{tmp_path}/lens.db"), lens.settings, lens.engine)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "lens.example"])
def test_nobody_is_served_to_others_while_nobody_is_set_up(opened: Callable[[], Lens], host: str) -> None:
    with pytest.raises(ConfigError, match="ticketlens person add"):
        serve(opened, host, 0)


def test_a_port_that_is_taken_is_one_line(opened: Callable[[], Lens]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"^port {port} is taken.*--port"):
            serve(opened, "127.0.0.1", port)


def test_an_address_that_is_not_this_machines_is_one_line(opened: Callable[[], Lens], people: People) -> None:
    people.add_person("kim")
    with pytest.raises(ConfigError, match=r"cannot listen at 192\.0\.2\.1"):
        serve(opened, "192.0.2.1", 0)


@pytest.mark.skipif(os.getuid() == 0, reason="root may use every port")
def test_a_port_of_the_system_is_one_line(opened: Callable[[], Lens]) -> None:
    with pytest.raises(ConfigError, match="special rights"):
        serve(opened, "127.0.0.1", 1)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
    ("localhost.evil.example", False)],
)  # fmt: skip
def test_loopback_is_known(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_every_process_signs_forms_with_the_same_key(lens: Lens) -> None:
    assert form_secret(lens.store) == form_secret(lens.store)
    assert len(form_secret(lens.store)) == 32
