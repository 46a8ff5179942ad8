"""ticketlens serve and worker: the page and the API, and what happens behind them."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.errors import Unavailable
from ticketlens.lens import Lens
from ticketlens.people import People
from ticketlens.store.elastic.address import BRIEF
from ticketlens.worker import Worker


@click.command()
@click.option("--host", help="address to listen on (default: 127.0.0.1)")
@click.option("--port", type=int, help="port to listen on (default: 8000; 0 takes a free one)")
@click.option("--web-only", is_flag=True, help="no worker beside it: run ticketlens worker elsewhere")
@json_option
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None, web_only: bool, as_json: bool) -> None:
    """Serve the page and the API, with one worker unless --web-only."""
    session.overrides = {**session.overrides, "host": host, "port": port}
    start(session, lambda url: _announce(session, url, as_json), with_worker=not web_only)


def start(session: Session, announce: Callable[[str], None], *, with_worker: bool) -> None:
    """Serve until told to stop."""
    from web.serve import serve as serve_web

    settings = session.settings
    with _worker_beside(session) if with_worker else _nothing():
        status = serve_web(
            lambda: _for_pages(session).lens,
            settings.host, settings.port, base_url=settings.base_url or None, announce=announce,
        )  # fmt: skip
    if status:
        raise click.exceptions.Exit(status)


def first_link(session: Session, url: str) -> str | None:
    """A one-time link for whoever runs this, until there is an administrator; None where the store does not say."""
    from web.serve import is_loopback

    lens, alone = _for_pages(session).lens, is_loopback(session.settings.host)
    try:
        people = People(lens.store)
        return None if people.owned() or not alone else f"{url}/sign-in/{people.make_link()}"
    except Unavailable:
        click.echo("who may sign in is known once the store answers: see ticketlens person list", err=True)
        return None
    finally:
        lens.store.close()


def _for_pages(session: Session) -> Session:
    """The same store for those who wait for a page."""
    return Session(session.config, session.store, session.overrides, BRIEF)


def _announce(session: Session, url: str, as_json: bool) -> None:
    link = first_link(session, url)
    if as_json:
        echo_json({"url": url, "link": link})
    else:
        click.echo(f"TicketLens is at {url}" + (f", sign in once at {link}" if link else ""))
    sys.stdout.flush()


@contextmanager
def _worker_beside(session: Session) -> Iterator[None]:
    """A worker in a process of its own: models never load in the one that answers pages."""
    command = [sys.executable, "-m", "ticketlens"]
    command += ["--config", str(session.config)] if session.config else []
    command += ["--store", session.store] if session.store else []
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, and words that the person gave us
        [*command, "worker"], stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@click.command()
@click.option("--once", is_flag=True, help="do what is there to do, then end")
@click.pass_obj
def worker(session: Session, once: bool) -> None:
    """Pull sources when they are due, read what webhooks brought, embed and group new tickets, until told to stop."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    _work(session.lens, stop, once=once)


def _work(lens: Lens, stop: threading.Event, *, once: bool) -> None:
    working = Worker(lens, stopped=stop)
    if once:
        working.once()
    else:
        working.run()
