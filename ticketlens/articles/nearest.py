"""Which article is nearest to which topic: cosines between the middles of topics and the texts of articles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ticketlens.model.article import Article
from ticketlens.model.topic import Topic

Vectors = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """An article is about a topic where their cosine is at least `least`, and at most `within` below the greatest
    cosine that the article has with any topic: one about a neighbouring problem is nearer to that one."""

    least: float
    within: float

    @property
    def worth_a_look(self) -> float:
        """The cosine from which on an article that is about something else is still told as near."""
        return self.least - self.within


RULES = {"all-MiniLM-L6-v2": Rule(0.60, 0.15), "multilingual-e5-small": Rule(0.91, 0.02)}
"""By the model that made both vectors; docs/articles.md says how they were measured."""

UNMEASURED = RULES["all-MiniLM-L6-v2"]


@dataclass(frozen=True, slots=True)
class Near:
    """An article, the cosine between its text and the middle of a topic, whether it is about the topic, and whether it
    is near enough to be worth a look."""

    article: Article
    cosine: float
    about: bool
    near: bool = True


@dataclass(frozen=True, slots=True)
class Pages:
    """Published articles and their unit rows (n, d), of those that have a vector; `waiting` is how many have none."""

    articles: tuple[Article, ...]
    vectors: Vectors
    rule: Rule
    waiting: int = 0

    @property
    def count(self) -> int:
        return len(self.articles) + self.waiting

    def nearest(self, topics: Sequence[Topic]) -> dict[int, Near]:
        """Topic -> its nearest article, however far; `topics` are all that there are.

        One that is about the topic wins, and among those one in the topic's language.
        """
        fit, cosines = self._cosines(topics)
        about = self._about(cosines)
        return {topic.id: self._best(topic, cosines[row], about[row]) for row, topic in enumerate(fit)}

    def unmet(self, topics: Sequence[Topic]) -> tuple[Article, ...]:
        """Articles that are about none of the topics."""
        about = self._about(self._cosines(topics)[1])
        return tuple(one for at, one in enumerate(self.articles) if not about[:, at].any())

    def _cosines(self, topics: Sequence[Topic]) -> tuple[list[Topic], Vectors]:
        """The topics that can be compared, and their cosines (topics, articles)."""
        fit = [topic for topic in topics if topic.centroid and len(topic.centroid) == 4 * self.vectors.shape[1]]
        if not fit or not self.articles:
            return [], np.zeros((0, len(self.articles)), np.float32)
        return fit, np.stack([np.frombuffer(topic.centroid, dtype="<f4") for topic in fit]) @ self.vectors.T

    def _about(self, cosines: Vectors) -> Flags:
        if not len(cosines):
            return np.zeros(cosines.shape, bool)
        greatest: Vectors = np.max(cosines, axis=0)
        return np.logical_and(cosines >= self.rule.least, cosines >= greatest - self.rule.within)

    def _best(self, topic: Topic, cosines: Vectors, about: Flags) -> Near:
        """Of equal ones the first."""
        own = np.array([_same(topic.language, one.language) for one in self.articles])
        order = np.lexsort((-cosines, ~(about & own), ~about))
        at = int(order[0])
        return Near(
            self.articles[at],
            round(float(cosines[at]), 6),
            bool(about[at]),
            bool(cosines[at] >= self.rule.worth_a_look),
        )


def rule_of(model: str) -> Rule:
    """The rule for a key of vectors such as "all-MiniLM-L6-v2:float32"."""
    return RULES.get(model.partition(":")[0], UNMEASURED)


def _same(language: str | None, other: str | None) -> bool:
    return bool(language and other) and str(language).lower().partition("-")[0] == other
