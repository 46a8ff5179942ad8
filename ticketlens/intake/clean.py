"""From what a helpdesk stores as a body to what the customer wrote."""

import re
from collections.abc import Iterator

from ticketlens.intake.markup import decode_entities, html_to_text, looks_like_html
from ticketlens.intake.quotes import cut_quotes, has_quotes
from ticketlens.intake.signatures import cut_signature, has_signature

READ_CHARS = 200_000
"""Characters of a body that are looked at at all, pictures inside the text not counted."""
KEEP_CHARS = 20_000
"""Characters of the clean text."""

_INLINE_FILE = re.compile(r"data:[\w/+.-]{3,80};base64,[A-Za-z0-9+/=\s]*+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def clean(body: str) -> str:
    """Plain text of a body: no markup, control characters, quoted replies or signature, white space folded.

    Looks at the first `READ_CHARS` characters and returns at most `KEEP_CHARS`. Where nothing but quotes and
    signature holds a word, these stay: a text with words never becomes empty.
    """
    if (
        len(body) <= KEEP_CHARS
        and body.isprintable()
        and not ("<" in body or "&" in body or "  " in body or body[:1] == ">")
    ):
        return body.strip()
    text = _plain(_capped(body))
    lines = list(_folded(text))
    kept = _cut(lines, text)
    return "\n".join(kept)[:KEEP_CHARS].strip()


def _capped(body: str) -> str:
    if len(body) <= READ_CHARS:
        return body
    return _INLINE_FILE.sub("", body)[:READ_CHARS]


def _plain(text: str) -> str:
    if looks_like_html(text):
        text = html_to_text(text)
    elif "&" in text:
        text = decode_entities(text)
    return text if text.replace("\n", "").isprintable() else _UNSEEN.sub("", text)


def _folded(text: str) -> Iterator[str]:
    """Lines with single spaces, and never two empty lines in a row."""
    empty = True
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if line or not empty:
            yield line
        empty = not line


def _cut(lines: list[str], text: str) -> list[str]:
    kept = cut_quotes(lines) if has_quotes(text) else lines
    if has_signature(text):
        kept = cut_signature(_trimmed(kept))
    if kept is not lines and not any(any(map(str.isalnum, line)) for line in kept):
        return [line.lstrip("> ") for line in lines]
    return kept


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    return lines[:end]
