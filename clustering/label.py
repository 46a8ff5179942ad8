"""Names for topics: the phrase that sets a topic apart (class-based TF-IDF) and lies nearest to its centre."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, log

import numpy as np

from clustering.arrays import Floats, unit_rows
from clustering.phrases import LONGEST, Phrases, count_phrases
from clustering.stopwords import stop_words

Encode = Callable[[Sequence[str]], Floats]

SAMPLE = 300
CANDIDATES = (3, 5, 5, 4)  # of one, two, three and four words
WORDS = 8
SUBJECTS = 8
LONGEST_LINE = 80
LEAST_SHARE = 0.03
LENGTH_WORTH = (0.75, 1.0, 1.05, 1.0)
DISTINCTIVE_WORTH = 0.25


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
    ranked = _rank(topics, candidates, scores, encode)
    taken: set[str] = set()
    labels = []
    for topic, order, score, found in zip(topics, ranked, scores, counted, strict=True):
        name = _unused_name([found.surface(phrase) for phrase in order], _typical_line(topic.texts), taken)
        taken.add(name.casefold())
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
    """Whole subjects made of the topic's own words: people name their problem well, and no rare word is a name.

    They join `score` with the mean of their words'.
    """
    least = max(2, LEAST_SHARE * found.texts)
    mean: dict[str, float] = {}
    for subject, count in found.subjects.items():
        words = [word for word in subject.split() if word in score]
        if len(words) >= 2 and all(found.count[word] >= least for word in words):
            mean[subject] = fsum(score[word] for word in words) / len(words) * (1 + log(count))
    best = sorted(mean, key=lambda subject: (-mean[subject], subject))[:SUBJECTS]
    for subject in best:
        score.setdefault(subject, min(mean[subject], max(score.values())))
    return [subject for subject in best if subject.count(" ") >= LONGEST or subject not in found.count]


def _of_length(ranked: Sequence[str], words: int) -> list[str]:
    return [phrase for phrase in ranked if phrase.count(" ") == words - 1][: CANDIDATES[words - 1]]


def _rank(
    topics: Sequence[TopicTexts], candidates: Sequence[list[str]], scores: Sequence[dict[str, float]], encode: Encode
) -> list[list[str]]:
    """Each topic's candidates, best first: near its centroid, distinctive, and of a length that a person reads well."""
    texts = sorted({phrase for own in candidates for phrase in own})
    place = {phrase: position for position, phrase in enumerate(texts)}
    rows = unit_rows(np.asarray(encode(texts), dtype=np.float32)) if texts else np.empty((0, 1), np.float32)
    ranked = []
    for topic, own, score in zip(topics, candidates, scores, strict=True):
        top = max((score[phrase] for phrase in own), default=1.0)
        worth = {
            phrase: LENGTH_WORTH[min(phrase.count(" "), LONGEST - 1)]
            * (float(rows[place[phrase]] @ topic.centroid) + DISTINCTIVE_WORTH * score[phrase] / top)
            for phrase in own
        }
        ranked.append(sorted(own, key=lambda phrase: (-round(worth[phrase], 5), phrase)))
    return ranked


def _typical_line(texts: Sequence[str]) -> list[str]:
    """The first line nearest to the centre, such as "Category 20 / Symptom 72": where no phrase tells topics apart."""
    line = texts[0].partition("\n")[0].strip() if texts else ""
    return [line] if 0 < len(line) <= LONGEST_LINE and "[" not in line else []


def _unused_name(names: Sequence[str], typical: Sequence[str], taken: set[str]) -> str:
    """The best that no other topic has; else a typical subject, two phrases joined, a lesser one, a number."""
    names = names or ["Unnamed"]
    pairs = [f"{names[0]}, {other[:1].lower()}{other[1:]}" for other in names[1:]]
    numbered = (f"{names[0]} ({number})" for number in range(2, len(taken) + 3))
    free = [name for name in (*names[:3], *typical, *pairs, *names[3:]) if name.casefold() not in taken]
    return free[0] if free else next(name for name in numbered if name.casefold() not in taken)


def _words(score: dict[str, float], found: Phrases) -> tuple[str, ...]:
    single = [phrase for phrase in score if " " not in phrase and (found.count[phrase] > 1 or found.texts < 4)]
    return tuple(sorted(single, key=lambda word: (-score[word], word))[:WORDS])
