"""Webhooks under load: a real web server and a real worker, a Zendesk on loopback, and a sender that keeps its pace.

    python -m benchmarks.hooks [--rate 300] [--seconds 60] [--burst 2000] [--folder FOLDER]

Each delivery of 2 kB is signed as Zendesk signs, and due at its own moment: its latency counts from there, whoever
was late. The store is SQLite, which waits for the disk at every commit. Beside it, what one would write oneself: Flask
and gunicorn with as many threads, one INSERT and one commit a request, on the same disk, with no proof and nothing that
reads. First of all, idle: how long after its 202 a ticket stands on its page, is counted, and has a topic.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import apsw

from benchmarks.pull import PEOPLE, shown
from clustering.standard import StandardEngine
from connectors import TABLE
from ticketlens.collector import look_seldom
from ticketlens.config import load_settings
from ticketlens.demo import generate
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING
from ticketlens.outside.proof import base64_mac
from ticketlens.store.open import open_store

KNOWN, NEW = 600, 60
"""Tickets that are there and grouped before anything is pushed; tickets that the deliveries are about."""

CONNECTIONS = 16
BODY_BYTES = 2_000
P99_MS, ON_PAGE_SECONDS, IN_TOPIC_SECONDS = 500, 10, 30
PLAIN = """
import sqlite3, threading
from flask import Flask, request
app, held = Flask(__name__), threading.local()
def inbox():
    if not hasattr(held, "db"):
        held.db = sqlite3.connect({path!r}, timeout=30, isolation_level=None)
        held.db.execute("PRAGMA journal_mode = WAL")
        held.db.execute("PRAGMA synchronous = FULL")
    return held.db
@app.post("/hooks/desk")
def take():
    inbox().execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)",
                    (request.headers["x-zendesk-webhook-invocation-id"], request.get_data()))
    return "", 202
"""


# -- the helpdesk


def zendesk(ready: Connection) -> None:
    """Its export holds the known tickets; each of the others is there once somebody asks for it by its number."""
    told = (row.ticket for row in generate(2 * (KNOWN + NEW), until=datetime.now(UTC)))
    made = [shown(ticket) for ticket in islice((one for one in told if one.subject and one.body), KNOWN + NEW)]
    for number, ticket in enumerate(made, 1):
        ticket |= {"id": number, "url": f"https://shop.zendesk.com/api/v2/tickets/{number}.json"}
    users = [{"id": n, "name": f"Person {n}", "role": "agent" if n <= 20 else "end-user"} for n in range(PEOPLE)]
    beside = {"users": users[:21], "groups": [{"id": n, "name": f"Tier {n}"} for n in range(1, 5)]}
    export = json.dumps({"tickets": made[:KNOWN], **beside, "after_cursor": "1", "end_of_stream": True}).encode()
    empty = json.dumps({"tickets": [], **beside, "after_cursor": "1", "end_of_stream": True}).encode()
    single = [json.dumps({"ticket": ticket, **beside}).encode() for ticket in made]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if "incremental" in asked.path:
                body = empty if "cursor" in parse_qs(asked.query) else export
            elif "audits" in asked.path:
                body = b'{"audits": [], "meta": {"has_more": false}, "links": {"next": null}}'
            else:
                body = single[int(Path(asked.path).stem) - 1]
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                             % (len(body), body))  # fmt: skip

        def log_message(self, *said: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_port)
    server.serve_forever()


def call(secret: str, ticket: int, name: str) -> bytes:
    """A whole request, signed now."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "type": "zen:event-type:ticket.status_changed", "subject": f"zen:ticket:{ticket}", "time": stamp,
        "detail": {"id": str(ticket)}, "event": {"current": "SOLVED", "previous": "OPEN"},
    }  # fmt: skip
    event["more"] = "x" * (BODY_BYTES - len(json.dumps(event)) - 12)
    body = json.dumps(event).encode()
    head = [
        "POST /hooks/desk HTTP/1.1", "Host: localhost", "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"x-zendesk-webhook-signature: {base64_mac(secret, stamp.encode() + body, 'sha256')}",
        f"x-zendesk-webhook-signature-timestamp: {stamp}", f"x-zendesk-webhook-invocation-id: {name}",
    ]  # fmt: skip
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


# -- the sender


@dataclass
class Sent:
    """Seconds from when each was due until its answer, and how often each status came; `took` seconds in all."""

    waited: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0

    def at(self, share: float) -> float:
        """Milliseconds within which that share of all was answered."""
        return sorted(self.waited)[min(int(len(self.waited) * share), len(self.waited) - 1)] * 1000

    def __str__(self) -> str:
        odd = sum(n for status, n in self.statuses.items() if not 200 <= status < 300)
        return (f"{len(self.waited) / self.took:,.0f}/s, p50 {self.at(0.5):.0f} ms, p99 {self.at(0.99):.0f} ms, "
                f"most {max(self.waited) * 1000:.0f} ms, {odd} not 2xx")  # fmt: skip


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), headers


async def keep_pace(port: int, calls: list[bytes], rate: float) -> Sent:
    """Over connections that stay open; who comes back late finds the next one due already."""
    told, start, turns = Sent(), time.perf_counter(), iter(range(len(calls)))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in turns:
            due = start + turn / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            if writer.is_closing() or reader.at_eof():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(calls[turn])
            status, headers = await answered(reader)
            told.waited.append(time.perf_counter() - due)
            told.statuses[status] += 1
            if headers.get("connection") == "close":
                writer.close()
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    told.took = time.perf_counter() - start
    return told


async def burst(port: int, calls: list[bytes]) -> Sent:
    """Each over a connection of its own, all at once, and again after what Retry-After says until it is taken."""
    told, start = Sent(), time.perf_counter()

    async def one(request: bytes) -> None:
        while True:
            wait = 1.0
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                status, headers = await answered(reader)
                writer.close()
                wait = float(headers.get("retry-after", 1))
            except (OSError, asyncio.IncompleteReadError):
                status = 0
            told.statuses[status] += 1
            if status == 202:
                break
            await asyncio.sleep(wait)
        told.waited.append(time.perf_counter() - start)

    await asyncio.gather(*map(one, calls))
    told.took = time.perf_counter() - start
    return told


def in_a_process(work: Callable[..., Any], *given: Any) -> Sent:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_run, (work, given))


def _run(work: Callable[..., Any], given: tuple[Any, ...]) -> Sent:
    return asyncio.run(work(*given))  # type: ignore[no-any-return]


# -- what receives


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TICKETLENS_ALLOW_PRIVATE_HOSTS": "127.0.0.0/8"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def until(done: Callable[[], bool], most: float = 120) -> float:
    """Seconds until it is so."""
    start = time.perf_counter()
    while not done():
        if time.perf_counter() - start > most:
            raise SystemExit(f"not within {most:.0f} s")
        time.sleep(0.05)
    return time.perf_counter() - start


def plain(folder: Path, calls: list[bytes], rate: float) -> Sent:
    path = str(folder / "plain.db")
    sqlite3.connect(path).execute("CREATE TABLE inbox (id TEXT PRIMARY KEY, body BLOB)").connection.close()
    (folder / "plain_receiver.py").write_text(PLAIN.format(path=path))
    with open_port() as port, running(
        sys.executable, "-m", "gunicorn", "--threads", "4", "--bind", f"127.0.0.1:{port}", "--chdir", str(folder),
        "--log-level", "warning", "plain_receiver:app",
    ):  # fmt: skip
        until(lambda: status_of(f"http://127.0.0.1:{port}/") == 404, 30)
        return in_a_process(keep_pace, port, calls, rate)


@contextmanager
def open_port() -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    yield port


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def asked(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def reach(url: str, lens: Lens, secret: str) -> tuple[float, float]:
    """Seconds from a 202 until its ticket is on its page and counted, and until it has a vector and is looked at."""
    port, ticket = urlsplit(url).port, KNOWN + NEW
    everything = f"{url}/api/v1/coverage?from=2000-01-01"
    before = asked(everything)
    told = in_a_process(keep_pace, port, [call(secret, ticket, "reach")], 1.0)
    assert told.statuses == {202: 1}, told.statuses
    start = time.perf_counter()
    until(lambda: status_of(f"{url}/tickets/desk/{ticket}") == 200)
    until(lambda: asked(everything) != before)
    on_page = time.perf_counter() - start
    until(lambda: not lens.has_to_cluster())
    until(lambda: asked(f"{url}/api/v1/tickets/desk/{ticket}").get("match") is not None)
    return on_page, time.perf_counter() - start


def tell(figure: str, bound: str, measured: str) -> None:
    print(f"{figure}: {measured} (bound: {bound})")
    if named := os.environ.get("TICKETLENS_FIGURES"):
        with Path(named).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"figure": figure, "bound": bound, "measured": measured, "form": "long"}) + "\n")


def _received(lens: Lens) -> int:
    told = lens.inbox.counts().get("desk")
    return told.received if told else 0


def flood(url: str, lens: Lens, secret: str, chosen: argparse.Namespace) -> None:
    """The load, the burst after it, and whether all of it is there in the end."""
    port, count, before = urlsplit(url).port, int(chosen.rate * chosen.seconds), _received(lens)
    calls = [call(secret, KNOWN + 1 + turn % NEW, f"flood-{turn}") for turn in range(count)]
    told = in_a_process(keep_pace, port, calls, chosen.rate)
    assert told.statuses == {202: count}, told.statuses
    tell(f"{chosen.rate:g} deliveries/s for {chosen.seconds:g} s", f"p99 < {P99_MS} ms, all 2xx", str(told))
    calls = [call(secret, KNOWN + 1 + turn % NEW, f"burst-{turn}") for turn in range(chosen.burst)]
    told = in_a_process(burst, port, calls)
    kept = _received(lens) - before - count
    statuses = ", ".join(f"{n:,} x {status or 'no answer'}" for status, n in sorted(told.statuses.items()))
    tell(f"{chosen.burst:,} deliveries at once", "all stored in the end",
         f"{kept:,} stored, the last answered after {told.took:.1f} s ({statuses})")  # fmt: skip
    assert kept == chosen.burst
    took = until(lambda: lens.inbox.counts()["desk"].waiting == 0, 600)
    held = lens.inbox.counts()["desk"]
    assert held.adds_up, held
    assert held.set_aside == held.refused == 0, (held, lens.inbox.last("desk", became="set_aside", limit=1))
    print(f"all of them read {took:.0f} s later: {held.to_json()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=300)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--burst", type=int, default=2_000)
    parser.add_argument("--folder", help="where the stores are written (default: the system's temporary folder)")
    parser.add_argument("--no-reach", action="store_true", help="leave out how long a ticket takes to be seen")
    chosen = parser.parse_args()
    look_seldom()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=zendesk, args=(there,), daemon=True)
    server.start()
    desk = f"http://127.0.0.1:{here.recv()}"
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        address = f"sqlite:///{Path(folder) / 'hooks.db'}"
        settings = load_settings(environment={}, overrides={"store": address, "allow_private_hosts": ["127.0.0.0/8"]})
        lens = Lens(open_store(address), settings, StandardEngine(), kinds=TABLE)
        secret = "made by the helpdesk"
        own = {"url": desk, "email": "a@example.com", "token": "t", "webhook_secret": secret}
        lens.helpdesks.registry.add("desk", "zendesk", own)
        ours = (sys.executable, "-m", "ticketlens", "--store", address)
        print(f"Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}, {os.cpu_count()} cores")
        with running(*ours, "serve", "--web-only", "--port", "0", "--json") as web, running(*ours, "worker"):
            assert web.stdout
            url = json.loads(web.stdout.readline())["url"]
            if not chosen.no_reach:
                until(lambda: len(lens.tickets(EVERYTHING, limit=1).items) > 0 and not lens.has_to_cluster())
                on_page, in_topic = reach(url, lens, secret)
                tell("from 202 to its page and the counts", f"< {ON_PAGE_SECONDS} s", f"{on_page:.1f} s")
                tell("from 202 to vector and topic", f"< {IN_TOPIC_SECONDS} s", f"{in_topic:.1f} s")
            flood(url, lens, secret, chosen)
        lens.store.close()
        calls = [call(secret, 1 + turn % NEW, f"p-{turn}") for turn in range(int(chosen.rate * chosen.seconds))]
        print(f"plain Flask and gunicorn, one commit each: {plain(Path(folder), calls, chosen.rate)}")
    server.terminate()


if __name__ == "__main__":
    main()
