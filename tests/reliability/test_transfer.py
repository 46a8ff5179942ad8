"""Wrong before a body is whole: lengths that lie, chunks that are none, headers said twice; over a real server."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import pytest
from reliability.signing import SCHEMES

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.store.open import open_store

BODY = b'{"detail": {"id": "12"}, "type": "zen:event-type:ticket.status_changed"}'
SCHEME = SCHEMES["zendesk"]
JSON = ("Content-Type", "application/json")
Lines = list[tuple[str, str]]


@dataclass
class Running:
    """A real web server, whose source `desk` is a Zendesk that nobody has to reach."""

    lens: Lens
    port: int
    process: "subprocess.Popen[str]"

    def call(self, sent: bytes, *, shut: bool = True) -> int:
        """The status of the answer; 0 where the connection was closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(sent)
            if shut:
                connection.shutdown(socket.SHUT_WR)
            told = b""
            try:
                while part := connection.recv(65536):
                    told += part
            except ConnectionError:
                pass
        return int(told.split(b" ", 2)[1]) if told.startswith(b"HTTP/1.1 ") else 0

    def proof(self, body: bytes = BODY) -> Lines:
        secret = self.lens.helpdesks.registry.settings("desk")["webhook_secret"]
        return list(SCHEME.headers(secret, body, datetime.now(UTC)).items())

    def post(self, lines: Lines, body: bytes = BODY, target: str = "/hooks/desk") -> int:
        head = [f"POST {target} HTTP/1.1", "Host: localhost", "Connection: close", *(f"{k}: {v}" for k, v in lines)]
        return self.call("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("transfer")
    address = f"sqlite:///{folder / 'lens.db'}"
    settings = load_settings(environment={}, overrides={"store": address})
    lens = Lens(open_store(address), settings, None, kinds=TABLE)  # type: ignore[arg-type]
    entered = {"url": "https://x.zendesk.com", "email": "a@example.com", "token": "t"}
    lens.helpdesks.registry.add("desk", "zendesk", {**entered, "webhook_secret": "made by the helpdesk"})
    command = [sys.executable, "-m", "ticketlens", "--store", address, "serve", "--web-only", "--port", "0", "--json"]
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout
    url = json.loads(process.stdout.readline())["url"]
    yield Running(lens, int(url.rpartition(":")[2]), process)
    process.terminate()
    process.communicate(timeout=20)
    lens.store.close()
    assert process.returncode == 0
    said = log.read_text()
    assert "Traceback" not in said, said[:3_000]
    assert "problem" not in said, said[:3_000]


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(f"{len(one):x}\r\n".encode() + one + b"\r\n" for one in chunks) + end


def length(number: object) -> tuple[str, str]:
    return ("Content-Length", str(number))


def test_what_is_whole_is_taken_in_each_way_in_which_it_may_come(running: Running) -> None:
    whole = [*running.proof(), JSON]
    assert running.post([*whole, length(len(BODY))]) == 202
    assert running.post([*whole, ("Transfer-Encoding", "chunked")], chunked(BODY[:9], BODY[9:])) == 202
    assert running.post([*whole, length(len(BODY)), ("X-Name", "\xe9\xff\x80")]) == 202
    assert running.post([*whole, length(len(BODY)), ("x-zendesk-webhook-invocation-id", "\xc3\xa9\xff")]) == 202


CHUNKS = {
    "no number": b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "negative": b"-5\r\n" + BODY + b"\r\n0\r\n\r\n",
    "endless": b"ffffffffffffffffffff\r\n" + BODY,
    "longer than told": b"5\r\n" + BODY + b"\r\n0\r\n\r\n",
    "shorter than told": b"fff\r\n" + BODY + b"\r\n0\r\n\r\n",
    "never ended": chunked(BODY, end=b""),
    "nothing": b"",
    "size alone": b"5",
    "with an underscore": b"4_8\r\n" + BODY + b"\r\n0\r\n\r\n",
    "trailer that is none": chunked(BODY, end=b"0\r\n\x00\xff\r\n\r\n"),
}


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_that_are_none_are_refused(running: Running, name: str) -> None:
    told = running.post([*running.proof(), JSON, ("Transfer-Encoding", "chunked")], CHUNKS[name])
    assert told == 400


@pytest.mark.parametrize(
    "given", ["-1", "1e3", "0x10", "", "9" * 30, "12, 12", "+5", " ", "é", str(len(BODY) + 10), str(10**9)]
)
def test_a_length_that_lies_is_refused(running: Running, given: str) -> None:
    assert running.post([*running.proof(), JSON, length(given)]) in (400, 413)


def test_a_body_beside_its_told_length_is_not_taken_for_part_of_it(running: Running) -> None:
    short = length(len(BODY) - 10)
    assert running.post([*running.proof(), JSON, short]) == 401
    assert running.post([*running.proof(), JSON, length(0)]) == 401
    assert running.post([*running.proof(), JSON]) == 401
    assert running.post([*running.proof(), JSON, length(5), ("Transfer-Encoding", "chunked")], chunked(BODY)) in (
        0,
        400,
    )
    assert running.post([*running.proof(), JSON, length(5), length(len(BODY))]) in (0, 400)


def test_more_than_may_be_sent_is_refused_however_it_comes(running: Running) -> None:
    large = b"x" * (1024 * 1024 + 1)
    whole = [*running.proof(large), JSON]
    assert running.post([*whole, length(len(large))], large) in (0, 413)
    assert running.post([*whole, ("Transfer-Encoding", "chunked")], chunked(*[large[:65536]] * 17)) in (0, 413)


def test_tickets_that_are_pushed_in_broken_chunks_or_too_many_are_refused_whole(running: Running) -> None:
    row = b'{"id": "%d", "source": "x", "subject": "y", "created_at": "2026-01-02T03:04:05Z"}\n'
    rows = b"".join(row % number for number in range(13_000))
    lines = [("Content-Type", "application/x-ndjson"), ("Transfer-Encoding", "chunked")]
    assert len(rows) > 1024 * 1024
    assert running.post(lines, chunked(rows), "/api/v1/tickets") == 413
    assert running.post(lines, b"zz\r\n" + rows[:100], "/api/v1/tickets") == 400
    assert running.post(lines, b"zz\r\n" + rows[:100], "/sign-in") in (400, 403)
    assert list(running.lens.store.each_raw()) == []


def test_a_proof_said_twice_proves_nothing(running: Running) -> None:
    own = running.proof()
    for more in (own[:1], own[1:], [(own[0][0], "AAAA")], [(own[0][0], "")], [(own[0][0].upper(), own[0][1])]):
        assert running.post([*own, *more, JSON, length(len(BODY))]) == 401


@pytest.mark.parametrize("value", ["é" * 40, "\xff\xfe", "a\x80b", "x" * 7_000, "\t", "a\tb"])
def test_a_proof_of_other_bytes_is_refused(running: Running, value: str) -> None:
    own = [(SCHEME.header, value), running.proof()[1]]
    assert running.post([*own, JSON, length(len(BODY))]) in (400, 401)


TARGETS = (
    "/hooks/desk%00", "/hooks/%ff%fe", "/hooks/%ed%a0%80", "/hooks/desk/%ff", "/hooks/" + "x" * 7_000, "/hooks//", "*",
    "/hooks/desk?%ff=%zz", "/hooks/..%2f..", "/hooks/desk/a/b", "http://[::1/hooks/desk", "/hooks/desk#x",
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_odd_addresses_are_answered_and_break_nothing(running: Running, target: str) -> None:
    assert running.post([JSON, length(len(BODY))], target=target) in (0, 400, 401, 404, 405)


def test_bytes_by_chance_are_answered_or_cut_off(running: Running) -> None:
    random = Random("transfer")
    head = "POST /hooks/desk HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Content-Length: 5"
    good = "\r\n".join((*head, "", "12345")).encode()
    told = set()
    for _ in range(300):
        made = bytearray(good)
        for _ in range(random.randint(1, 4)):
            made[random.randrange(len(made))] = random.randrange(256)
        told.add(running.call(bytes(made)))
    assert 401 in told
    assert not {status for status in told if status >= 500} - {501, 505}, told
    assert running.post([*running.proof(), JSON, length(len(BODY))]) == 202
