"""The themes that topics are in now, and what to call them. Pure.

A theme's name is not kept: it follows from the words of its topics, unless a person gave it one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log

from ticketlens.edits.shape import Shape
from ticketlens.intake.visible import name_key
from ticketlens.model.theme import Theme
from ticketlens.model.topic import Topic

FEWEST = 2
SHARED = 0.5
"""The least share of a theme's topics that have a word which the theme is called after."""

WORDS = 2
STEM = 4
JOINT = " · "


def themes(topics: Iterable[Topic], shape: Shape) -> dict[int, Theme]:
    """Themes of at least two of these topics, by number; those that ended are looked past."""
    alive = [topic for topic in topics if not topic.retired]
    groups: dict[int, list[Topic]] = defaultdict(list)
    for topic in alive:
        if topic.theme is not None:
            groups[topic.theme].append(topic)
    rarity = _rarity(alive)
    taken = {name_key(name) for name in (*(topic.name for topic in alive), *shape.themes.values())}
    found: dict[int, Theme] = {}
    for number, own in sorted(groups.items()):
        if len(own) >= FEWEST:
            label = _label(own, rarity, taken)
            taken.add(name_key(label))
            found[number] = Theme(number, shape.themes.get(number, label), label, tuple(topic.id for topic in own))
    return found


def _rarity(topics: Sequence[Topic]) -> dict[str, float]:
    """By word log(1 + topics / those that have it)."""
    counts = Counter(word for topic in topics for word in _words(topic))
    return {word: log(1 + len(topics) / n) for word, n in counts.items()}


def _words(topic: Topic) -> dict[str, float]:
    """A topic's words with how much each says of it: more to the front, and twice where its name has it."""
    named = {word.strip(".,:;!?'\"()").casefold() for word in topic.name.split()}
    told = {word.casefold(): 1 / (1 + at / 4) for at, word in enumerate(topic.words)}
    return {word: worth * (2 if word in named else 1) for word, worth in told.items()}


def _label(topics: Sequence[Topic], rarity: Mapping[str, float], taken: set[str]) -> str:
    """The words that most of its topics share, else those of its first ones; no name that another has."""
    worth: Counter[str] = Counter()
    having: Counter[str] = Counter()
    for topic in topics:
        for word, told in _words(topic).items():
            worth[word] += told * rarity[word]  # type: ignore[assignment]
            having[word] += 1
    least = max(FEWEST, SHARED * len(topics))
    ranked = sorted(worth, key=lambda word: (having[word] < least, -having[word] * worth[word], word))
    words = _unlike(ranked) or [topics[0].name.casefold()]
    shared = max(1, sum(having[word] >= least for word in words[:WORDS]))
    choices = [JOINT.join(words[:n]) for n in range(shared, len(words) + 1)]
    numbered = (f"{choices[0]} ({number})" for number in range(2, len(taken) + 3))
    name = next(name for name in (*choices, *numbered) if name_key(name) not in taken)
    return name[:1].upper() + name[1:]


def _unlike(ranked: Sequence[str]) -> list[str]:
    """Without words that are another form of one before them, such as "lights" after "light"."""
    kept: list[str] = []
    for word in ranked:
        if not any(_one_stem(word, other) for other in kept):
            kept.append(word)
    return kept


def _one_stem(word: str, other: str) -> bool:
    shortest = min(len(word), len(other))
    return word == other or (shortest >= STEM and word[: max(STEM, shortest - 1)] == other[: max(STEM, shortest - 1)])
