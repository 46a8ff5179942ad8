"""Which host a request names, and from which page it comes."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, abort, request

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SAFE = ("GET", "HEAD", "OPTIONS")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


def check_origins(app: Flask, hosts: Sequence[str] | None) -> None:
    def check() -> None:
        if hosts is not None and request.endpoint not in ("health.alive", "health.ready") and not _names(hosts):
            abort(400, "This server does not go by that name. Its `base_url` setting says which it answers to.")
        if request.method not in SAFE and not from_own_page():
            abort(403, "This request comes from a page of another site.")

    app.before_request(check)


def from_own_page() -> bool:
    """Whether the browser says so, or nobody does (programs send neither header).

    Under Referrer-Policy no-referrer a form's Origin is "null", so Sec-Fetch-Site counts first; a browser that lacks
    it is left to the form's own token.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host


def from_loopback() -> bool:
    """Whether a program on this very machine asks, and not a proxy on it for somebody else."""
    try:
        near = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return near and not any(name in request.headers for name in FORWARDED)


def _names(hosts: Sequence[str]) -> bool:
    found = _HOST.fullmatch(request.host)
    return found is not None and found[1].strip("[]").lower() in hosts
