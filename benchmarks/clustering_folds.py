"""How far the quality of topics depends on the data: folds of classes and rows, and sizes of the smallest topic.

    python -m benchmarks.clustering_folds [--data FOLDER] [--sets banking77,hwu64,sib,xsid] [--others]

Settings were chosen on `even` (the classes with even numbers, in alphabetical order); `odd`, and the English texts of
SIB-200 and xSID, were not looked at while choosing. `rows` is 80 % of the rows of all classes, a quarter and an eighth
of them are smaller stores of as many problems, and "8 classes" is one of few problems with many tickets each. Each
figure is the mean over a smallest topic of 0.75, 1 and 1.25 times the rule, everything assigned to its nearest topic.
`--others` adds the defaults of BERTopic and EVoC on the same vectors, where they are installed. "Moved" is the mean of
five runs, each over all vectors moved by chance to a cosine of .9995: what differs between them is luck.
"""

import argparse
import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels
from benchmarks.clustering import ROOT, assigned, bertopic_labels, evoc_labels, vectors_path

FILES = {
    "banking77": "banking77_train.csv",
    "hwu64": "hwu64_train.csv",
    "sib": "multilingual.csv.gz",
    "xsid": "multilingual_intents.csv.gz",
}
NAMED = ("banking77", "hwu64")
MOVES, MOVED = 5, 0.03
SIZES = (0.75, 1.0, 1.25)
ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "er", "es", "s", "e", "y")


def main() -> None:
    use_the_own_kernels()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bench")
    parser.add_argument("--sets", default=",".join(FILES))
    parser.add_argument("--others", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.sets.split(","):
        file = arguments.data / FILES[name]
        if file.exists():
            compare(name, file, arguments.others)
        else:
            print(f"{name}: skipped, {file.name} is not in the data folder")


def compare(name: str, file: Path, others: bool) -> None:
    import numpy as np

    from clustering.embed import load

    texts, classes = read(file)
    embedder = load()
    vectors = cached(name, file, texts, embedder.encode)
    truth = np.unique(classes, return_inverse=True)[1]
    for fold, rows in folds(name, truth):
        own = [texts[row] for row in rows]
        print(f"{name} {fold}: {len(rows):,} texts, {len(set(truth[rows].tolist()))} classes", flush=True)
        show("TicketLens", truth[rows], [ours(vectors[rows], own, embedder.encode, size) for size in SIZES])
        if others:
            show("BERTopic", truth[rows], bertopic(vectors[rows], own))
            show("EVoC", truth[rows], evoc(vectors[rows]))
    if name in NAMED:
        print_moved(vectors, texts, truth, embedder.encode)
        print_names(vectors, texts, classes, embedder.encode)


def read(file: Path) -> tuple[list[str], list[str]]:
    whole = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    rows = [row for row in csv.DictReader(StringIO(whole.decode(), newline="")) if row.get("lang", "en") == "en"]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def cached(name: str, file: Path, texts: Sequence[str], encode: Callable[[Sequence[str]], Any]) -> Any:
    """Vectors in the temporary folder, shared with the other benchmark."""
    import numpy as np

    kept = vectors_path(name, file)
    if not kept.exists():
        np.save(kept, encode(texts))
    return np.load(kept)


def folds(name: str, truth: Any) -> Iterator[tuple[str, Any]]:
    import numpy as np

    everything = np.arange(len(truth))
    yield "all", everything
    if name in NAMED:
        yield "even", everything[truth % 2 == 0]
        yield "odd", everything[truth % 2 == 1]
        for fold, share in (("rows", 0.8), ("a quarter", 0.25), ("an eighth", 0.125)):
            chosen = np.random.default_rng(1).choice(len(truth), int(share * len(truth)), replace=False)
            yield fold, np.sort(chosen)
        few = np.random.default_rng(1).choice(truth.max() + 1, 8, replace=False)
        yield "8 classes", everything[np.isin(truth, few)]


def print_moved(vectors: Any, texts: Sequence[str], truth: Any, encode: Callable[[Sequence[str]], Any]) -> None:
    """Mean and standard deviation over runs that differ by chance alone."""
    import numpy as np
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    found = [ours(moved(vectors, seed), texts, encode, 1.0) for seed in range(MOVES)]
    ari = np.array([adjusted_rand_score(truth, labels) for labels in found])
    nmi = np.array([normalized_mutual_info_score(truth, labels) for labels in found])
    print(f"  moved: ARI {ari.mean():.3f} +- {ari.std():.3f}  NMI {nmi.mean():.3f} +- {nmi.std():.3f}", flush=True)


def moved(vectors: Any, seed: int) -> Any:
    import numpy as np

    aside = np.random.default_rng(seed).standard_normal(vectors.shape, dtype=np.float32)
    rows = vectors + MOVED * aside / np.linalg.norm(aside, axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def ours(vectors: Any, texts: Sequence[str], encode: Callable[[Sequence[str]], Any], size: float) -> Any:
    """The nearest topic of each text, with a smallest topic of `size` times the rule."""
    from clustering import topics
    from clustering.cluster import smallest_topic
    from clustering.junk import word_salad

    topics.smallest_topic = lambda tickets: max(2, round(size * smallest_topic(tickets)))
    units = topics.distinct(vectors)
    return topics.find_topics(units.rows, units.counts, lambda: encode(word_salad(texts))).nearest[units.inverse]


def bertopic(vectors: Any, texts: Sequence[str]) -> list[Any] | str:
    try:
        return [assigned(vectors, bertopic_labels(vectors, texts))]
    except ImportError as error:
        return str(error)


def evoc(vectors: Any) -> list[Any] | str:
    try:
        return [assigned(vectors, evoc_labels(vectors))]
    except ImportError as error:
        return str(error)


def show(who: str, truth: Any, labelled: list[Any] | str) -> None:
    """Means over the labellings, or why there is none."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    if isinstance(labelled, str):
        print(f"  {who:10s} - ({labelled})")
        return
    ari = [float(adjusted_rand_score(truth, labels)) for labels in labelled]
    nmi = sum(float(normalized_mutual_info_score(truth, labels)) for labels in labelled) / len(labelled)
    found = "/".join(str(len(set(labels.tolist()))) for labels in labelled)
    each = " ".join(f"{score:.3f}" for score in ari)
    print(f"  {who:10s} ARI {sum(ari) / len(ari):.3f} ({each})  NMI {nmi:.3f}  topics {found}", flush=True)


def print_names(
    vectors: Any, texts: Sequence[str], classes: Sequence[str], encode: Callable[[Sequence[str]], Any]
) -> None:
    """In how many topics the name shares a word's stem with the name of the class that most of its texts have."""
    from clustering import topics
    from clustering.cluster import smallest_topic
    from clustering.engine import full_run

    topics.smallest_topic = smallest_topic
    found = full_run(vectors, texts, ["en"] * len(texts), encode)
    members: list[Counter[str]] = [Counter() for _ in found.topics]
    for label, of in zip(found.labels.tolist(), classes, strict=True):
        if label >= 0:
            members[label][of] += 1
    held = [names_it(topic.name, own.most_common(1)[0][0]) for topic, own in zip(found.topics, members, strict=True)]
    print(f"  names with a word of the class: {sum(held)} of {len(held)} topics ({sum(held) / len(held):.0%})")


def names_it(name: str, of: str) -> bool:
    """A common stem, or one of four letters and more within a word that the set glues together ("hue_lightoff")."""
    said, wanted = stems(name), stems(of)
    return any(
        one == other or (len(one) >= 4 and one in other) or (len(other) >= 4 and other in one)
        for one in said
        for other in wanted
    )


def stems(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]+", text.lower())}


def stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


if __name__ == "__main__":
    main()
