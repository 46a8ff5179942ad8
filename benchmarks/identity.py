"""Whether topics stay: what a tenth of new tickets, another run or the same run again does to those that were there.

    python -m benchmarks.identity [--data FOLDER] [--sets banking77,hwu64]

A store of nine tenths of a labelled set is grouped; the last tenth comes, and joins by assignment; then all topics are
found anew and take effect. Beside it stands what the same run gives at best where topics have no ids: each new cluster
named by the former topic that most of its tickets were in.
"""

import argparse
import csv
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels

ROOT = Path(__file__).resolve().parents[1]
FIRST = datetime(2025, 1, 6, tzinfo=UTC)
Places = dict[str, int | None]


def main() -> None:
    use_the_own_kernels()
    arguments = parse()
    for name in arguments.sets.split(","):
        file = arguments.data / f"{name}_train.csv"
        if file.exists():
            with tempfile.TemporaryDirectory() as folder:
                measure(name, file, Path(folder))
        else:
            print(f"{name}: skipped, {file.name} is not in the data folder")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bench")
    parser.add_argument("--sets", default="banking77,hwu64")
    return parser.parse_args()


def measure(name: str, file: Path, folder: Path) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines)]
    old = [index for index in range(len(texts)) if index % 10]
    new = [index for index in range(len(texts)) if not index % 10]
    lens = workspace(folder)
    push(lens, texts, old)
    cluster(lens)
    first = places(lens)
    print(f"\n{name}: {len(old):,} tickets in {len(lens.store.topics())} topics, then {len(new):,} more")
    cluster(lens, full=True, publish=True)
    told("the same tickets again, found anew", first, places(lens))
    push(lens, texts, new)
    cluster(lens)
    joined = places(lens)
    told("a tenth of new tickets, by assignment", first, joined)
    assigned = sum(joined[str(index)] is not None for index in new)
    print(f"  {assigned / len(new):.3f} of the new ones are in a topic")
    report = cluster(lens, full=True, publish=True)
    told("the same, all topics found anew", first, places(lens))
    told(
        "beside it, without ids: clusters called after most of their tickets",
        *alike(first, places(lens)),
    )
    print(f"  {report.difference.continued} topics go on; {in_words(report)}")
    lens.store.close()


def workspace(folder: Path) -> Any:
    from clustering.standard import StandardEngine
    from ticketlens.config import load_settings
    from ticketlens.lens import Lens
    from ticketlens.store.open import open_store

    (folder / "empty.toml").touch()
    address = f"sqlite:///{folder}/identity.db"
    return Lens(open_store(address), load_settings(folder / "empty.toml", {}, {"store": address}), StandardEngine())


def push(lens: Any, texts: list[str], chosen: list[int]) -> None:
    """A ticket each half an hour."""
    for start in range(0, len(chosen), 1_000):
        rows = [
            {"id": str(index), "subject": texts[index], "created_at": f"{FIRST + timedelta(minutes=30 * index):%FT%TZ}"}
            for index in chosen[start : start + 1_000]
        ]
        assert lens.push(rows).stored == len(rows)


def cluster(lens: Any, **asked: bool) -> Any:
    return lens.cluster(step=lambda step: lambda done, total: None, **asked)


def places(lens: Any) -> Places:
    held = lens.store.assignments()
    found: Places = {}
    for source, id_ in every_key(lens):
        text = lens.store.where_are([(source, id_)])[source, id_].text
        found[id_] = held[text].topic if text in held else None
    return found


def every_key(lens: Any) -> list[tuple[str, str]]:
    return [(ticket.source, ticket.id) for ticket in lens.store.each_raw()]


def told(what: str, before: Places, after: Places) -> None:
    """Of the tickets that were in a topic, the share that is in the same one."""
    grouped = [id_ for id_, topic in before.items() if topic is not None]
    kept = sum(after[id_] == before[id_] for id_ in grouped)
    print(f"  {kept / len(grouped):.4f} of {len(grouped):,} keep their topic: {what}")


def alike(before: Places, after: Places) -> tuple[Places, Places]:
    """The later topics named by the former topic that most of their tickets were in, as a plain comparison would."""
    pairs = Counter((after[id_], topic) for id_, topic in before.items() if topic is not None)
    best: dict[int | None, int | None] = {}
    for (later, former), _ in pairs.most_common():
        best.setdefault(later, former)
    return before, {id_: best.get(topic) for id_, topic in after.items()}


def in_words(report: Any) -> str:
    from ticketlens.runs.words import in_words

    return in_words(report.difference)


if __name__ == "__main__":
    main()
