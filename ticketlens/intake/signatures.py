"""Cut what stands below a message: the part under "-- " and lines such as "Sent from my iPhone"."""

import re
from collections.abc import Sequence

_LONGEST = 12
"""Lines. More than this under "--" is a part of the message, not a signature."""
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
        line = lines[at]
        if line in _DELIMITERS or (_is_mobile(line) and len(lines) - at <= 4):
            return list(lines[:at])
    return list(lines)


def _is_mobile(line: str) -> bool:
    return len(line) <= 80 and line.count(" ") <= 9 and _MOBILE.match(line) is not None
