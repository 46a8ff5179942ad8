"""A server started as people start it, and a visitor with a cookie jar; both end with the test."""

import os
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

PATIENCE_SECONDS = 600.0
LINK = re.compile(r"https?://127\.0\.0\.1:\d+/sign-in/[\w-]+")


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def outside() -> dict[str, str]:
    """The environment without what would lead back into the checkout, or to somebody's settings."""
    left = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in left}
    return {name: value for name, value in kept.items() if not name.startswith("TICKETLENS_")} | {
        "PYTHONUNBUFFERED": "1"
    }


class Visitor:
    """A browser's least: cookies, redirects, an answer."""

    def __init__(self) -> None:
        self._browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, url: str) -> str:
        with self._browser.open(url, timeout=60) as answer:
            assert answer.status == 200, f"{url}: {answer.status}"
            return str(answer.read().decode("utf-8"))


class Server:
    """A command that serves. `link` is the one-time link that it printed once it answered."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.said: list[str] = []

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def link(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (line := self._lines.get(timeout=max(deadline - time.monotonic(), 0.1))) is not None:
            self.said.append(line)
            if found := LINK.search(line):
                return found[0]
        pytest.fail(f"it ended before it answered:\n{''.join(self.said)}")

    def stop(self) -> int:
        """Ends it as Ctrl+C does: every process of its group is told."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(timeout=60)


@pytest.fixture
def serve() -> Iterator[Callable[[Sequence[str], Path, Mapping[str, str]], Server]]:
    started: list[Server] = []

    def start(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Server:
        started.append(Server(command, folder, environment))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def pages() -> Callable[[Visitor, str], dict[str, str]]:
    """Signs in by a one-time link and fetches what a first visitor sees: address -> text."""

    def read(visitor: Visitor, link: str) -> dict[str, str]:
        base = link.partition("/sign-in/")[0]
        seen = {"/": visitor.get(link)}
        for path in ("/topics", "/trends", "/tickets", "/readyz", "/api/v1/coverage"):
            seen[path] = visitor.get(base + path)
        for style in re.findall(r'(?:href|src)="(/static/[^"]+)"', seen["/"]):
            seen[style] = visitor.get(base + style)
        return seen

    return read
