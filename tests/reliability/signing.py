"""Proofs of deliveries, made as each vendor makes them over any bytes, and the ways in which a proof can be wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ticketlens.outside.proof import base64_mac, hex_mac

URL = "https://lens.example.com/hooks/desk"
Headers = dict[str, str]


@dataclass(frozen=True)
class Scheme:
    """`header` holds the proof; `stamp` the signed time, where there is one."""

    header: str
    made: Callable[[str, bytes, str], str]
    stamp: str = ""
    written: Callable[[datetime], str] = lambda at: ""

    def headers(self, secret: str, body: bytes, at: datetime, stamp: str | None = None) -> Headers:
        told = self.written(at) if stamp is None else stamp
        return {self.header: self.made(secret, body, told), **({self.stamp: told} if self.stamp else {})}


def _zendesk(secret: str, body: bytes, stamp: str) -> str:
    return base64_mac(secret, stamp.encode() + body, "sha256")


def _hubspot(secret: str, body: bytes, stamp: str) -> str:
    return base64_mac(secret, f"POST{URL}".encode() + body + stamp.encode(), "sha256")


SHA1 = Scheme("x-hub-signature", lambda secret, body, stamp: f"sha1={hex_mac(secret, body, 'sha1')}")


def _sha256(header: str) -> Scheme:
    return Scheme(header, lambda secret, body, stamp: f"sha256={hex_mac(secret, body, 'sha256')}")


SCHEMES = {
    "zendesk": Scheme("x-zendesk-webhook-signature", _zendesk, "x-zendesk-webhook-signature-timestamp",
                      lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")),
    "freshdesk": Scheme("x-ticketlens-secret", lambda secret, body, stamp: secret),
    "github": _sha256("x-hub-signature-256"),
    "helpscout": Scheme("x-helpscout-signature", lambda secret, body, stamp: base64_mac(secret, body, "sha1")),
    "hubspot": Scheme("x-hubspot-signature-v3", _hubspot, "x-hubspot-request-timestamp",
                      lambda at: str(int(at.timestamp() * 1000))),
    "intercom": SHA1,
    "jira": _sha256("x-hub-signature"),
    "redmine": _sha256("x-redmine-signature-256"),
    "zammad": SHA1,
}  # fmt: skip


def forged(scheme: Scheme, secret: str, body: bytes, at: datetime, random: Random) -> Headers:
    """A proof that is none, for what is otherwise the same call."""
    name, right = scheme.header, scheme.headers(secret, body, at)
    given = right[name]
    wrongs: list[Headers] = [
        {**right, name: told}
        for told in (
            "", f"{given},{given}", f"{given}, {given}", given.swapcase(), given[:-1], f"{given}=", "====", "AAAA",
            "sha256=", "sha1=" + "0" * 40, "v1," + given, "é" * 40, "\xff\xfe", "%%%", "=" + given, "x" * 4_000,
            scheme.headers("another secret", body, at)[name],
        )
    ]  # fmt: skip
    wrongs.append({key: value for key, value in right.items() if key != name})
    if scheme.stamp:
        wrongs += _untimely(scheme, secret, body, at)
    if name != "x-ticketlens-secret":
        wrongs.append(scheme.headers(secret, _respelt(body), at))
    return random.choice(wrongs)


def _untimely(scheme: Scheme, secret: str, body: bytes, at: datetime) -> list[Headers]:
    """Rightly signed at a time that must not count, or at none."""
    off = [scheme.written(at + timedelta(seconds=seconds)) for seconds in (-301, 301, -86_400, 10**9)]
    odd = [
        "",
        "-1",
        "-1767323045000",
        "0",
        "9" * 30,
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "é",
        "１２",
    ]
    bare = {scheme.header: scheme.headers(secret, body, at)[scheme.header]}
    return [bare, *(scheme.headers(secret, body, at, stamp) for stamp in off + odd)]


def _respelt(body: bytes) -> bytes:
    """The same JSON in other bytes."""
    try:
        made = json.dumps(json.loads(body), separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        made = body
    return made if made != body else body + b" "
