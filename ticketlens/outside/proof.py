"""Proofs of webhooks: signatures over the raw bytes, compared in constant time, with each secret that counts."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import unquote

from ticketlens.connector import BadProof, Hook

Digest = Literal["sha1", "sha256"]
AT_THE_END = re.compile(r"/hooks/[^/]+/([^/]+)/?$")
TOLERANCE = timedelta(minutes=5)


def secrets_of(settings: Mapping[str, str]) -> list[str]:
    """The secrets that count: the one now, and the one before while it is changed."""
    names = ("webhook_secret", "webhook_secret_previous")
    return [settings[name] for name in names if settings.get(name)]


def hex_mac(secret: str, message: bytes, digest: Digest) -> str:
    return hmac.new(secret.encode(), message, getattr(hashlib, digest)).hexdigest()


def base64_mac(secret: str, message: bytes, digest: Digest) -> str:
    return base64.b64encode(hmac.new(secret.encode(), message, getattr(hashlib, digest)).digest()).decode("ascii")


def must_match(given: str, settings: Mapping[str, str], expected: Callable[[str], str]) -> None:
    """Raises BadProof unless what was given is what one of the secrets gives."""
    told = given.encode("utf-8", "surrogateescape")
    matched = [hmac.compare_digest(told, expected(secret).encode()) for secret in secrets_of(settings)]
    if not given or not any(matched):
        raise BadProof("its signature or secret is missing, or another one")


def must_be_recent(sent: datetime | None, hook: Hook, tolerance: timedelta = TOLERANCE) -> None:
    """Raises BadProof for a delivery whose signed time is too far from now, so that none can be played again later."""
    if sent is None or abs(hook.at - sent) > tolerance:
        raise BadProof(f"it was signed more than {tolerance.total_seconds() / 60:.0f} minutes from now, or at no time")


def shared_secret(hook: Hook, settings: Mapping[str, str]) -> None:
    """For helpdesks that do not sign: the secret itself, in a header that is ours or at the end of the address."""
    ended = AT_THE_END.search(hook.url.partition("?")[0])
    given = hook.header("x-ticketlens-secret") or (unquote(ended[1]) if ended else "")
    must_match(given, settings, lambda secret: secret)


def epoch(text: str, scale: int = 1) -> datetime | None:
    """Seconds since 1970 times `scale` (1000 for milliseconds); None for what is no such number."""
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        return None
    return datetime.fromtimestamp(int(text) / scale, UTC)
