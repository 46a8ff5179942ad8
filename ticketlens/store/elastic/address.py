"""Where a cluster is and how to speak to it, read from one address and a few settings."""

import base64
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from unicodedata import normalize
from urllib.parse import SplitResult, unquote

from ticketlens.errors import ConfigError

SCHEMES = ("http", "https")
PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
NAMED = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
"""RFC 3986, appendix B. Python's own way takes no more than one host in brackets."""

PORTS = re.compile(r"[0-9]{1,5}")
PORT = 9200
EXAMPLE = "write http://HOST:9200/PREFIX, with several hosts as http://ONE:9200,TWO:9200/PREFIX"
LONG = 120.0
BRIEF = 2.0


@dataclass(frozen=True, slots=True)
class Address:
    """`hosts` are URLs without a path; every index of the store begins with `prefix`."""

    hosts: tuple[str, ...]
    prefix: str
    user: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str) -> "Address":
        """Raises ConfigError, never with the password in it."""
        parts = _split(url)
        named, at, places = parts.netloc.rpartition("@")
        hosts = tuple(_host(parts.scheme, place) for place in places.split(","))
        prefix = parts.path.strip("/")
        if parts.query or parts.fragment or not PREFIX.fullmatch(prefix):
            raise ConfigError(
                f"store: {parts.path!r} does not end in a prefix of small letters, digits, - and _; {EXAMPLE}"
            )
        return cls(hosts, prefix, _user(named) if at else None)


@dataclass(frozen=True, slots=True)
class Options:
    """The settings `elastic.*`: a file of certificates to trust, an API key in place of user and password, seconds.

    `patience` is for how many seconds a write that the cluster cannot take now is tried again: `LONG` where nobody
    waits for it, `BRIEF` where somebody does who can be told to come again.
    """

    ca_file: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 30.0
    patience: float = LONG

    def arguments(self, address: Address) -> Mapping[str, Any]:
        """What the client is made with. Raises ConfigError where settings do not go together."""
        told: dict[str, Any] = {"request_timeout": self.timeout}
        if self.api_key and address.user:
            raise ConfigError("store: the address has a user, and elastic.api_key is set; keep one of them")
        if self.api_key:
            told["api_key"] = _packed(self.api_key) if ":" in self.api_key else self.api_key
        if address.user:
            told["basic_auth"] = _packed(":".join(address.user))
        if self.ca_file:
            told["ca_certs"] = self._trusted(address)
        return told

    def fitting(self, url: str) -> "Options":
        """For one of two stores that share these settings: without what does not go with its address."""
        scheme, _, rest = url.partition("://")
        return replace(
            self,
            ca_file=self.ca_file if scheme.lower() == "https" else "",
            api_key="" if "@" in rest else self.api_key,
        )

    def _trusted(self, address: Address) -> str:
        if not address.hosts[0].startswith("https:"):
            raise ConfigError("elastic.ca_file is set, and the store's address begins with http:; write https:")
        try:
            ssl.create_default_context(cafile=self.ca_file)
        except ssl.SSLError:
            raise ConfigError(f"elastic.ca_file: {self.ca_file} holds no certificate in PEM form") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "no name of a file"
            raise ConfigError(f"elastic.ca_file: {self.ca_file!r} cannot be read ({why})") from None
        return self.ca_file


def shown(place: str) -> str:
    """A wrong place up to its first colon: a password may follow it, where the host was forgotten."""
    return f"{place.partition(':')[0]}:…" if ":" in place else place


def _split(url: str) -> SplitResult:
    """The parts; an @ behind the hosts is of a password that ended them too early."""
    scheme, *rest = (part or "" for part in PARTS.fullmatch(url.strip()).groups())  # type: ignore[union-attr]
    parts = SplitResult(scheme.lower(), *rest)
    user, _, hosts = parts.netloc.rpartition("@")
    hidden = set(normalize("NFKC", parts.netloc)) - set(parts.netloc)
    if (
        "@" in parts.path + parts.query + parts.fragment
        or hosts.count("[") != hosts.count("]")
        or hidden & set("/?#@:")
        or set(user) & set("[]")
    ):
        raise ConfigError(
            "store: the address cannot be read; in user and password write / ? # @ : % [ and ] percent-encoded "
            f"(%2F %3F %23 %40 %3A %25 %5B %5D); {EXAMPLE}"
        )
    return parts


def _user(named: str) -> tuple[str, str]:
    if "," in named:
        raise ConfigError(
            "store: the user and the password are written once, before the first host, for all hosts; "
            "a comma in them is %2C: http://USER:PASSWORD@ONE:9200,TWO:9200/PREFIX"
        )
    user, colon, password = (part if part == ":" else unquote(part) for part in named.partition(":"))
    if not (user and colon and password):
        raise ConfigError("store: the address needs both a user and a password before the @: http://USER:PASSWORD@HOST")
    return user, password


def _packed(pair: str) -> str:
    """ID:KEY or USER:PASSWORD as it is sent; the client itself would take ASCII alone."""
    return base64.b64encode(pair.encode()).decode()


def _host(scheme: str, place: str) -> str:
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, str(PORT)
    if not NAMED.fullmatch(host) or not PORTS.fullmatch(port) or not 0 < int(port) <= 65_535:
        raise ConfigError(f"store: {shown(place)!r} is no host and port; {EXAMPLE}")
    return f"{scheme}://{host}:{port}"
