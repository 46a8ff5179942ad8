"""The name of a topic that no other topic has, nor one that people would take for the same."""

import re
from collections.abc import Sequence

from clustering.phrases import visible

LONGEST_LINE = 80
BEST = 8
LIGHT = frozenset(["a", "an", "the", "my", "your", "our", "this", "is", "are", "was"])
WORD = re.compile(r"[\w'’]+")


def unused_name(names: Sequence[str], texts: Sequence[str], taken: set[str]) -> str:
    """The best of the names that is unlike those `taken`; else a typical subject, two phrases joined, a lesser one, a
    number. `taken` has the `sense` of each name, and gets that of this one.
    """
    names = names or ["Unnamed"]
    pairs = [f"{names[0]}, {other[:1].lower()}{other[1:]}" for other in names[1:]]
    numbered = [f"{names[0]} ({number})" for number in range(2, len(taken) + 3)]
    wanted = (*names[:BEST], *_typical_line(texts), *pairs, *names[BEST:], *numbered)
    name = next(name for name in wanted if sense(name) not in taken)
    taken.add(sense(name))
    return name


def sense(name: str) -> str:
    """Equal where a person sees no difference: "Top-up", "Top up" and "My top ups"; never empty for a name."""
    words = WORD.findall(name.casefold().replace("’", "'"))
    told = [word for word in words if word not in LIGHT] or words
    return " ".join(sorted(map(_singular, told))) or name


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word[-1] == "s" != word[-2] else word


def _typical_line(texts: Sequence[str]) -> list[str]:
    """The first line nearest to the centre, such as "Category 20 / Symptom 72": where no phrase tells topics apart."""
    line = " ".join(visible(texts[0].partition("\n")[0][: 2 * LONGEST_LINE]).split()) if texts else ""
    return [line] if 0 < len(line) <= LONGEST_LINE and "[" not in line else []
