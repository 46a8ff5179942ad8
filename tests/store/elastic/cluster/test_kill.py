"""A node of three dies by SIGKILL: nothing acknowledged is lost, nothing is there twice, and no command fails."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

PER_SECOND = 50
SECONDS = 20
SENDERS = 8
ANSWER_WITHIN = 180.0
AT_ONCE = 5
"""Every fifth call brings that many tickets, as NDJSON; the others bring one."""


@pytest.mark.parametrize("victim", ["first named", "holder of the tickets"])
def test_an_import_ends_with_0_and_every_ticket_once_though_a_node_is_killed(
    three: Any, prefix: str, rows: list[str], in_sqlite: Any, run_command: Any, wait_until: Any, tmp_path: Path,
    victim: str,
) -> None:  # fmt: skip
    expected = in_sqlite(rows)
    assert expected.tickets == len(rows)
    (tmp_path / "tickets.ndjson").write_text("\n".join(rows), encoding="utf-8")
    began = time.monotonic()
    with run_command(three.address(prefix), "import", "tickets.ndjson", "--json", folder=tmp_path) as process:
        wait_until(lambda: process.poll() is not None or three.count(prefix) > len(rows) // 3, 600, "a third")
        assert process.poll() is None, process.communicate()
        node = 0 if victim == "first named" else three.holder(prefix)
        was_master = node == three.master()
        killed_at = time.monotonic() - began
        three.kill(node)
        out, err = process.communicate(timeout=900)
    took = time.monotonic() - began
    assert process.returncode == 0, out + err
    told = json.loads(out)
    assert (told["received"], told["stored"], told["unchanged"]) == (len(rows), len(rows), 0), told
    assert three.checksum(prefix) == expected
    three.start_again(node)
    three.green()
    back_at = time.monotonic() - began
    assert [three.checksum(prefix, node=one) for one in range(3)] == [expected] * 3
    print(
        f"\nimport of {len(rows):,}: node{node}{' (master)' if was_master else ''} killed after {killed_at:.1f} s, "
        f"done after {took:.1f} s, green again with it after {back_at:.1f} s, SHA-256 {expected.sha256[:16]}"
    )


@dataclass
class Senders:
    """Calls of POST /api/v1/tickets at a steady rate; each is repeated, under its key, until it is answered 202."""

    url: str
    token: str
    calls: Queue[tuple[float, str, bytes]] = field(default_factory=Queue)
    answers: list[dict[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def run(self, bodies: list[bytes], during: Callable[[], None]) -> None:
        began = time.monotonic()
        for number, body in enumerate(bodies):
            self.calls.put((began + number / PER_SECOND, f"key {number}", body))
        threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        during()
        for thread in threads:
            thread.join(ANSWER_WITHIN + SECONDS)

    def _send_all(self) -> None:
        while True:
            try:
                at, key, body = self.calls.get_nowait()
            except Empty:
                return
            time.sleep(max(0.0, at - time.monotonic()))
            self._send(key, body)

    def _send(self, key: str, body: bytes) -> None:
        began = time.monotonic()
        while time.monotonic() < began + ANSWER_WITHIN:
            status, told = self._try(key, body)
            if status == 202:
                self.answers.append(told)
                self.waits.append(time.monotonic() - began)
                return
            kind = str(status or told)
            self.refused[kind] = self.refused.get(kind, 0) + 1
            if status not in (None, 409, 429, 503):
                break
            time.sleep(0.2)
        self.errors.append(f"{key}: {status} {told}")

    def _try(self, key: str, body: bytes) -> tuple[int | None, Any]:
        headers = {
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": key,
            "Authorization": f"Bearer {self.token}",
        }
        call = urllib.request.Request(f"{self.url}/api/v1/tickets", body, headers)
        try:
            with urllib.request.urlopen(call, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return None, type(error).__name__


def _bodies(rows: list[str]) -> tuple[list[bytes], list[str]]:
    """What is sent, call by call, and all rows in it."""
    bodies, used = [], 0
    while len(bodies) < PER_SECOND * SECONDS:
        size = AT_ONCE if len(bodies) % 5 == 0 else 1
        bodies.append("\n".join(rows[used : used + size]).encode())
        used += size
    return bodies, rows[:used]


@pytest.mark.parametrize("victim", ["holder of the tickets", "master"])
def test_what_the_api_answered_with_202_is_there_once_though_a_node_is_killed(
    three: Any, prefix: str, rows: list[str], in_sqlite: Any, run_command: Any, wait_until: Any, tmp_path: Path,
    victim: str,
) -> None:  # fmt: skip
    bodies, sent = _bodies(rows)
    expected = in_sqlite(sent)
    named = ("token", "add", "pusher", "--role", "lead", "--json")
    with run_command(three.address(prefix), *named, folder=tmp_path) as process:
        token = json.loads(process.communicate(timeout=120)[0])["token"]
    with run_command(three.address(prefix), "serve", "--web-only", "--port", "0", "--json", folder=tmp_path) as process:
        senders = Senders(json.loads(process.stdout.readline())["url"], token)
        killed: list[int] = []

        def kill_midway() -> None:
            wait_until(lambda: len(senders.answers) > len(bodies) // 3, 120, "a third of the answers")
            killed.append(three.holder(prefix) if victim != "master" else three.master())
            three.kill(killed[0])

        began = time.monotonic()
        senders.run(bodies, kill_midway)
        took = time.monotonic() - began
    assert not senders.errors
    assert len(senders.answers) == len(bodies)
    counts = {name: sum(answer[name] for answer in senders.answers) for name in ("received", "stored", "unchanged")}
    assert counts["received"] == counts["stored"] + counts["unchanged"] == len(sent)
    assert three.checksum(prefix) == expected
    three.start_again(killed[0])
    three.green()
    assert [three.checksum(prefix, node=one) for one in range(3)] == [expected] * 3
    waits = sorted(senders.waits)
    print(
        f"\npushes: {len(bodies):,} calls with {len(sent):,} tickets in {took:.1f} s, {counts}, "
        f"not now: {senders.refused}, wait p50 {waits[len(waits) // 2]:.2f} s, "
        f"p99 {waits[len(waits) * 99 // 100]:.2f} s, longest {waits[-1]:.2f} s"
    )
