"""Phrases of one to four words as people wrote them, without pseudonyms, addresses, numbers and file names."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ticketlens.intake.visible import BLANK_LETTERS

LONGEST = 4
LONGEST_SUBJECT = 6
MOST_WORDS = 40
MOST_CHARS = 2_000

NOISE = re.compile(
    r"\[[^\]\n]{1,60}\]|<[^>\n]{1,200}>"  # pseudonyms, tags
    r"|\S+@\S+|\b\w+://\S+|\bwww\.\S+"  # addresses
    r"|\S*[/\\_]\S*"  # paths, names in code
)
BREAK = re.compile(r"[^\w\s'’\-]+|\s-+\s|\n")
LETTER = re.compile(r"[^\W\d_]")
DIGIT = re.compile(r"\d")
SPACE = re.compile(r"[^\S\n]")
PARTICLES = frozenset(["in", "up", "out", "off", "back", "on", "down"])
PLACES = frozenset(["in", "on"])
PHRASAL = frozenset(
    [
        "log",
        "logged",
        "logging",
        "sign",
        "signed",
        "signing",
        "top",
        "topped",
        "topping",
        "set",
        "setting",
        "check",
        "back",
        "lock",
        "locked",
        "shut",
        "turn",
        "switch",
        "call",
        "pay",
        "opt",
        "cash",
        "fill",
        "pick",
        "sync",
    ]
)


@dataclass(slots=True)
class Phrases:
    """In how many texts each phrase occurs (lower case), and each way of writing it."""

    texts: int = 0
    count: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    capitals: dict[str, set[str]] = field(default_factory=dict)
    """The ways of writing a phrase that are not its own, in lower case."""
    subjects: Counter[str] = field(default_factory=Counter)
    """Whole subjects of two to six words that are nothing but words, by how many texts have them."""

    def surface(self, phrase: str) -> str:
        """The most frequent way of writing, first letter capital; capitals throughout are lowered."""
        forms: list[str] = [phrase, *self.capitals.get(phrase, ())]
        best: str = min(forms, key=lambda form: (-self.written[form], form))
        if best.isupper() and (len(best) > 4 or " " in best):
            best = best.lower()
        return best[:1].upper() + best[1:]


def count_phrases(texts: Iterable[str], stop: frozenset[str]) -> Phrases:
    """Each phrase counts once a text."""
    found = Phrases()
    for text in map(visible, texts):
        found.texts += 1
        own: dict[str, str] = {}
        for form in _phrases(text, stop):
            own.setdefault(form.lower(), form)
        found.count.update(own.keys())
        if subject := _whole_subject(text):
            found.subjects[subject.lower()] += 1
            own.setdefault(subject.lower(), subject)
        found.written.update(own.values())
        for phrase, form in own.items():
            if form != phrase:
                found.capitals.setdefault(phrase, set()).add(form)
    return found


def visible(text: str) -> str:
    """The beginning of a text without signs that nobody sees, such as those that steer the direction of writing."""
    text = text[:MOST_CHARS].translate(BLANK_LETTERS)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(mark for mark in SPACE.sub(" ", text) if mark == "\n" or mark.isprintable())


def _whole_subject(text: str) -> str | None:
    """The first line of a text that has more, if it is one plain clause."""
    subject, newline, body = text.partition("\n")
    if not newline or not body.strip() or len(subject) > 80:
        return None
    clauses = [clause for clause in _clauses(subject) if clause]
    plain = re.sub(r"[\W_]+$", "", subject.strip()).replace("’", "'")
    if len(clauses) != 1 or not 2 <= len(clauses[0]) <= LONGEST_SUBJECT or " ".join(clauses[0]) != plain:
        return None
    return plain


def _phrases(text: str, stop: frozenset[str]) -> Iterator[str]:
    for clause in _clauses(text):
        lower = [word.lower() for word in clause]
        for start in range(len(clause)):
            if lower[start] in stop or (start and lower[start - 1] == "how"):
                continue
            for end in range(start + 1, min(start + LONGEST, len(clause)) + 1):
                if _ends_well(lower, start, end, stop):
                    yield " ".join(clause[start:end])


def _ends_well(words: list[str], start: int, end: int, stop: frozenset[str]) -> bool:
    """Not on a function word, but with the particle of a verb ("log in", "turn the light off"), which is not left

    behind either.
    """
    if end - start > 1 and _phrasal(words, start, end - 1):
        return True
    return words[end - 1] not in stop and not (end < len(words) and _phrasal(words, start, end))


def _phrasal(words: list[str], start: int, position: int) -> bool:
    """Whether a particle of a verb stands here: right behind the verb, or behind what a phrase from `start` says of

    it ("turn the light off"). There "in" and "on" must end the clause: "log a ticket in the portal".
    """
    word = words[position]
    if word not in PARTICLES:
        return False
    if words[position - 1] in PHRASAL:
        return True
    return words[start] in PHRASAL and (word not in PLACES or position == len(words) - 1)


def _clauses(text: str) -> Iterator[list[str]]:
    """Runs of words between punctuation; what is not a word breaks a run as well."""
    left = MOST_WORDS
    for part in BREAK.split(NOISE.sub(" | ", text)):
        run: list[str] = []
        for raw in part.split():
            word = raw.strip("'’-").replace("’", "'")
            left -= 1
            if _is_word(word):
                run.append(word)
            else:
                yield run
                run = []
            if left <= 0:
                break
        yield run
        if left <= 0:
            return


@lru_cache(maxsize=100_000)
def _is_word(word: str) -> bool:
    """Letters; with digits only when short (2FA, mp3): longer mixtures are ids, and so is a letter with a number."""
    if not DIGIT.search(word):
        return len(word) <= 30 and bool(LETTER.search(word))
    return len(word) <= 4 and len(LETTER.findall(word)) > 1
