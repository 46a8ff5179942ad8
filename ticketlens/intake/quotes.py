"""Cut what a writer quotes: earlier messages below "… wrote:", "-----Original Message-----" and "> " lines."""

import re
from collections.abc import Sequence

_MARKERS = (
    *(
        "wrote",
        "skrev",
        "schrieb",
        "ha scritto",
        "пишет",
        "писал",
        "a écrit",
        "escribió",
        "original message",
        "ursprüngliche",
    ),
    *("originalmeddelande", "ursprungligt", "messaggio originale", "исходное сообщение", "оригинальное сообщение"),
    *(
        "message d'origine",
        "mensaje original",
        "forwarded",
        "weitergeleitet",
        "vidarebefordra",
        "inoltrato",
        "пересланное",
    ),
    *(
        "пересылаемо",
        "transféré",
        "reenviado",
        "sent:",
        "gesendet:",
        "skickat:",
        "inviato:",
        "отправлено:",
        "envoyé",
        "enviado:",
    ),
)
_WROTE = re.compile(
    r"(?:On\b.{5,250}\bwrote|Am\b.{5,250}\bschrieb\b.{0,150}|(?:Den|På)\b.{5,250}\bskrev\b.{0,150}|.{5,150}\bskrev\b.{2,150}"
    r"|Il\b.{5,250}\bha scritto|.{5,250}\b(?:пишет|писал(?:а|и|\(а\))?|написал(?:а|и|\(а\))?)"
    r"|Le\b.{5,250}\ba écrit\s?|El\b.{5,250}\bescribió)\s?:",
    re.I,
)
_PLACE_IN_TIME = re.compile(r"\d|@")
_ORIGINAL = re.compile(
    r"[-_*—– ]{2,}\s?(?:original message|ursprüngliche (?:nachricht|mail|e-mail)|originalmeddelande"
    r"|ursprungligt meddelande|messaggio originale|исходное сообщение|оригинальное сообщение|message d'origine"
    r"|mensaje original)\s?[-_*—– ]{2,}",
    re.I,
)
_FORWARDED = re.compile(
    r"(?:[-_*—– ]{2,}\s?)?(?:(?:begin )?forwarded message|(?:anfang der )?weitergeleitete(?:n)? (?:nachricht|e-mail)"
    r"|(?:påbörjat |börjat )?vidarebefordra(?:t|de) (?:meddelande|brev)|(?:inizio )?messaggio inoltrato"
    r"|(?:начало )?пересылаемо(?:е|го) сообщени[ея]|пересланное сообщение|message transféré|mensaje reenviado)"
    r"\s?:?(?:\s?[-_*—– ]{2,})?",
    re.I,
)
_FROM = re.compile(r"\*?(?:From|Von|Från|Da|От|De)\s?:\*?\s?\S", re.I)
_SENT = re.compile(r"\*?(?:Sent|Gesendet|Skickat|Inviato|Отправлено|Envoyé|Enviado)\s?:\*?\s?\S", re.I)
_HEADER = re.compile(
    r"\*?(?:From|Date|Sent|To|Cc|Subject|Reply-To|Von|Datum|Gesendet|An|Betreff|Från|Skickat|Till|Ämne|Da|Data|Inviato|A|Oggetto"
    r"|От|Дата|Отправлено|Кому|Тема|De|Envoyé|À|Objet|Para|Enviado|Asunto)\s?:\*?\s?\S?",
    re.I,
)


def has_quotes(text: str) -> bool:
    """A cheap test, true for every text that `cut_quotes` would change."""
    if ">" in text and (text.startswith(">") or "\n>" in text):
        return True
    lowered = text.lower()
    return any(marker in lowered for marker in _MARKERS)


def cut_quotes(lines: Sequence[str]) -> list[str]:
    """The lines without quoted messages. A forwarded message stays, since it is what the customer wants to show;
    only its header goes."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(">"):
            end = _run_of_quotes(lines, at)
            if not (end - at > 1 or end == len(lines) or _ends_quoted(lines, end)):
                kept.append(line)
            at = end
        elif width := _attribution(lines, at):
            at += width
            if not _quoted_next(lines, at) and _has_words(kept):
                break
        elif _ORIGINAL.fullmatch(line) or _outlook_header(lines, at):
            if _has_words(kept):
                break
            at = _after_header(lines, at + 1)
        elif len(line) < 80 and _FORWARDED.fullmatch(line):
            at = _after_header(lines, at + 1)
        else:
            kept.append(line)
            at += 1
    return kept


def _has_words(lines: Sequence[str]) -> bool:
    return any(any(map(str.isalnum, line)) for line in lines)


def _run_of_quotes(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and lines[at].startswith(">"):
        at += 1
    return at


def _ends_quoted(lines: Sequence[str], at: int) -> bool:
    return not any(line and not line.startswith(">") for line in lines[at:])


def _quoted_next(lines: Sequence[str], at: int) -> bool:
    return next((line.startswith(">") for line in lines[at : at + 3] if line), False)


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines an attribution ("On … wrote:") takes here; mail programs wrap it over up to three lines."""
    joined = ""
    for width in (1, 2, 3):
        if at + width > len(lines) or not lines[at + width - 1]:
            return 0
        joined = f"{joined} {lines[at + width - 1]}".strip()
        if len(joined) > 300:
            return 0
        if joined.endswith(":") and _WROTE.fullmatch(joined) and _PLACE_IN_TIME.search(joined):
            return width
    return 0


def _outlook_header(lines: Sequence[str], at: int) -> bool:
    if not _FROM.match(lines[at]):
        return False
    return any(_SENT.match(line) for line in lines[at + 1 : at + 4])


def _after_header(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and (not lines[at] or _HEADER.match(lines[at])):
        at += 1
    return at
