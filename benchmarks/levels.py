"""What lies below and above topics, on labelled sets: how topics fall apart, and how themes agree with a level above.

    python benchmarks/levels.py [--data FOLDER] [--sets hwu64,banking77]

Below: unions of a class with one to three of its five nearest classes, whose parts should be the classes again; and
single classes, of which many have parts of their own. Above: a label such as alarm_set is of the scenario alarm.
"""

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DRAWN = 12
NEAR = 5


def main() -> None:
    sys.path[0] = str(ROOT)  # in place of this folder, which has a file with the name of the package
    from benchmarks import use_the_own_kernels
    from benchmarks.clustering import cached_vectors, parse

    use_the_own_kernels()
    import numpy as np

    arguments = parse()
    for name in arguments.sets.split(","):
        file = arguments.data / f"{name}_train.csv"
        if not file.exists():
            print(f"{name}: skipped, {file.name} is not in the data folder")
            continue
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        texts, labels = [row["text"] for row in rows], np.array([row["label"] for row in rows])
        print(f"\n{name}: {len(texts):,} texts, {len(set(labels.tolist()))} labels", flush=True)
        vectors = cached_vectors(name, file, texts)
        for classes in (1, 2, 3, 4):
            print_parts(vectors, texts, labels, classes)
        print_themes(vectors, texts, labels)


def print_parts(vectors: Any, texts: Sequence[str], labels: Any, classes: int) -> None:
    import numpy as np
    from sklearn.metrics import adjusted_rand_score

    from benchmarks.clustering import timed
    from clustering.arrays import unit_rows
    from clustering.parts import parts

    names = np.unique(labels)
    middles = unit_rows(np.stack([vectors[labels == name].mean(axis=0) for name in names]))
    near, dice = np.argsort(-(middles @ middles.T), axis=1), np.random.default_rng(5)
    found, scores, seconds = [], [], []
    for one in dice.choice(len(names), DRAWN, replace=False):
        others = near[one, 1 : NEAR + 1][np.sort(dice.choice(NEAR, classes - 1, replace=False))]
        own = np.flatnonzero(np.isin(labels, names[[one, *others]]))
        spent, parted = timed(lambda own=own: parts(vectors[own], [texts[at] for at in own], ["en"] * len(own)))
        found.append(len(parted.topics))
        scores.append(adjusted_rand_score(labels[own], parted.labels))
        seconds.append(spent)
    apart = sum(n > 0 for n in found)
    agreed = f", ARI {np.mean(scores):.2f}" if classes > 1 else ""
    print(f"  {classes} classes: {apart} of {DRAWN} fall apart, into {sorted(found)}{agreed}; {np.mean(seconds):.2f} s")


def print_themes(vectors: Any, texts: Sequence[str], labels: Any) -> None:
    import numpy as np
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    from clustering.embed import load
    from clustering.engine import full_run
    from clustering.themes import themes

    grouping = full_run(vectors, texts, ["en"] * len(texts), load().encode)
    found = themes(np.stack([draft.centroid for draft in grouping.topics]))
    scenarios = [_most(labels[grouping.labels == topic]) for topic in range(len(found))]
    inside = np.flatnonzero(found >= 0)
    told = [scenarios[topic] for topic in inside], found[inside].tolist()
    agreeing = sum(Counter(np.array(told[0])[found[inside] == n]).most_common(1)[0][1] for n in set(told[1]))
    print(
        f"  {len(set(told[1]))} themes of {len(inside)} of {len(found)} topics; {agreeing} of these have the scenario "
        f"that most of their theme have; NMI {normalized_mutual_info_score(*told):.3f}  "
        f"ARI {adjusted_rand_score(*told):.3f}"
    )


def _most(labels: Any) -> str:
    return Counter(label.partition("_")[0] for label in labels.tolist()).most_common(1)[0][0]


if __name__ == "__main__":
    main()
