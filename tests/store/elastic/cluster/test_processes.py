"""Several web processes and workers on one store: a lease has one holder, and the work of a killed one goes on."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "worker_program.py"
ROOT = Path(__file__).parents[4]
LEASE_SECONDS = 6.0
SLACK_SECONDS = 6.0
"""A turn of an idle worker and the start of its work, on a machine that has much else to do."""

COUNT = 300


@contextmanager
def worker(address: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
    arguments = [sys.executable, str(PROGRAM), address, str(folder), str(LEASE_SECONDS)]
    process = subprocess.Popen(arguments, cwd=folder, env={**kept, "PYTHONPATH": str(ROOT)}, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def steps(folder: Path, *named: str) -> list[dict[str, Any]]:
    file = folder / "steps"
    told = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [one for one in told if one["step"] in named]


def texts(noted: list[dict[str, Any]]) -> Counter[str]:
    return Counter(text for one in noted for text in one["texts"])


def push(url: str, rows: list[str]) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-ndjson"}
    call = urllib.request.Request(f"{url}/api/v1/tickets", "\n".join(rows).encode(), headers)
    with urllib.request.urlopen(call, timeout=120) as answer:
        assert answer.status == 202
        return json.load(answer)


def ask(url: str, path: str) -> Any:
    with urllib.request.urlopen(url + path, timeout=120) as answer:
        return json.load(answer)


@pytest.mark.parametrize("step", ["embed", "group"])
def test_the_work_of_a_killed_worker_is_taken_up_by_another_within_its_lease(
    address: str, rows: list[str], run_command: Any, wait_until: Callable[..., Any], tmp_path: Path, step: str
) -> None:
    (tmp_path / "tickets.ndjson").write_text("\n".join(rows[:COUNT]), encoding="utf-8")
    with run_command(address, "import", "tickets.ndjson", folder=tmp_path) as process:
        assert process.wait(timeout=120) == 0
    (tmp_path / f"hold-{step}").touch()
    with worker(address, tmp_path) as one, worker(address, tmp_path) as two:
        by_pid = {process.pid: process for process in (one, two)}
        wait_until(lambda: len(steps(tmp_path, "ready")) == 2, 60, "two workers")
        (first,) = wait_until(lambda: steps(tmp_path, step), 60, f"the first to {step}")
        time.sleep(1.5 * LEASE_SECONDS)
        assert [one["pid"] for one in steps(tmp_path, step)] == [first["pid"]], "the lease has two holders"
        by_pid[first["pid"]].kill()
        by_pid[first["pid"]].wait()
        killed_at = time.time()
        second = wait_until(lambda: steps(tmp_path, step)[1:], 60, "another that takes the work up")[0]
        (tmp_path / f"hold-{step}").unlink()
        after = second["at"] - killed_at
        assert second["pid"] != first["pid"]
        assert after < LEASE_SECONDS + SLACK_SECONDS
        count = ("export", "topics", "--format", "ndjson")

        def topics() -> str:
            with run_command(address, *count, folder=tmp_path) as process:
                return process.communicate(timeout=60)[0].strip()

        wait_until(topics, 60, "topics")
        done = texts(steps(tmp_path, "embedded"))
        assert set(done.values()) == {1}, "a text was embedded twice"
        begun = texts(steps(tmp_path, "embed"))
        assert set(begun) == set(done)
        assert max(begun.values()) == (2 if step == "embed" else 1)
    print(f"\nkilled in {step}: taken up {after:.1f} s later, the lease is {LEASE_SECONDS:.0f} s")


def test_two_web_processes_and_two_workers_embed_each_text_once_and_tell_the_same(
    address: str, rows: list[str], run_command: Any, wait_until: Callable[..., Any], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(worker(address, tmp_path))
        serve = ("serve", "--web-only", "--port", "0", "--json")
        webs = [stack.enter_context(run_command(address, *serve, folder=tmp_path)) for _ in range(2)]
        urls = [json.loads(web.stdout.readline())["url"] for web in webs]
        parts = [rows[start : start + 10] for start in range(0, COUNT, 10)]
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(push, [urls[number % 2] for number in range(len(parts))], parts))
        assert sum(one["stored"] for one in told) == COUNT

        def settled() -> bool:
            begun, done = texts(steps(tmp_path, "embed")), texts(steps(tmp_path, "embedded"))
            return begun == done and len(ask(urls[0], "/api/v1/topics")["items"]) > 0

        wait_until(settled, 90, "topics")
        time.sleep(3)
        wait_until(settled, 90, "topics")
        done = texts(steps(tmp_path, "embedded"))
        assert set(done.values()) == {1}, "a text was embedded twice"
        told = [ask(url, "/api/v1/topics") for url in urls]
        assert told[0] == told[1]
        assert ask(urls[0], "/api/v1/coverage") == ask(urls[1], "/api/v1/coverage")
        print(f"\n{len(done)} texts embedded once by {len({one['pid'] for one in steps(tmp_path, 'embed')})} workers")
