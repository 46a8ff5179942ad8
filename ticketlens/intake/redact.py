"""Replace personal and secret text by steady pseudonyms."""

import hmac
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from hashlib import sha256

from ticketlens.intake.finding import Finder, Finding
from ticketlens.intake.identifiers import cards, emails, ibans, ip_addresses
from ticketlens.intake.phones import phones
from ticketlens.intake.stated_secrets import stated_secrets
from ticketlens.intake.token_shapes import shaped_tokens

KINDS = ("email", "phone", "card", "iban", "ip", "token", "name")
REGIONS = ("US", "GB", "SE", "IT", "RU", "DE")
"""Countries (ISO 3166) whose national ways to write telephone numbers are known to the defaults."""
PSEUDONYM = re.compile(rf"\[(?:{'|'.join(KINDS)}) [0-9a-f]{{8}}\]")

_DIGITS = re.compile(r"\d(?:[^\n\dA-Za-z]{0,3}\d){6}")
_ROUNDS = 4
REMEMBERED = 65_536
SHORT = 200


class Redactor:
    """Writes `[email 3f2a9c1d]` where an address stood: the same value under the same key is the same pseudonym.

    The eight hexadecimal digits come from HMAC-SHA256 over kind and normal form: nobody without the key can try
    values, and of 100,000 values about one pair shares a pseudonym. The form is no HTML, and is itself never redacted.
    """

    def __init__(self, key: bytes, regions: Sequence[str] = REGIONS) -> None:
        self._key = key
        self._strict: tuple[Finder, ...] = (ibans, cards)
        self._phones: Finder = partial(phones, regions=tuple(regions))
        self._remembered = lru_cache(REMEMBERED)(self.redact)

    def find(self, text: str, own: Finder | None = None) -> list[Finding]:
        """What `redact` would replace, in the order of the text, without overlaps; `own` finds a person's name."""
        found: list[Finding] = []
        if "[" in text:
            text = PSEUDONYM.sub(_blank, text)
        for finder in (
            shaped_tokens,
            stated_secrets,
            emails,
            ip_addresses,
            *self._numbered(text),
            *([own] if own else []),
        ):
            new = _apart(finder(text))
            found += new
            text = _masked(text, new)
        return sorted(found, key=lambda finding: finding.start)

    def redact(self, text: str, own: Finder | None = None) -> str:
        """The text with each finding replaced; the text itself where there is none. Twice changes no more than once."""
        for _ in range(_ROUNDS):
            found = self.find(text, own)
            if not found:
                break
            text = self._replaced(text, found)
        return text

    def redact_field(self, text: str) -> str:
        """The same for a short field, whose values come back again and again: names, groups, statuses, tags."""
        return self._remembered(text) if len(text) <= SHORT else self.redact(text)

    def pseudonym(self, kind: str, value: str) -> str:
        """The stand-in for one normal form, such as `[email 3f2a9c1d]`."""
        message = f"{kind}\x00{value}".encode("utf-8", "surrogatepass")
        return f"[{kind} {hmac.digest(self._key, message, sha256).hex()[:8]}]"

    def _numbered(self, text: str) -> tuple[Finder, ...]:
        return (*self._strict, self._phones) if _DIGITS.search(text) else ()

    def _replaced(self, text: str, found: Sequence[Finding]) -> str:
        pieces: list[str] = []
        at = 0
        for finding in found:
            pieces += (text[at : finding.start], self.pseudonym(finding.kind, finding.value))
            at = finding.end
        return "".join((*pieces, text[at:]))


def _apart(found: Iterable[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return kept


def _blank(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _masked(text: str, found: Sequence[Finding]) -> str:
    """The same length, so that places stay true."""
    for finding in found:
        text = "".join((text[: finding.start], "\x00" * (finding.end - finding.start), text[finding.end :]))
    return text
