"""Names of topics on labelled sets: does a name hold a word of the class that most of the topic's texts are of?

    python -m benchmarks.topic_names [--data FOLDER] [--sets banking77,hwu64,xsid,sib] [--half 0] [--show 25]

Beside the names stand what one would get elsewhere from the same topics: the first phrase of c-TF-IDF (Grootendorst,
2022; phrases of one to three words, scikit-learn's stop words), and the whole text nearest to the centroid. "Within
reach" is the share of topics in which a word of the class stands in a tenth of the texts: no phrase of customers' own
words can do better than that by much. "Kept" is the share of names that stay where a tenth of each topic's texts goes.
"""

import argparse
import csv
import gzip
import re
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import use_the_own_kernels

ROOT = Path(__file__).resolve().parents[1]
SETS = {
    "banking77": "banking77_train.csv",
    "hwu64": "hwu64_train.csv",
    "xsid": "multilingual_intents.csv.gz",
    "sib": "multilingual.csv.gz",
}
FUNCTION_WORDS = frozenset(
    ["a", "an", "and", "by", "for", "from", "get", "getting", "i", "in", "into", "is", "it", "my", "not", "of", "on",
     "or", "the", "to", "up", "via", "what", "why"]
)  # fmt: skip
ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("er", ""))
HEAD = (
    f"{'':25s} topics  a word of the class: name  c-TF-IDF  nearest text  within reach  words in each     kept  alike"
)
REACHED = 0.1
DRAWS = 3


def main() -> None:
    use_the_own_kernels()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bench")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--half", type=int, choices=(0, 1), help="only every second text: the first half, or the other")
    parser.add_argument("--show", type=int, default=0, help="so many names of each set")
    arguments = parser.parse_args()
    print(HEAD)
    for name in arguments.sets.split(","):
        file = arguments.data / SETS[name]
        if file.exists():
            compare(name, file, arguments.half, arguments.show)
        else:
            print(f"{name}: skipped, {file.name} is not in the data folder")


def compare(name: str, file: Path, half: int | None, shown: int) -> None:
    from clustering.embed import load
    from clustering.engine import full_run

    texts, classes, vectors = read(name, file, half)
    embedder = load()
    found = full_run(vectors, texts, ["en"] * len(texts), embedder.encode)
    of_topic = [[texts[at] for at in members(found.labels, topic)] for topic in range(len(found.topics))]
    majority = [
        Counter(classes[at] for at in members(found.labels, topic)).most_common(1)[0][0]
        for topic in range(len(found.topics))
    ]
    ways = (
        [topic.name for topic in found.topics],
        first_phrases(of_topic),
        [texts[t.typical[0]] for t in found.topics],
    )
    shares = [mean(map(holds, names, majority)) for names in ways]
    reach = mean(is_within_reach(own, of) for own, of in zip(of_topic, majority, strict=True))
    lengths = " / ".join(f"{mean(len(one.split()) for one in names):.1f}" for names in ways)
    stays, seconds = kept(of_topic, [topic.centroid for topic in found.topics], embedder.encode)
    label = f"{name}, {len(texts):,} texts" + ("" if half is None else f" (half {half})")
    print(
        f"{label:31s} {len(majority):3d} {shares[0]:23.3f} {shares[1]:9.3f} {shares[2]:13.3f} {reach:13.3f}"
        f"  {lengths:>16s}  {stays:5.3f}  {len(majority) - len({one.casefold() for one in ways[0]}):5d}"
        f"   names {seconds:.1f} s", flush=True,
    )  # fmt: skip
    for one, phrase, of in list(zip(*ways[:2], majority, strict=True))[:shown]:
        print(f"    {'+' if holds(one, of) else ' '} {one:36s} {phrase:28s} {of}")


def read(name: str, file: Path, half: int | None) -> tuple[list[str], list[str], Any]:
    """English texts, their classes, and vectors (n, dimensions), kept in the temporary folder between runs."""
    from benchmarks.clustering import cached_vectors

    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row.get("lang", "en") == "en"]
    texts, classes = [row["text"] for row in rows], [row["label"] for row in rows]
    vectors = cached_vectors(name if file.suffix != ".gz" else f"{name}-en", file, texts)
    chosen = slice(half, None, None if half is None else 2)
    return texts[chosen], classes[chosen], vectors[chosen]


def members(labels: Any, topic: int) -> list[int]:
    import numpy as np

    found: list[int] = np.flatnonzero(labels == topic).tolist()
    return found


def first_phrases(of_topic: Sequence[Sequence[str]]) -> list[str]:
    """tf x log(1 + A / f) over topics: f the phrase's count in all, A the mean number of phrases of a topic."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(ngram_range=(1, 3), stop_words="english")
    counts = counter.fit_transform([" . ".join(texts) for texts in of_topic])
    weights = np.log(1 + counts.sum() / len(of_topic) / np.asarray(counts.sum(axis=0)).ravel())
    best = np.asarray(counts.multiply(weights).tocsr().argmax(axis=1)).ravel()
    return counter.get_feature_names_out()[best].tolist()  # type: ignore[no-any-return]


def kept(of_topic: Sequence[Sequence[str]], centroids: Sequence[Any], encode: Any) -> tuple[float, float]:
    """Share of names that stay when a tenth of the texts of every topic goes, by chance; seconds of naming all once."""
    import numpy as np

    from clustering.label import TopicTexts, label

    def names(chosen: Sequence[Sequence[str]]) -> list[str]:
        told = zip(chosen, centroids, strict=True)
        return [one.name for one in label([TopicTexts(own, ["en"] * len(own), row) for own, row in told], encode)]

    begin = time.perf_counter()
    before, seconds = names(of_topic), time.perf_counter() - begin
    chance = np.random.default_rng(7)
    draws = [
        names([[own[at] for at in sorted(chance.permutation(len(own))[: -(-9 * len(own) // 10)])] for own in of_topic])
        for _ in range(DRAWS)
    ]
    return mean(one == other for draw in draws for one, other in zip(before, draw, strict=True)), seconds


def holds(name: str, of: str) -> bool:
    return any(is_same(word, own) for word in words(name) for own in class_words(of))


def is_within_reach(texts: Sequence[str], of: str) -> bool:
    count = Counter(word for text in texts for word in words(text))
    return any(n >= REACHED * len(texts) and holds(word, of) for word, n in count.items())


@cache
def is_same(word: str, of_class: str) -> bool:
    """Equal stems, or one end of a compound: "light" of "lightoff", "date" of "datetime"."""
    ends = [part for part in (word, stem(word)) if len(part) >= 4 and len(of_class) - len(part) >= 2]
    return stem(word) == stem(of_class) or any(of_class.startswith(part) or of_class.endswith(part) for part in ends)


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]+", text)}


@cache
def class_words(of: str) -> set[str]:
    return words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", of)) - FUNCTION_WORDS


@cache
def stem(word: str) -> str:
    """A coarse one for English, enough to take "charged" for "charge" and "currencies" for "currency"."""
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


def mean(told: Any) -> float:
    values = list(told)
    return sum(values) / max(len(values), 1)


if __name__ == "__main__":
    main()
