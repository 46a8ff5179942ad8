"""Where a cluster is and how to speak to it, read from one address and a few settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from ticketlens.errors import ConfigError

SCHEMES = ("http", "https")
PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
PORT = 9200
EXAMPLE = "write http://HOST:9200/PREFIX, with several hosts as http://ONE:9200,TWO:9200/PREFIX"


@dataclass(frozen=True, slots=True)
class Address:
    """`hosts` are URLs without a path; every index of the store begins with `prefix`."""

    hosts: tuple[str, ...]
    prefix: str
    user: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str) -> "Address":
        """Raises ConfigError, never with the password in it."""
        parts = urlsplit(url)
        named, _, places = parts.netloc.rpartition("@")
        user, _, password = named.partition(":")
        hosts = tuple(_host(parts.scheme, place) for place in places.split(","))
        prefix = parts.path.strip("/")
        if parts.query or parts.fragment or not PREFIX.fullmatch(prefix):
            raise ConfigError(
                f"store: {parts.path!r} does not end in a prefix of small letters, digits, - and _; {EXAMPLE}"
            )
        return cls(hosts, prefix, (unquote(user), unquote(password)) if named else None)


@dataclass(frozen=True, slots=True)
class Options:
    """The settings `elastic.*`: a file of certificates to trust, an API key in place of user and password, seconds."""

    ca_file: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 30.0

    def arguments(self, address: Address) -> Mapping[str, Any]:
        """What the client is made with. Raises ConfigError where two ways to sign in are named."""
        told: dict[str, Any] = {"request_timeout": self.timeout}
        if self.api_key and address.user:
            raise ConfigError("store: the address has a user, and elastic.api_key is set; keep one of them")
        if self.api_key:
            told["api_key"] = self.api_key
        if address.user:
            told["basic_auth"] = address.user
        if self.ca_file:
            told["ca_certs"] = self.ca_file
        return told


def _host(scheme: str, place: str) -> str:
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, str(PORT)
    if not host or not port.isdigit() or not 0 < int(port) <= 65_535:
        raise ConfigError(f"store: {place!r} is no host and port; {EXAMPLE}")
    return f"{scheme}://{host}:{port}"
