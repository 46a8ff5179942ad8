"""The web server: gunicorn in this process, from the first line it prints to a clean end."""

import errno
import ipaddress
import logging
import socket
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from ticketlens.errors import ConfigError, Unavailable
from ticketlens.lens import Lens
from ticketlens.people import People
from web.app import create_app
from web.secret import form_secret
from web.worker import PatientWorker, limit_patience
from web.wsgi import WSGI

log = logging.getLogger(__name__)

LONGEST_LINE = 8190


def serve(
    lens_factory: Callable[[], Lens],
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    base_url: str | None = None,
    proxies: int = 0,
    workers: int = 1,
    threads: int = 4,
    announce: Callable[[str], None] = print,
) -> int:
    """Serve until SIGTERM or SIGINT and return the exit status; `announce` gets the address once it answers.

    Each worker process opens a Lens of its own. A store that is away is waited for: until it answers, pages say so.
    A ConfigError says what is in the way: a port that is taken, or an
    address that others can reach while nobody is set up to sign in.
    """
    secret = _prepare(lens_factory, host)
    listening = _listen(host, port)
    url = base_url or _url(host, listening.getsockname()[1])

    def load() -> WSGI:
        return create_app(
            lens_factory(), secret=secret, loopback_only=is_loopback(host), base_url=base_url, proxies=proxies
        )

    def say(worker: Any) -> None:
        if worker.age == 1:
            announce(url)

    # From here on the socket is gunicorn's, which closes it.
    options = _options(listening.detach(), workers, threads)
    try:
        _Server(load, {**options, "post_worker_init": say}).run()
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else 0
    return 0


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, load: Callable[[], WSGI], options: dict[str, Any]) -> None:
        self._load = load
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGI:
        return self._load()


def _options(listening: int, workers: int, threads: int) -> dict[str, Any]:
    return {
        "bind": f"fd://{listening}",
        "worker_class": PatientWorker,
        "workers": workers,
        "threads": threads,
        "timeout": 120,
        "graceful_timeout": 10,
        "keepalive": 5,
        "limit_request_line": LONGEST_LINE,
        "limit_request_fields": 60,
        "forwarded_allow_ips": "",
        "loglevel": "warning",
        "accesslog": None,
        "control_socket_disable": True,
        "proc_name": "ticketlens",
    }


def _prepare(lens_factory: Callable[[], Lens], host: str) -> bytes | None:
    """The forms' secret, or None while the store is away: then nobody is let in without a name, whatever the host.

    Opened and closed again before any process is split off, since no connection may be shared.
    """
    lens = lens_factory()
    try:
        if not is_loopback(host) and not People(lens.store).anyone():
            raise ConfigError(
                f"{host} can be reached by others, and nobody is set up to sign in: "
                "run `ticketlens person add NAME --role admin` first, or serve at 127.0.0.1"
            )
        return form_secret(lens.store)
    except Unavailable as error:
        log.warning("%s; until it answers, pages say so", error)
        return None
    finally:
        lens.store.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        limit_patience(listening)
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        raise ConfigError(_why_not(host, port, error)) from None
    return listening


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program: stop it, or choose another by --port or TICKETLENS_PORT"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used without special rights: choose one from 1024 up by --port"
    return f"cannot listen at {host}, port {port}: {error.strerror}"


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
