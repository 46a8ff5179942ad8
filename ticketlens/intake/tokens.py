"""The words that both stores index for full-text search."""

import re
import unicodedata

TOKEN_CHARS = 64
"""Longest token; the rest of a longer one is left out, in index and query alike."""

_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_ACCENT = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_STROKED = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def search_tokens(text: str) -> list[str]:
    """The words of a text without case and accents ("Crème" and "CREME" are one word, so are "ё" and "е").

    A Chinese or Japanese character is a word of its own, since these are written without spaces.
    """
    words = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(_plain_letters(text))
    return [word[:TOKEN_CHARS] for word in words]


def _plain_letters(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _ACCENT.sub("", apart)).translate(_STROKED)
