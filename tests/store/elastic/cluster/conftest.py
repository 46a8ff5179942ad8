"""A real cluster of three nodes, started for this folder alone, that tests may kill nodes of."""

import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import pytest
from elasticsearch import Elasticsearch

from ticketlens.demo.generator import generate
from ticketlens.model.wire import ticket_to_row

ROOT = Path(__file__).parents[4]
START = "TICKETLENS_TEST_ES_START"
TICKETS = int(os.environ.get("TICKETLENS_TEST_KILL_TICKETS", "50000"))
NODES = 3
TRANSPORT = 100
"""Nodes speak to each other at their HTTP port and this."""

UNTIL = datetime(2026, 11, 18, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


class Checksum(NamedTuple):
    """How many tickets there are, and the SHA-256 over (source, id, digest of the version) of each, in order."""

    tickets: int
    sha256: str

    @classmethod
    def over(cls, rows: Iterator[tuple[str, str, str]]) -> "Checksum":
        told = sorted(rows)
        return cls(len(told), hashlib.sha256(json.dumps(told).encode()).hexdigest())


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """What the condition gives once it is true."""
    last = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < last, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.1)
    return found


def environment(**more: str) -> dict[str, str]:
    """Without settings of ours; with this Python first, which may know a Java."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
    paths = os.pathsep.join([str(Path(sys.executable).parent), own.get("PATH", "")])
    return {**own, "PATH": paths, "PYTHONPATH": str(ROOT), **more}


def command(store: str, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    """`ticketlens --store STORE …` in a process of its own."""
    program = [sys.executable, "-m", "ticketlens", "--store", store, *arguments]
    return subprocess.Popen(
        program, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def is_free(port: int) -> bool:
    with closing(socket.socket()) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return tried.connect_ex(("127.0.0.1", port)) != 0


def free_ports() -> int:
    """The first of three ports in a row that are free, as are those for the nodes themselves."""
    for first in range(9460, 9990, 10):
        if all(is_free(first + n + more) for n in range(NODES) for more in (0, TRANSPORT)):
            return first
    raise AssertionError("no ports are free")


def pids_in(folder: Path) -> list[int]:
    """Of the nodes that the script started there, in their order."""
    file = folder / "pids"
    return [int(one) for one in file.read_text().split()] if file.exists() else []


class ThreeNodes:
    """Nodes 0 to 2 by the start script, in `folder`; what it started it ends."""

    def __init__(self, start: str, folder: Path) -> None:
        self.start, self.folder, self.port = start, folder, free_ports()
        self.urls = [f"http://127.0.0.1:{self.port + n}" for n in range(NODES)]
        self.client = Elasticsearch(self.urls, max_retries=10, retry_on_timeout=True, request_timeout=60)
        self._run("--nodes", str(NODES))

    def address(self, prefix: str) -> str:
        return f"{','.join(self.urls)}/{prefix}".replace(",http://", ",")

    def _run(self, *arguments: str) -> None:
        told = ["--port", str(self.port), "--heap", "512m", "--data", str(self.folder), "--detach", *arguments]
        done = subprocess.run([self.start, *told], env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout

    def kill(self, node: int) -> None:
        os.kill(pids_in(self.folder)[node], signal.SIGKILL)

    def start_again(self, node: int) -> None:
        self._run("--nodes", str(NODES), "--node", str(node))

    def green(self) -> None:
        """Every copy of every index is there again."""
        health = self.client.options(request_timeout=200).cluster.health
        told = health(wait_for_status="green", wait_for_nodes=str(NODES), timeout="180s")
        assert told["status"] == "green", told

    def count(self, prefix: str) -> int:
        """Tickets by now, as searches see them; 0 while there is no index."""
        found = self.client.options(ignore_status=[404, 503]).count(index=f"{prefix}-tickets")
        return int(found.body.get("count", 0)) if isinstance(found.body, dict) else 0

    def master(self) -> int:
        return self._number(self.client.cat.master(format="json")[0]["node"])

    def holder(self, prefix: str) -> int:
        """The node that has the primary shard of the tickets."""
        shards = self.client.cat.shards(index=f"{prefix}-tickets", format="json")
        return self._number(next(shard["node"] for shard in shards if shard["prirep"] == "p"))

    def checksum(self, prefix: str, node: int | None = None) -> Checksum:
        """Of the tickets, from the copy on `node` where it has one; every raw text that they name is there."""
        self.client.indices.refresh(index=f"{prefix}-*")
        prefer = None if node is None else f"_prefer_nodes:{self._id(node)}"
        hits = list(self._scan(f"{prefix}-tickets", ["source", "id", "digest", "raw"], prefer))
        raws = {hit["_id"] for hit in self._scan(f"{prefix}-raw", [], prefer)}
        told = [hit["_source"] for hit in hits]
        assert {one["raw"] for one in told} <= raws, "a ticket has no raw text"
        assert len({(one["source"], one["id"]) for one in told}) == len(told), "a ticket is there twice"
        return Checksum.over((one["source"], one["id"], one["digest"]) for one in told)

    def _scan(self, index: str, fields: list[str], prefer: str | None) -> Iterator[dict[str, Any]]:
        told: dict[str, Any] = {"index": index, "size": 5000, "sort": ["source", "id"], "source_includes": fields}
        told |= {"preference": prefer} if prefer else {}
        while True:
            page = self.client.search(allow_partial_search_results=False, **told)["hits"]["hits"]
            yield from page
            if not page:
                return
            told["search_after"] = page[-1]["sort"]

    def _id(self, node: int) -> str:
        found = self.client.cat.nodes(h="id,name", full_id=True, format="json")
        return next(one["id"] for one in found if one["name"] == f"node{node}")

    @staticmethod
    def _number(name: str) -> int:
        return int(name.removeprefix("node"))


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeNodes]:
    if not os.environ.get(START):
        pytest.skip(f"{START} names no script that starts a cluster")
    folder = tmp_path_factory.mktemp("cluster")
    try:
        nodes = ThreeNodes(os.environ[START], folder)
        nodes.green()
        yield nodes
        nodes.client.close()
    finally:
        for pid in pids_in(folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def prefix() -> str:
    return f"kill-{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def rows() -> list[str]:
    """Demo tickets, a line of NDJSON each."""
    made = (one.ticket for one in generate(TICKETS + TICKETS // 100 + 10, seed=7, until=UNTIL))
    texted = (one for one in made if one.subject.strip() or one.body.strip())
    return [json.dumps(ticket_to_row(one), ensure_ascii=False) for one in islice(texted, TICKETS)]


@pytest.fixture(scope="session")
def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str]], Checksum]:
    """The checksum of the same rows imported into SQLite; kept, since imports of many take long."""
    kept: dict[int, Checksum] = {}

    def imported(rows: list[str]) -> Checksum:
        folder = tmp_path_factory.mktemp("sqlite")
        (folder / "tickets.ndjson").write_text("\n".join(rows), encoding="utf-8")
        process = command("sqlite:///lens.db", "import", "tickets.ndjson", "--json", folder=folder)
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, out + err
        with closing(apsw.Connection(str(folder / "lens.db"))) as connection:
            return Checksum.over(iter(list(connection.execute("SELECT source, id, digest FROM tickets"))))

    return lambda rows: kept.get(len(rows)) or kept.setdefault(len(rows), imported(rows))


@pytest.fixture
def run_command() -> Callable[..., Any]:
    """`with run_command(store, "import", …, folder=…) as process`: it is ended with the block."""

    @contextmanager
    def running(store: str, *arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
        process = command(store, *arguments, folder=folder)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    return running


@pytest.fixture
def wait_until() -> Callable[[Callable[[], Any], float, str], Any]:
    return until
