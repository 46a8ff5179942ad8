"""A server on loopback that sends what it is told, byte for byte, however wrong that is."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Say = Callable[[socket.socket], None]


class Wire:
    """`answers` come in the order given, the last one for ever: bytes, or what to do with the connection."""

    def __init__(self, *answers: bytes | Say) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    @contextmanager
    def serving(self) -> Iterator["Wire"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(10)
                self.asked.append(_head(connection))
                said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if callable(said):
                    said(connection)
                else:
                    connection.sendall(said)
                connection.shutdown(socket.SHUT_WR)


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
        head += more
    return head


def http(body: bytes = b'{"a": 1}', *headers: str, status: str = "200 OK") -> bytes:
    """An answer with a length, and nothing else but what it is told."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body
