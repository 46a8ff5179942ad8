"""What many tickets take: a full run over 10,000 and 100,000 vectors, and one new ticket after its vector.

    python -m benchmarks.growth [--data FOLDER] [--tickets 10000,100000]

Vectors are those of both labelled sets, as often as it takes, each time moved to a cosine of .9 by chance. "Four
languages" moves a part of them together, as a multilingual model does. Each run has a process of its own; seconds are
on the clock, names included, models loaded and compilers warm; the peak is the kernel's, the model included. Beside
it: EVoC on the same vectors, without names, and BERTopic's placing of one new ticket.
"""

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels
from benchmarks.clustering import cached_vectors, installed, peak_mib

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "scipy", "hdbscan", "evoc", "bertopic")
SETS = ("banking77", "hwu64")
NEAR = 0.9
LANGUAGES, SHARES, OWN = ("en", "ru", "sv", "it"), (0.4, 0.3, 0.2, 0.1), 0.5
RUNS = ("TicketLens", "TicketLens, four languages", "EVoC, no names")
WARMING = 2_000
NEW = 60
BEGUN = datetime(2026, 1, 5, tzinfo=UTC)


def main() -> None:
    use_the_own_kernels()
    arguments = parse()
    if arguments.run:
        print_run(arguments.run, int(arguments.tickets), arguments.data)
        return
    print(" ".join(f"{name} {installed(name)}" for name in LIBRARIES))
    for tickets in arguments.tickets.split(","):
        print(f"\n{int(tickets):,} tickets")
        for run in RUNS:
            own = [sys.executable, "-m", "benchmarks.growth", "--data", str(arguments.data)]
            told = subprocess.run(
                [*own, "--tickets", tickets, "--run", run], capture_output=True, text=True, check=False, cwd=ROOT
            )
            print(told.stdout.rstrip() or f"  {run:28s} failed: {told.stderr.strip()[-300:]}", flush=True)
    print_new(arguments.data)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bench")
    parser.add_argument("--tickets", default="10000,100000")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    return parser.parse_args()


def print_run(run: str, count: int, data: Path) -> None:
    import numpy as np

    vectors, texts = many(count, data)
    codes = ["en"] * count
    if run == RUNS[1]:
        spoken = np.random.default_rng(1).choice(len(LANGUAGES), count, p=SHARES)
        codes = [LANGUAGES[at] for at in spoken]
        own = np.random.default_rng(2).standard_normal((len(LANGUAGES), vectors.shape[1])).astype(np.float32)
        vectors = unit(vectors + OWN * unit(own)[spoken])
    work = prepared(run, vectors, texts, codes)
    began, processor = time.perf_counter(), time.process_time()
    topics = work()
    told = f"{time.perf_counter() - began:6.1f} s ({time.process_time() - processor:6.1f} of processor)"
    print(f"  {run:28s} {told}; peak {peak_mib():6,.0f} MiB; {topics} topics")


def many(count: int, data: Path) -> tuple[Any, list[str]]:
    """Vectors (count, dimensions), unit rows, and texts."""
    import numpy as np

    files = [data / f"{name}_train.csv" for name in SETS]
    texts: list[str] = []
    rows = []
    for name, file in zip(SETS, files, strict=True):
        own = texts_of(file)
        texts += own
        rows.append(cached_vectors(name, file, own))
    known = np.concatenate(rows)
    chance = np.random.default_rng(0)
    taken = chance.permutation(np.arange(count) % len(known))
    aside = unit(chance.standard_normal((count, known.shape[1]), dtype=np.float32))
    return unit(NEAR * known[taken] + (1 - NEAR**2) ** 0.5 * aside), [texts[at] for at in taken]


def texts_of(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines)]


def unit(rows: Any) -> Any:
    import numpy as np

    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def prepared(run: str, vectors: Any, texts: Sequence[str], codes: Sequence[str]) -> Callable[[], int]:
    """The run, whose model is loaded and whose compilers have seen a small store."""
    if run == RUNS[2]:
        from evoc import EVoC

        EVoC().fit_predict(vectors[:WARMING])
        return lambda: int(EVoC().fit_predict(vectors).max()) + 1
    from clustering.embed import load
    from clustering.engine import full_run

    encode = load().encode
    full_run(vectors[:WARMING], texts[:WARMING], codes[:WARMING], encode)
    return lambda: len(full_run(vectors, texts, codes, encode).topics)


def print_new(data: Path) -> None:
    """One ticket at a time, from its vector in the store to its topic there, and BERTopic's transform of one vector."""
    from benchmarks.identity import cluster, push, workspace

    texts = texts_of(data / f"{SETS[0]}_train.csv")
    old, new = texts[NEW:], texts[:NEW]
    with tempfile.TemporaryDirectory() as folder:
        lens = workspace(Path(folder))
        push(lens, old, list(range(len(old))))
        cluster(lens)
        spent = [placed(lens, text, number) for number, text in enumerate(new)]
        print(
            f"\none new ticket beside {len(old):,} in {len(lens.store.topics())} topics, after its vector, {NEW} times"
        )
        print(f"  TicketLens, until its topic is in the store  {in_ms(spent)}")
        lens.store.close()
    try:
        print(f"  BERTopic, transform of one vector            {in_ms(bertopic_placing(data, texts))}")
    except ImportError:
        print("  BERTopic skipped, not installed (pip install -r benchmarks/requirements.txt)")


def placed(lens: Any, text: str, number: int) -> float:
    """Seconds of joining a topic, the vector being there."""
    at = BEGUN + timedelta(minutes=number)
    assert lens.push([{"id": f"new-{number}", "subject": text, "created_at": f"{at:%FT%TZ}"}]).stored == 1
    grouper = lens._grouper
    embedder = grouper.engine.load(grouper.model)
    grouper.embed(embedder, lambda done, total: None)
    began = time.perf_counter()
    grouper.assign(embedder)
    return time.perf_counter() - began


def bertopic_placing(data: Path, texts: Sequence[str]) -> list[float]:
    from bertopic import BERTopic

    vectors = cached_vectors(SETS[0], data / f"{SETS[0]}_train.csv", texts)
    model = BERTopic().fit(list(texts[NEW:]), vectors[NEW:])
    model.transform([texts[0]], vectors[:1])
    spent = []
    for number in range(NEW):
        began = time.perf_counter()
        model.transform([texts[number]], vectors[number : number + 1])
        spent.append(time.perf_counter() - began)
    return spent


def in_ms(spent: Sequence[float]) -> str:
    ordered = sorted(1_000 * one for one in spent)
    return f"median {statistics.median(ordered):5.1f} ms, 95th of 100 {ordered[int(0.95 * len(ordered))]:5.1f} ms"


if __name__ == "__main__":
    main()
