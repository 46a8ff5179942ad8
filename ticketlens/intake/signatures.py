"""Cut what stands below a message: the part under "-- " and lines such as "Sent from my iPhone"."""

import re
from collections.abc import Sequence

_LONGEST = 12
"""Lines. More than this under "--" is a part of the message, not a signature."""
_SHORT = 72
"""Characters."""
_DELIMITERS = frozenset({"--", "—", "-- -", "__"})
_MARKERS = (
    *(
        "sent ",
        "outlook",
        "gesendet",
        "diese nachricht",
        "skicka",
        "sänt ",
        "inviato",
        "отправлено",
        "envoyé",
        "enviado",
    ),
    *("\n--", "\n—", "\n__"),
)
_MOBILE = re.compile(
    r"(?:Sent (?:from|via|with|using|by)|Get Outlook for|Gesendet (?:von|mit|über)|Von mein\w+ .{2,40} gesendet"
    r"|Diese Nachricht wurde von|Hol(?:en Sie sich)? Outlook|Skickat från|Skickades från|Sänt från|Hämta Outlook"
    r"|Inviato da|Scarica Outlook|Ottieni Outlook|Отправлено (?:с|из|от)|Скачать Outlook|Envoyé (?:de|depuis)"
    r"|Enviado (?:desde|do))\b",
    re.I,
)


def has_signature(text: str) -> bool:
    """A cheap test, true for every text that `cut_signature` would change."""
    lowered = text.lower()
    return any(marker in lowered for marker in _MARKERS)


def cut_signature(lines: Sequence[str]) -> list[str]:
    """The lines above the signature. The first line of a message is never a signature."""
    for at in range(max(1, len(lines) - _LONGEST), len(lines)):
        if _ends_message(lines[at], lines[at + 1 :]):
            return list(lines[:at])
    return list(lines)


def _ends_message(line: str, below: Sequence[str]) -> bool:
    if line in _DELIMITERS:
        return _is_visiting_card(below)
    return len(below) <= 3 and _is_mobile(line)


def _is_visiting_card(below: Sequence[str]) -> bool:
    """A name right below "--", or a few short lines; what else follows "--" is the message going on."""
    if below and below[0]:
        return len(below[0]) <= _SHORT
    return len(below) <= 5 and all(len(line) <= _SHORT for line in below)


def _is_mobile(line: str) -> bool:
    return len(line) <= 80 and line.count(" ") <= 9 and _MOBILE.match(line) is not None
