"""What a namer answered: a name that may stand for a topic, or why it may not. Pure.

The tickets that it saw were written by strangers, who may have told it what to answer: whatever it says is at most a
short line of plain words, and is shown as text.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence

from ticketlens.errors import TicketLensError
from ticketlens.intake.language import detect
from ticketlens.intake.visible import name_key
from ticketlens.naming.persons import Names, named_after

LONGEST = 60
LEAST_WORDS, MOST_WORDS = 2, 6
MOST_DIGITS = 3
SIGNS = frozenset(" '’‘-–—,.&/()+%!?:;\"“”«»„·")
"""What may stand in a name beside letters and digits."""

ALIKE = (
    {"sv", "no", "da"}, {"hr", "sl", "sr"}, {"cs", "sk"}, {"ru", "uk", "bg", "sr", "kk"}, {"es", "ca", "pt"},
)  # fmt: skip
"""Languages that a few words do not tell apart."""

_DENSE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Chinese and Japanese put no space between words."""

_ADDRESS = re.compile(r"\w[.:]\w|://|\bwww\b", re.IGNORECASE)
_OBJECT = re.compile(r"\{[^{}]*\}")


class BadAnswer(TicketLensError):
    """The namer's answer is no name for this topic; the text says why."""


def name_in(content: object) -> str:
    """The name in what a model wrote: its last JSON object, whatever stands around it. Raises BadAnswer."""
    for found in reversed(_OBJECT.findall(content) if isinstance(content, str) else []):
        try:
            told = json.loads(found)
        except (ValueError, RecursionError):
            continue
        name = told.get("name")
        if isinstance(name, str):
            return unicodedata.normalize("NFC", name.strip(" \"'."))
    raise BadAnswer("no name in the answer")


def checked(
    name: str,
    *,
    words: Sequence[str],
    language: str | None,
    taken: Collection[str],
    redact: Callable[[str], str],
    persons: Collection[Names] = (),
) -> str:
    """The name, where it may stand for a topic of these words. `taken` are the keys of the other topics' names;
    `persons` those whom its tickets are of."""
    if wrong := _form(name) or _private(name, words, redact, persons) or _place(name, language, taken):
        raise BadAnswer(wrong)
    return name


def _form(name: str) -> str | None:
    if not all(mark in SIGNS or unicodedata.category(mark)[0] in "LMN" for mark in name):
        return "a name with signs that are none of a name"
    if len(name) > LONGEST or len(name.split()) > MOST_WORDS:
        return "a name too long"
    if not any(mark.isalpha() for mark in name) or (len(name.split()) < LEAST_WORDS and not _DENSE.search(name)):
        return "a name too short"
    return None


def _private(name: str, words: Sequence[str], redact: Callable[[str], str], persons: Collection[Names]) -> str | None:
    """A short number passes where many tickets of the topic have it, such as that of an error."""
    if redact(name) != name or _ADDRESS.search(name):
        return "a name with an address or a number in it"
    known = {part for word in words for part in word.casefold().split()}
    if named_after(name, persons, known):
        return "a name with that of a person in it"
    for word in re.findall(r"[^\W_]*\d[^\W_]*", name):
        if word.casefold() not in known or sum(mark.isdigit() for mark in word) > MOST_DIGITS:
            return "a name with an address or a number in it"
    return None


def _place(name: str, language: str | None, taken: Collection[str]) -> str | None:
    if name_key(name) in taken:
        return "the name of another topic"
    found = detect(name)
    if language and found and found != language and not any({found, language} <= group for group in ALIKE):
        return "a name in another language"
    return None
