"""Names and notes that people give: without signs that nobody sees, and equal where they look equal."""

import unicodedata
from collections.abc import Iterator

BLANK_LETTERS = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"))
"""Letters and symbols that are drawn as nothing."""

JOINERS = "\u200c\u200d"
"""Some scripts and emoji need them between two of their signs."""

SHAPES = dict.fromkeys([*map(ord, JOINERS), *range(0xFE00, 0xFE10)])
"""What makes another shape of a sign, and no other sign."""


def one_line(text: str) -> str:
    """On one line, in composed letters (NFC), without format and control characters; empty where nothing is seen."""
    return _if_seen(" ".join("".join(_marks(text.translate(BLANK_LETTERS), breaks="")).split()))


def paragraphs(text: str) -> str:
    """The same with its lines as they are."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _if_seen("".join(_marks(lines.translate(BLANK_LETTERS), breaks="\n\t")).strip())


def name_key(name: str) -> str:
    """Equal for names that a reader takes for one: whatever their case, their spaces and how letters are composed."""
    return unicodedata.normalize("NFC", one_line(name).translate(SHAPES).casefold())


def _marks(text: str, breaks: str) -> Iterator[str]:
    text = unicodedata.normalize("NFC", text)
    before = " "
    for mark, behind in zip(text, f"{text} "[1:], strict=True):
        kept = mark if mark in breaks or not _is_unseen(mark) else _in_place_of(mark, before, behind)
        yield kept
        before = kept or before


def _is_unseen(mark: str) -> bool:
    return unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _in_place_of(mark: str, before: str, behind: str) -> str:
    if mark in JOINERS:
        return mark if _joins(before, "LMS") and _joins(behind, "LS") else ""
    return "" if unicodedata.category(mark) in ("Cf", "Cs") else " "


def _joins(mark: str, kinds: str) -> bool:
    return unicodedata.category(mark)[0] in kinds


def _if_seen(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return text if any(unicodedata.category(mark)[0] not in "CMZ" for mark in text) else ""
