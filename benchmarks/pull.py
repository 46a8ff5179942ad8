"""How fast a helpdesk's tickets come in: 100,000 tickets from a Zendesk on loopback, with its rate limit and without.

    python -m benchmarks.pull [--tickets 100000] [--limited] [--kind NAME]

The server is a process of its own that answers ready-made pages of 1,000 tickets, so that it costs little beside what
is measured. With `--limited` it refuses more than 10 requests a minute, as Zendesk does, and the figure is how much of
that allowance was used. Beside it: the same pages fetched by `requests` and parsed by `json`, and nothing else done.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import threading
import time
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from connectors import TABLE
from ticketlens.collector import look_seldom
from ticketlens.config import load_settings
from ticketlens.demo import generate
from ticketlens.lens import Lens
from ticketlens.model import Ticket
from ticketlens.store.open import open_store

PER_PAGE = 1_000
PEOPLE = 1_000
ALLOWED = 10
MINUTE = 60.0
WORDS = {"waiting_customer": "pending", "on_hold": "hold"}


def shown(ticket: Ticket) -> dict[str, Any]:
    """A ticket of the generator as Zendesk's export tells it."""

    def minutes(at: datetime | None) -> dict[str, int | None]:
        spent = None if at is None else int((at - ticket.created_at).total_seconds() // 60)
        return {"calendar": spent, "business": spent}

    number = int("".join(filter(str.isdigit, ticket.id)))
    return {
        "id": number, "url": f"https://shop.zendesk.com/api/v2/tickets/{number}.json", "external_id": None,
        "subject": ticket.subject, "raw_subject": ticket.subject, "description": ticket.body,
        "status": WORDS.get(ticket.status, str(ticket.status)), "priority": ticket.priority, "type": "question",
        "via": {"channel": "email", "source": {"from": {"address": "c@example.com"}, "to": {}, "rel": None}},
        "tags": list(ticket.tags), "requester_id": number % PEOPLE, "submitter_id": number % PEOPLE,
        "assignee_id": 1 + number % 20, "group_id": 1 + number % 4, "organization_id": None, "brand_id": 1,
        "created_at": ticket.created_at.isoformat(), "updated_at": ticket.updated_at.isoformat(),
        "generated_timestamp": int(ticket.updated_at.timestamp()), "due_at": None, "has_incidents": False,
        "satisfaction_rating": {"score": "unoffered"}, "custom_fields": [{"id": n, "value": None} for n in range(8)],
        "fields": [{"id": n, "value": None} for n in range(8)], "is_public": True, "allow_channelback": False,
        "metric_set": {
            "solved_at": None if ticket.solved_at is None else ticket.solved_at.isoformat(),
            "reopens": ticket.reopens, "replies": 1, "reply_time_in_minutes": minutes(ticket.first_reply_at),
            "first_resolution_time_in_minutes": minutes(ticket.first_solved_at),
            "full_resolution_time_in_minutes": minutes(ticket.solved_at),
        },
    }  # fmt: skip


def pages(count: int) -> list[bytes]:
    made = sorted((shown(row.ticket) for row in generate(count, until=datetime.now(UTC))),
                  key=lambda one: one["generated_timestamp"])  # fmt: skip
    beside = {
        "users": [{"id": n, "name": f"Person {n}", "role": "agent" if n <= 20 else "end-user", "locale": "en-US",
                   "email": f"p{n}@example.com", "time_zone": "UTC", "active": True} for n in range(PEOPLE)],
        "groups": [{"id": n, "name": f"Tier {n}"} for n in range(1, 5)], "brands": [{"id": 1, "name": "Shop"}],
    }  # fmt: skip
    starts = range(0, len(made), PER_PAGE)
    return [
        json.dumps({"tickets": made[start : start + PER_PAGE], **beside, "after_cursor": str(number + 1),
                    "end_of_stream": number + 1 == len(starts)}).encode()
        for number, start in enumerate(starts)
    ]  # fmt: skip


def serve(count: int, limited: bool, ready: Connection) -> None:
    """Answers page after page; with a limit no more than are allowed in any minute."""
    told = pages(count)
    asked: deque[float] = deque()
    guard = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            with guard:
                now = time.monotonic()
                while asked and now - asked[0] > MINUTE:
                    asked.popleft()
                refused = limited and len(asked) >= ALLOWED
                if not refused:
                    asked.append(now)
            body = b"{}" if refused else told[int(query.get("cursor", ["0"])[0])]
            self.send_response(429 if refused else 200)
            if refused:
                self.send_header("Retry-After", str(int(MINUTE - (now - asked[0])) + 1))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_port)
    server.serve_forever()


def memory() -> int:
    """MiB that this process has of its own: not the pages of files that it maps."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("RssAnon:"))) // 1024


def resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def plain(url: str) -> float:
    """Seconds to fetch and parse every page, and do nothing with it."""
    start, cursor, done = time.perf_counter(), "0", False
    with requests.Session() as session:
        while not done:
            told = session.get(f"{url}/api/v2/x", params={"cursor": cursor}, timeout=60).json()
            cursor, done = told["after_cursor"], told["end_of_stream"]
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--limited", action="store_true", help="with the rate limit: 100,000 tickets take ten minutes")
    chosen = parser.parse_args()
    look_seldom()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(chosen.tickets, chosen.limited, there), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'pull.db'}"
        settings = load_settings(environment={}, overrides={"store": address, "allow_private_hosts": ["127.0.0.0/8"]})
        lens = Lens(open_store(address), settings, None, kinds=TABLE)  # type: ignore[arg-type]
        if not chosen.limited:
            TABLE["zendesk"].__init__.__globals__["EXPORTS_A_MINUTE"] = None
        lens.helpdesks.registry.add("desk", "zendesk", {"url": url, "email": "a@example.com", "token": "t"})
        seen: list[int] = []
        start = time.perf_counter()
        told = lens.helpdesks.pull("desk", step=lambda done, total: seen.append(memory()))
        spent = time.perf_counter() - start
        assert told.error is None, told.error
        assert told.report.adds_up
        assert told.report.received == chosen.tickets
        print(f"{chosen.tickets:,} tickets in {spent:.1f} s: {chosen.tickets / spent:,.0f}/s")
        early, late, most = seen[len(seen) // 10], seen[-1], max(seen)
        print(f"memory of its own: {early} MiB after a tenth, {late} MiB at the end, {most} MiB at its most")
        print(f"with the file of the store, which the system maps and may drop: {resident()} MiB at its most")
        if chosen.limited:
            begins = chosen.tickets / PER_PAGE
            print(
                f"of {ALLOWED} requests a minute that are allowed {begins / (spent / MINUTE) / ALLOWED:.0%} were used"
            )
        else:
            print(f"fetched and parsed by requests and json, and not stored: {chosen.tickets / plain(url):,.0f}/s")
        lens.store.close()
    server.terminate()


if __name__ == "__main__":
    main()
