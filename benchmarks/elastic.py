"""Tickets in Elasticsearch beside SQLite: how fast they go in, how large they are, how each question grows.

    python -m benchmarks.elastic [--server URL] [--tickets 10000,100000,1000000] [--vectors N] [--keep]

Without a server given one is started from the folder beside the checkout, where there is one: one node, 1 GB of heap.
Both stores get the same prepared tickets, the same topics (the generator's truth), and the same questions. Times are
wall-clock, with server and client on the same cores.
"""

import argparse
import gc
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch

from benchmarks.million import lines, publish, questions, read, settings, store_calls, timed
from ticketlens.intake.context import ReadContext
from ticketlens.intake.prepare import Preparer
from ticketlens.intake.redact import Redactor
from ticketlens.lens import Lens
from ticketlens.metrics.periods import day_of
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.store.base import Prepared, Store
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address
from ticketlens.store.open import open_store

START = Path(__file__).resolve().parents[2] / "shared/elasticsearch/start"
PORT = 9299
DIMENSIONS = 384
VECTOR_BATCH = 1_000
GROUP = Filter(where={"group": ("tier1",)})

Spent = dict[str, float]


@contextmanager
def server(url: str | None, wanted: str) -> Iterator[str | None]:
    """The address of a server: the one named, or one that lives as long as this."""
    if url or not START.exists():
        yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        begun = [sys.executable, str(START), "--version", wanted, "--port", str(PORT), "--heap", "1g"]
        subprocess.run([*begun, "--data", folder, "--detach"], check=True, stdout=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{PORT}"
        finally:
            subprocess.run([sys.executable, str(START), "--stop", "--data", folder], check=True)


def batches(lens: Lens, count: int, texts: dict[str, set[str | None]]) -> Iterator[list[Prepared]]:
    """Prepared tickets, and in `texts` the problems of each text."""
    preparer = Preparer(Redactor(b"k" * 32, lens.settings.redaction_regions), lens.hours.clocks, day_of(lens.zone))
    context = ReadContext(now=datetime.now(UTC))
    problems: dict[str, str | None] = {}
    for batch in lines(count, problems):
        found = (read(json.loads(line), context) for line in batch)
        ready = [preparer.prepare(ticket) for ticket in found if ticket is not None]
        for one in ready:
            texts[one.text.fingerprint].add(problems.pop(one.ticket.id))
        yield ready


def fill(lenses: dict[str, Lens], count: int) -> tuple[Spent, dict[str, set[str | None]]]:
    """Seconds inside `put_tickets` of each store; the preparing is the same for both, and not counted."""
    spent: Spent = dict.fromkeys(lenses, 0.0)
    texts: dict[str, set[str | None]] = defaultdict(set)
    done = 0
    for batch in batches(next(iter(lenses.values())), count, texts):
        for name, lens in lenses.items():
            start = time.perf_counter()
            puts = lens.store.put_tickets(batch)
            spent[name] += time.perf_counter() - start
            assert all(put.stored for put in puts)
        done += len(batch)
        print(f"\r{done:,} of {count:,}", end="", flush=True)
    print()
    return spent, texts


def vectors(store: Store, texts: list[str]) -> float:
    """Random directions, which no codec packs; texts a second."""
    dice = np.random.default_rng(1)
    start = time.perf_counter()
    for first in range(0, len(texts), VECTOR_BATCH):
        names = texts[first : first + VECTOR_BATCH]
        rows = dice.standard_normal((len(names), DIMENSIONS)).astype(np.float32)
        store.put_vectors("random", names, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return len(texts) / (time.perf_counter() - start)


def size(lens: Lens) -> int:
    """Bytes on disk once the server has merged what it is going to merge."""
    if isinstance(lens.store, ElasticStore):
        client = lens.store._cluster.client
        mine = f"{lens.store._cluster.prefix}-*"
        client.options(request_timeout=3600).indices.forcemerge(index=mine, max_num_segments=1)
        client.indices.flush(index=mine)
    return int(lens.store.versions()["bytes"])


@contextmanager
def unkept(lens: Lens) -> Iterator[None]:
    """The server computes each figure anew, as after a change of the index; SQLite keeps no results anyway."""
    if not isinstance(lens.store, ElasticStore):
        yield
        return
    cluster = lens.store._cluster
    search = cluster.search

    def anew(noun: str, **body: Any) -> dict[str, Any]:
        return search(noun, **body, **({"request_cache": False} if body.get("size") == 0 else {}))

    cluster.search = anew  # type: ignore[method-assign]
    try:
        yield
    finally:
        del cluster.search  # type: ignore[method-assign]


def compare(lenses: dict[str, Lens], count: int, with_vectors: int) -> list[tuple[str, dict[str, tuple[float, float]]]]:
    spent, texts = fill(lenses, count)
    for name, lens in lenses.items():
        print(f"{name}: {count:,} tickets in at {count / spent[name]:,.0f}/s", flush=True)
        start = time.perf_counter()
        publish(lens, texts)
        print(f"{name}: a run published in {time.perf_counter() - start:.1f} s")
        print(f"{name}: {size(lens) / count:,.0f} bytes a ticket without vectors", flush=True)
    gc.collect()
    gc.freeze()  # the million texts of this benchmark itself are not to be gone through while a page is timed
    asked = {kind: questions(lens) for kind, lens in lenses.items()}
    rows = [(name, {kind: timed(asked[kind][name]) for kind in lenses}) for name in next(iter(asked.values()))]
    rows.append(("overview, its store calls", {kind: store_calls(lens, EVERYTHING) for kind, lens in lenses.items()}))
    rows.append(("one filter, its store calls", {kind: store_calls(lens, GROUP) for kind, lens in lenses.items()}))
    for kind, lens in lenses.items():
        with unkept(lens):
            rows.append(("overview, its store calls, nothing kept", {kind: store_calls(lens, EVERYTHING)}))
    for name, found in rows:
        cells = (f"   {kind} {middle:7.1f} (p95 {high:7.1f}) ms" for kind, (middle, high) in found.items())
        print(f"  {name:<30}{''.join(cells)}", flush=True)
    chosen = sorted(texts)[:with_vectors]
    for name, lens in lenses.items():
        before = size(lens)
        rate = vectors(lens.store, chosen)
        print(f"{name}: vectors in at {rate:,.0f}/s, {(size(lens) - before) / len(chosen):,.0f} bytes each", flush=True)
    return rows


def table(found: dict[int, list[tuple[str, dict[str, tuple[float, float]]]]]) -> None:
    """Medians by question and size, as docs/benchmarks.md shows them."""
    sizes = list(found)
    kinds = list(next(iter(found.values()))[0][1])
    print("| ms, median | " + " | ".join(f"{kind} {n:,}" for kind in kinds for n in sizes) + " |")
    print("|---|" + "---|" * len(kinds) * len(sizes))
    for index, (name, _) in enumerate(found[sizes[0]]):
        cells = [
            f"{told[kind][0]:,.0f}" if kind in (told := found[n][index][1]) else "" for kind in kinds for n in sizes
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="of a running Elasticsearch, such as http://127.0.0.1:9200")
    parser.add_argument("--version", default="9.2.0", help="of the server to be started")
    parser.add_argument("--tickets", default="10000,100000,1000000")
    parser.add_argument("--vectors", type=int, default=20_000)
    parser.add_argument("--keep", action="store_true", help="leave the indices there, and say their prefix")
    chosen = parser.parse_args()
    with server(chosen.server, chosen.version) as url, tempfile.TemporaryDirectory() as folder:
        if url is None:
            print("no Elasticsearch: name one by --server")
            return
        client = Elasticsearch(url)
        print(f"Elasticsearch {client.info()['version']['number']}, client {version('elasticsearch')}")
        found = {}
        for count in map(int, chosen.tickets.split(",")):
            told = settings(Path(folder) / f"{count}.db")
            prefix = f"bench-{secrets.token_hex(3)}"
            stores: dict[str, Store] = {
                "SQLite": open_store(told.store),
                "Elasticsearch": ElasticStore(Address.read(f"{url}/{prefix}")),
            }
            lenses = {name: Lens(store, told, engine=None) for name, store in stores.items()}  # type: ignore[arg-type]
            print(f"\n{count:,} tickets" + (f", prefix {prefix}" if chosen.keep else ""))
            found[count] = compare(lenses, count, min(chosen.vectors, count))
            for store in stores.values():
                store.close()
            if not chosen.keep:
                client.indices.delete(index=",".join(client.indices.get(index=f"{prefix}-*")))
        print()
        table(found)
        client.close()


if __name__ == "__main__":
    main()
