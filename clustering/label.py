"""Names for topics: the phrase that sets a topic apart (class-based TF-IDF) and lies nearest to its centre."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, log

import numpy as np

from clustering.apart import unused_name
from clustering.arrays import Floats, unit_rows
from clustering.phrases import LONGEST, Phrases, count_phrases
from clustering.stopwords import stop_words

Encode = Callable[[Sequence[str]], Floats]

SAMPLE = 300
CANDIDATES = (6, 10, 10, 8)  # of one, two, three and four words
WORDS = 8
SUBJECTS = 8
LEAST_SHARE = 0.03
LENGTH_WORTH = (-0.3, 0.0, 0.03, 0.0)
OWN_WORDS_WORTH = 0.2
SHARE_WORTH = 0.2
SUBJECT_WORTH = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class TopicTexts:
    """What a name is made from: texts of members, nearest to the centre first, their languages, and the centroid."""

    texts: Sequence[str]
    languages: Sequence[str | None]
    centroid: Floats


@dataclass(frozen=True, slots=True)
class Label:
    name: str
    words: tuple[str, ...]


def label(topics: Sequence[TopicTexts], encode: Encode) -> list[Label]:
    """One label a topic, in their order; no two names are equal, whatever the case. Earlier topics choose first."""
    counted = [_count(topic) for topic in topics]
    scores = _class_tfidf(counted)
    candidates = [
        [*_candidates(score, found), *_subjects(score, found)] for score, found in zip(scores, counted, strict=True)
    ]
    ranked = _rank(topics, candidates, scores, counted, encode)
    taken: set[str] = set()
    labels = []
    for topic, order, score, found in zip(topics, ranked, scores, counted, strict=True):
        name = unused_name([found.surface(phrase) for phrase in order], topic.texts, taken)
        labels.append(Label(name, _words(score, found)))
    return labels


def _count(topic: TopicTexts) -> Phrases:
    """Phrases of the language that most tickets have; of all languages where that one gives none."""
    known = Counter(language for language in topic.languages if language)
    main = min(known, key=lambda language: (-known[language], language)) if known else None
    pairs = zip(topic.texts, topic.languages, strict=True)
    own = [text for text, language in pairs if main is None or language in (main, None)][:SAMPLE]
    found = count_phrases(own, stop_words(main))
    return found if found.count else count_phrases(topic.texts[:SAMPLE], frozenset())


def _class_tfidf(counted: Sequence[Phrases]) -> list[dict[str, float]]:
    """tf x log(1 + A / f): tf = share of the topic's texts that hold the phrase, f = sum of these shares over all

    topics, A = their number (class-based TF-IDF, Grootendorst, 2022, on shares, so that large topics weigh no more).
    """
    overall: Counter[str] = Counter()
    for found in counted:
        for phrase, count in found.count.items():
            overall[phrase] += count / found.texts  # type: ignore[assignment]
    return [
        {phrase: count / found.texts * log(1 + len(counted) / overall[phrase]) for phrase, count in found.count.items()}
        for found in counted
    ]


def _candidates(score: dict[str, float], found: Phrases) -> list[str]:
    least = max(2, LEAST_SHARE * found.texts) if found.texts > 2 else 1
    ranked = sorted(score, key=lambda phrase: (-score[phrase], phrase))
    frequent = [phrase for phrase in ranked if found.count[phrase] >= least]
    best = [phrase for length in range(1, LONGEST + 1) for phrase in _of_length(frequent, length)]
    return best or ranked[:3]


def _subjects(score: dict[str, float], found: Phrases) -> list[str]:
    """Whole subjects made of the topic's own words: people name their problem well, and no rare word is a name."""
    least = max(2, LEAST_SHARE * found.texts)
    worth: dict[str, float] = {}
    for subject, count in found.subjects.items():
        words = [word for word in subject.split() if word in score]
        if len(words) >= 2 and all(found.count[word] >= least for word in words):
            worth[subject] = fsum(score[word] for word in words) / len(words) * (1 + log(count))
    best = sorted(worth, key=lambda subject: (-worth[subject], subject))[:SUBJECTS]
    return [subject for subject in best if subject.count(" ") >= LONGEST or subject not in found.count]


def _of_length(ranked: Sequence[str], words: int) -> list[str]:
    return [phrase for phrase in ranked if phrase.count(" ") == words - 1][: CANDIDATES[words - 1]]


def _rank(
    topics: Sequence[TopicTexts],
    candidates: Sequence[list[str]],
    scores: Sequence[dict[str, float]],
    counted: Sequence[Phrases],
    encode: Encode,
) -> list[list[str]]:
    """Each topic's candidates, best first: near its centroid, of words that are its own, and that many tickets have."""
    texts = sorted({phrase for own in candidates for phrase in own})
    place = {phrase: position for position, phrase in enumerate(texts)}
    rows = unit_rows(np.asarray(encode(texts), dtype=np.float32)) if texts else np.empty((0, 1), np.float32)
    ranked = []
    for topic, own, score, found in zip(topics, candidates, scores, counted, strict=True):
        own_words = {phrase: _own_words(phrase, score, found) / log(1 + len(topics)) for phrase in own}
        worth = {
            phrase: float(rows[place[phrase]] @ topic.centroid)
            + LENGTH_WORTH[min(phrase.count(" "), LONGEST - 1)]
            + OWN_WORDS_WORTH * own_words[phrase]
            + SHARE_WORTH * _shares(phrase, found)
            + SUBJECT_WORTH * (phrase in found.subjects)
            for phrase in own
        }
        ranked.append(sorted(own, key=lambda phrase: (-round(worth[phrase], 5), phrase)))
    return ranked


def _own_words(phrase: str, score: dict[str, float], found: Phrases) -> float:
    """What sets its words apart, summed up: a longer phrase of the topic's words says more of it."""
    return fsum(score[part] for part in _parts(phrase, found))


def _shares(phrase: str, found: Phrases) -> float:
    """The share of the topic's tickets with the phrase, and that with the rarest of its words, which may be a name."""
    rarest = min((found.count[part] for part in _parts(phrase, found)), default=0)
    return (found.count[phrase] + rarest) / max(found.texts, 1)


def _parts(phrase: str, found: Phrases) -> list[str]:
    """Its words that say something; a verb with its particle ("log in") is one."""
    words = phrase.split()
    pairs = zip(words, [*words[1:], ""], strict=True)
    parts = [word if word in found.count else f"{word} {behind}" for word, behind in pairs]
    return [part for part in parts if part in found.count]


def _words(score: dict[str, float], found: Phrases) -> tuple[str, ...]:
    single = [phrase for phrase in score if " " not in phrase and (found.count[phrase] > 1 or found.texts < 4)]
    return tuple(sorted(single, key=lambda word: (-score[word], word))[:WORDS])
