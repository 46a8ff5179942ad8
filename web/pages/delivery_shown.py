"""The body of a delivery as a person may read it: JSON set out, nothing personal, and not without end."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST = 100_000
MARGIN = 2_000
"""Characters at the end of a part that are not shown, since what is personal there may be cut through."""

CUT = "…"
Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ShownBody:
    """`whole`: nothing was cut off."""

    text: str
    is_json: bool
    whole: bool


def shown_body(body: bytes, redact: Redact) -> ShownBody:
    try:
        value = json.loads(body)
        walk = _Walk(redact)
        text = json.dumps(walk.clean(value), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
        return ShownBody(_begin(printable(text), LONGEST, redact), False, len(text) <= LONGEST)
    # Once more as a whole: a name beside a value says of some that they are secret.
    return ShownBody(redact(printable(text)), True, not walk.is_cut)


def printable(text: str) -> str:
    """Without characters that steer a screen, or that no page can be written with."""
    return "".join(mark if mark.isprintable() or mark in "\n\t" else "\ufffd" for mark in text)


def _begin(text: str, room: int, redact: Redact) -> str:
    return redact(text) if len(text) <= room else redact(text[: room + MARGIN])[:-MARGIN] + CUT


@dataclass
class _Walk:
    """Values one by one, since the escapes of JSON hide where a word begins."""

    redact: Redact
    left: int = field(default=LONGEST, init=False)
    is_cut: bool = field(default=False, init=False)

    def clean(self, value: object) -> object:
        self.left -= 4
        if isinstance(value, dict):
            return {self._text(key): self.clean(part) for key, part in value.items() if self._goes_on()}
        if isinstance(value, list):
            return [self.clean(part) for part in value if self._goes_on()]
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool) or value is None:
            return value
        digits = str(value)
        told = self._text(digits)
        return value if told == digits else told

    def _goes_on(self) -> bool:
        self.is_cut = self.is_cut or self.left <= 0
        return not self.is_cut

    def _text(self, text: str) -> str:
        room = max(self.left, 0)
        self.left -= len(text)
        self.is_cut = self.is_cut or len(text) > room
        return _begin(text, room, self.redact)
