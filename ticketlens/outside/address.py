"""Addresses of helpdesks: what one may look like, and whether two are of the same place."""

from urllib.parse import urljoin, urlsplit

from urllib3.util import parse_url

from ticketlens.errors import ConfigError
from ticketlens.intake.shown import shown
from ticketlens.outside.guard import Guard

Origin = tuple[str | None, ...]


def origin_of(url: str) -> Origin | None:
    """What is equal for two addresses of one place; None for what is no address.

    Told as two readers see it, since they differ on odd ones, such as https://one\\@two, and connections are made by
    the second.
    """
    try:
        parts, wire = urlsplit(url), parse_url(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        wire_port = wire.port or {"https": 443, "http": 80}.get(wire.scheme or "")
    except ValueError:
        return None
    return parts.scheme, parts.hostname, str(port), wire.scheme, wire.auth, wire.host, str(wire_port)


def joined(base: str, location: str) -> str | None:
    """Where a redirect leads; None where that is no address."""
    try:
        return urljoin(base, location)
    except ValueError:
        return None


def checked(base: str, guard: Guard) -> str:
    text = base.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    if (
        not host
        or origin_of(text) is None
        or parts.scheme not in ("https", "http")
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise ConfigError(f"{shown(base, 100)!r} is no address such as https://acme.example.com")
    if parts.scheme == "http" and not guard.private:
        raise ConfigError(f"{host}: write https://; http:// sends secrets in the open, outside allow_private_hosts")
    if port is not None and port < 1:
        raise ConfigError(f"{host}: no such port")
    return text
