"""Find tokens, keys and logins that their own shape gives away."""

import re
from collections.abc import Iterator

from ticketlens.intake.finding import Finding

_SHAPES = (
    ("AKIA", r"[A-Z0-9]{16}"),
    ("ASIA", r"[A-Z0-9]{16}"),
    ("ghp_", r"[A-Za-z0-9]{20,255}"),
    ("gho_", r"[A-Za-z0-9]{20,255}"),
    ("ghu_", r"[A-Za-z0-9]{20,255}"),
    ("ghs_", r"[A-Za-z0-9]{20,255}"),
    ("ghr_", r"[A-Za-z0-9]{20,255}"),
    ("github_pat_", r"\w{22,255}"),
    ("glpat-", r"[\w-]{20,64}"),
    ("sk-", r"[\w-]{20,255}"),
    ("sk_live_", r"[A-Za-z0-9]{10,255}"),
    ("sk_test_", r"[A-Za-z0-9]{10,255}"),
    ("rk_live_", r"[A-Za-z0-9]{10,255}"),
    ("pk_live_", r"[A-Za-z0-9]{10,255}"),
    ("xox", r"[a-z]-[\w-]{10,255}"),
    ("xapp-", r"[\w-]{10,255}"),
    ("AIza", r"[\w-]{30,45}"),
    ("ya29.", r"[\w-]{20,500}"),
    ("eyJ", r"[\w-]{8,4000}\.[\w-]{4,8000}(?:\.[\w-]{0,2000}){0,3}"),
    ("SG.", r"[\w-]{16,64}\.[\w-]{16,64}"),
    ("npm_", r"[A-Za-z0-9]{30,64}"),
    ("hf_", r"[A-Za-z0-9]{20,64}"),
    ("whsec_", r"[\w+/=-]{16,128}"),
    ("tl_", r"[\w-]{16,128}"),
    ("shpat_", r"[a-fA-F0-9]{24,64}"),
    ("shpss_", r"[a-fA-F0-9]{24,64}"),
    ("pypi-", r"[\w-]{16,255}"),
    ("dop_v1_", r"[a-f0-9]{32,80}"),
    ("key-", r"[0-9a-f]{32}"),
)
_BEHIND = (
    ("Bearer ", r"(?=\S*\d)[\w.~+/-]{12,4000}=*"),
    ("bearer ", r"(?=\S*\d)[\w.~+/-]{12,4000}=*"),
    ("Basic ", r"(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{16,1000}={0,2}"),
    ("AUTH PLAIN ", r"[A-Za-z0-9+/]{8,512}={0,2}(?![\w.])"),
    ("?sig=", r"[\w%+/=-]{16,512}"),
    ("&sig=", r"[\w%+/=-]{16,512}"),
    ("?key=", r"[\w%+/=-]{16,512}"),
    ("&key=", r"[\w%+/=-]{16,512}"),
    ("hooks.slack.com/services/", r"[\w/]{20,100}"),
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[^-]{0,8000}-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|[\sA-Za-z0-9+/=]*)"
)
_TOKEN = re.compile(
    "|".join(
        (
            *(rf"(?<![A-Za-z0-9]){re.escape(prefix)}{rest}(?![A-Za-z0-9])" for prefix, rest in _SHAPES),
            *(rf"(?<={re.escape(before)}){value}" for before, value in _BEHIND),
        )
    )
)
_LOGIN = re.compile(r"(?<=://)[^\s/@:\[\]]{1,64}:[^\s/@\[\]]{1,128}(?=@)")
_SIGNS = tuple(sign for sign, _ in (*_SHAPES, *_BEHIND))


def shaped_tokens(text: str) -> Iterator[Finding]:
    """Private keys, logins inside addresses (`https://user:word@host`), and what `_SHAPES` and `_BEHIND` list."""
    patterns: list[re.Pattern[str]] = []
    if "-----BEGIN" in text:
        patterns.append(_PRIVATE_KEY)
    if "://" in text and "@" in text:
        patterns.append(_LOGIN)
    if any(sign in text for sign in _SIGNS):
        patterns.append(_TOKEN)
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield Finding("token", match.start(), match.end(), match[0])
