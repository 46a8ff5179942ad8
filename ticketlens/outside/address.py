"""Addresses of helpdesks: what one may look like, and whether two are of the same place."""

from urllib.parse import urlsplit

from ticketlens.errors import ConfigError
from ticketlens.intake.shown import shown
from ticketlens.outside.guard import Guard


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def checked(base: str, guard: Guard) -> str:
    text = base.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    if not host or parts.scheme not in ("https", "http") or parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(f"{shown(base, 100)!r} is no address such as https://acme.example.com")
    if parts.scheme == "http" and not guard.private:
        raise ConfigError(f"{host}: write https://; http:// sends secrets in the open, outside allow_private_hosts")
    if port is not None and port < 1:
        raise ConfigError(f"{host}: no such port")
    return text
