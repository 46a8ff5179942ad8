"""A customer's full name where it stands in the texts of their own tickets."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ticketlens.intake.finding import Finder, Finding

SHORTEST, MOST_WORDS = 2, 4
REMEMBERED = 4_096
_WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
_PARTED = re.compile(rf"{_WORD}(?:[ .,_+-]+{_WORD}){{1,{MOST_WORDS - 1}}}")


@lru_cache(REMEMBERED)
def own_name(person: str | None) -> Finder | None:
    """Finds first and last name side by side, in either order, of "Maria Lind" or of "maria.lind@example.com".

    None where the person has no full name: one word alone may be any word of the language.
    """
    told = _PARTED.fullmatch((person or "").partition("@")[0].strip())
    if told is None:
        return None
    words = re.findall(_WORD, told[0])
    first, last = words[0].casefold(), words[-1].casefold()
    if min(len(first), len(last)) < SHORTEST or first == last:
        return None
    between = r"(?:[^\S\n]+[^\W\d_]+\.?)?[^\S\n]*[ .,_-][^\S\n]*"
    either = "|".join(rf"{re.escape(one)}{between}{re.escape(other)}" for one, other in ((first, last), (last, first)))
    pattern = re.compile(rf"(?<![\w@])(?:{either})(?![\w@])", re.IGNORECASE)
    value = " ".join(sorted((first, last)))

    def find(text: str) -> Iterator[Finding]:
        if first in text.casefold():
            for match in pattern.finditer(text):
                yield Finding("name", match.start(), match.end(), value)

    return find
