"""Which addresses a connector may reach: public ones, and those of networks that the operator names.

A name is resolved once for each connection, and the connection goes to the address that was looked at: a second answer
of the name server, for the same name, is never asked for.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ipaddress import IPv4Network as Network4
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from ticketlens.errors import ConfigError
from ticketlens.outside.pace import Pace

Address = IPv4Address | IPv6Address
Network = Network4 | IPv6Network

NEVER_PUBLIC = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
            "240.0.0.0/4", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16",
            "fec0::/10",
        ),
    )
)  # fmt: skip
"""Networks that are no place of a helpdesk, beside those of which `is_global` is false; some versions let them pass."""


class Forbidden(ConfigError):
    """An address that a connector must not reach."""


@dataclass(frozen=True)
class Guard:
    """`private` are networks inside the own one that may be reached all the same."""

    private: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> "Guard":
        return cls(tuple(network_of(text) for text in networks))

    def may_reach(self, address: Address) -> bool:
        return self.is_private(address) or _is_public(address)

    def is_private(self, address: Address) -> bool:
        """Whether it is inside a network that the operator named."""
        return any(address.version == network.version and address in network for network in self.private)

    def addresses(self, host: str, port: int, *, plain: bool = False) -> list[Address]:
        """What the name stands for now; raises Forbidden where any of it may not be reached, OSError for no answer.

        `plain`: without TLS, which is for networks that the operator named alone.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))
        refused = [address for address in addresses if not self.may_reach(address)]
        if refused:
            raise Forbidden(
                f"{host} is at {refused[0]}, which is no public address; "
                "if it is your own, add its network to allow_private_hosts"
            )
        if plain and not all(map(self.is_private, addresses)):
            raise Forbidden(f"{host}: write https://, since http:// sends secrets in the open")
        return addresses

    def connect(self, host: str, port: int, timeout: Any, source: Any, options: Any, *, plain: bool) -> socket.socket:
        """A connection to the first address that answers."""
        failed: OSError = OSError("no address")
        for address in self.addresses(host, port, plain=plain):
            try:
                return create_connection((str(address), port), timeout, source, options)
            except OSError as error:
                failed = error
        raise failed

    def adapter(self, pace: Pace) -> HTTPAdapter:
        """For a session of requests: all its connections go through this guard, and nothing is tried twice."""
        return _GuardedAdapter(self, pace)


def network_of(text: str) -> Network:
    """Raises ValueError for what is no network such as 10.0.0.0/8."""
    return ip_network(text.strip(), strict=False)


def _is_public(address: Address) -> bool:
    known = any(address.version == network.version and address in network for network in NEVER_PUBLIC)
    return address.is_global and not address.is_multicast and not known


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, guard: Guard, pace: Pace) -> None:
        self._guard, self._pace = guard, pace
        super().__init__(pool_connections=4, pool_maxsize=4, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._guard, self._pace)


def _pools(guard: Guard, pace: Pace) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _opened(self, guard, plain=True)

        def request(self, *asked: Any, **more: Any) -> None:
            self.response_class = pace.response_class(self.host)
            super().request(*asked, **more)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _opened(self, guard, plain=False)

        def request(self, *asked: Any, **more: Any) -> None:
            self.response_class = pace.response_class(self.host)
            super().request(*asked, **more)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _opened(connection: HTTPConnection, guard: Guard, *, plain: bool) -> socket.socket:
    """With the errors that urllib3 expects."""
    try:
        return guard.connect(
            connection.host, connection.port or 443, connection.timeout, connection.source_address,
            connection.socket_options, plain=plain,
        )  # fmt: skip
    except (socket.gaierror, UnicodeError) as error:  # the latter for a name that no name server can be asked for
        raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"{connection.host} does not answer") from error
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host} cannot be reached: {error}") from error
