"""Gunicorn's threads, kept for those who ask for something.

Browsers open connections ahead of need and say nothing on them; each would hold one of few threads for five seconds.
Who says half a sentence and stops is let go after ten.
"""

import logging
import socket
import struct
from concurrent.futures import Future
from typing import Any

from gunicorn.workers import gthread

PATIENCE_SECONDS = 10
_DEFER = getattr(gthread, "_DEFER", None)


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]
    def init_process(self) -> None:
        self.log.error_log.addFilter(_is_no_stall)
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        """A thread for a connection that has something to read; the poller for one that is only open."""
        if _DEFER is None or conn.initialized or getattr(conn, "data_ready", True):
            super().enqueue_req(conn)
            return
        silent: Future[object] = Future()
        silent.set_result(_DEFER)
        self.finish_request(conn, silent)


def limit_patience(listening: socket.socket) -> None:
    """No read from a connection accepted here waits for longer; connections take this over from the listening one."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE_SECONDS, 0))


def _is_no_stall(record: logging.LogRecord) -> bool:
    return record.exc_info is None or not isinstance(record.exc_info[1], BlockingIOError)
