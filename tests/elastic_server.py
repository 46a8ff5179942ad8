"""A real Elasticsearch, a prefix of a test's own on it, and a proxy before it that is closed, stalled or strict."""

import json
import os
import secrets
import socket
import ssl
import threading
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from elasticsearch import Elasticsearch
from ports import free_port

from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address, Options

SERVERS = [url for url in os.environ.get("TICKETLENS_TEST_ES", "").split(",") if url]
BLOCKS = [f"index.blocks.{name}" for name in ("read_only_allow_delete", "read_only", "write")]
UNKNOWN = {"error": {"type": "security_exception", "reason": "unable to authenticate"}, "status": 401}
BUSY = {"error": {"type": "unavailable_shards_exception", "reason": "primary shard is not active"}, "status": 503}
TOO_LARGE = {"error": "Request Entity Too Large"}


class Place:
    """`prefix` and what begins with it are taken away at the end; `client` is for what other programs do there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.prefix = f"test-{secrets.token_hex(4)}"
        self.client = Elasticsearch(url)
        self._stores: list[ElasticStore] = []

    @property
    def address(self) -> str:
        return f"{self.url}/{self.prefix}"

    def store(self, url: str | None = None, **options: Any) -> ElasticStore:
        made = ElasticStore(Address.read(url or self.address), Options(**{"timeout": 20.0, "patience": 1.0, **options}))
        self._stores.append(made)
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for store in self._stores:
            store.close()
        there = self.client.options(ignore_status=404).indices
        there.put_settings(index=f"{self.prefix}*", settings=dict.fromkeys(BLOCKS), expand_wildcards="all")
        for name in there.get(index=f"{self.prefix}*", expand_wildcards="all"):
            there.delete(index=name)
        for found in there.get_index_template(name=f"{self.prefix}*").get("index_templates", []):
            there.delete_index_template(name=found["name"])
        self.client.close()


class Front:
    """A proxy. `tls` is the context that it serves with; `authorization` what it must be sent; `largest` body in bytes.

    `seen` has the Authorization header of each request. As many bulks as `busy`
    says are answered with 503. Between `close` and `open` its port refuses connections;
    between `stall` and `go_on` requests are taken and not answered.
    """

    def __init__(
        self,
        url: str,
        *,
        tls: ssl.SSLContext | None = None,
        authorization: str | None = None,
        largest: int | None = None,
    ) -> None:
        self.tls = tls
        self.authorization = authorization
        self.largest = largest
        self.seen: list[str | None] = []
        self.busy = 0
        self.target = urlsplit(url).netloc
        self.port = free_port()
        self._going = threading.Event()
        self._going.set()
        self._server: _Server | None = None

    def address(self, prefix: str, *, user: str = "", host: str = "127.0.0.1") -> str:
        scheme, user = "http" if self.tls is None else "https", f"{user}@" if user else ""
        return f"{scheme}://{user}{host}:{self.port}/{prefix}"

    def open(self) -> None:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Ends every connection too, as a server that is killed does."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.hang_up()

    def stall(self) -> None:
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    def wait(self) -> None:
        self._going.wait(60)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.go_on()
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, front: Front) -> None:
        self.front = front
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", front.port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        if self.front.tls is not None:
            connection = self.front.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._open.add(connection)
        return connection, peer

    def hang_up(self) -> None:
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that end early are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        front = self.server.front
        front.wait()
        front.seen.append(self.headers.get("Authorization"))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if front.authorization is not None and front.seen[-1] != front.authorization:
            self._answer(401, json.dumps(UNKNOWN).encode(), {"Content-Type": "application/json"})
        elif front.largest is not None and len(body) > front.largest:
            self._answer(413, json.dumps(TOO_LARGE).encode(), {"Content-Type": "application/json"})
        elif front.busy and self.path.partition("?")[0].endswith("/_bulk"):
            front.busy -= 1
            self._answer(503, json.dumps(BUSY).encode(), {"Content-Type": "application/json"})
        else:
            self._pass_on(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - as http.server has them

    def _pass_on(self, body: bytes) -> None:
        onward = HTTPConnection(self.server.front.target, timeout=60)
        try:
            kept = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "authorization")
            }
            onward.request(self.command, self.path, body or None, kept)
            answer = onward.getresponse()
            told = answer.read()
            skipped = ("transfer-encoding", "content-length", "connection")
            self._answer(answer.status, told, {n: v for n, v in answer.getheaders() if n.lower() not in skipped})
        finally:
            onward.close()

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
