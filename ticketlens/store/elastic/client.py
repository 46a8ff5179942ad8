"""The client of a cluster: several hosts, and bounds on how long anybody waits for one.

A host that cannot be reached is passed over for the next. One that takes a request and does not answer is passed over
where the request only reads: each host is then given its share of `elastic.timeout`, so that nobody waits twice for it.
What writes ends there, as it may be done.
"""

import logging
from typing import Any

from elastic_transport import ConnectionError as NotConnected
from elastic_transport import ConnectionTimeout, Urllib3HttpNode
from elasticsearch import Elasticsearch, OrjsonSerializer
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError

from ticketlens.store.elastic.address import Address, Options

CONNECT_SECONDS = 5.0


class Host(Urllib3HttpNode):
    """One host. Not to be reached within five seconds is the same as refused."""

    def perform_request(self, *asked: Any, request_timeout: Any = None, **more: Any) -> Any:
        seconds = None if request_timeout is None else float(request_timeout)
        bounds: Any = Timeout(connect=min(CONNECT_SECONDS, seconds or CONNECT_SECONDS), read=seconds)
        try:
            return super().perform_request(*asked, **{**more, "request_timeout": bounds})
        except ConnectionTimeout as error:
            if error.errors and isinstance(error.errors[0], ConnectTimeoutError):
                raise NotConnected(f"{self.host}:{self.port} cannot be reached", errors=error.errors) from error
            raise


def client_of(address: Address, options: Options) -> Elasticsearch:
    # What it warns of, with tracebacks, our errors say in a line.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)
    return Elasticsearch(
        list(address.hosts),
        node_class=Host,
        serializer=OrjsonSerializer(),
        max_retries=max(2, len(address.hosts)),
        retry_on_timeout=False,
        **options.arguments(address),
    )


def reading(client: Elasticsearch, address: Address, options: Options) -> Elasticsearch:
    """The client as it is for what only reads."""
    hosts = len(address.hosts)
    return client.options(
        retry_on_timeout=hosts > 1, max_retries=max(2, hosts), request_timeout=options.timeout / hosts
    )
