"""ticketlens demo: an invented shop's tickets in a store of their own, grouped and served."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path

import click

from ticketlens.cli.serve import first_link, start
from ticketlens.cli.session import Session, Step, steps
from ticketlens.demo.generator import generate
from ticketlens.demo.help_centre import articles
from ticketlens.demo.voices import Voices
from ticketlens.errors import ConfigError
from ticketlens.model.batch import TicketBatch, VoiceBatch, Voiced
from ticketlens.model.filter import EVERYTHING, Filter

BATCH = 500
VOICED = 2_000
STORE = "ticketlens-demo.db"


@click.command()
@click.option("--port", type=int, help="port to listen on (default: 8000, or TICKETLENS_PORT)")
@click.option("--tickets", default=6000, show_default=True, type=click.IntRange(1, 2_000_000))
@click.option("--no-serve", is_flag=True, help="make and group the tickets, then end")
@click.pass_obj
def demo(session: Session, port: int | None, tickets: int, no_serve: bool) -> None:
    """Make demo tickets in a store of their own, find their topics, and serve the page."""
    with as_file(files("ticketlens.demo") / "demo.toml") as settings:
        config = session.config or Path(settings)
        store = session.store or f"sqlite:///{STORE}"
        own = Session(config, store, {"port": port})
        _refuse_foreign(own)
        begin = time.perf_counter()
        with steps(quiet=False) as step:
            _fill(own, tickets, step)
            report = own.lens.cluster(full=False, step=step)
            left_out = sum(own.lens.excluded(EVERYTHING).values())
        own.close()
        click.echo(
            f"{report.tickets:,} tickets in {report.topics} topics after {time.perf_counter() - begin:.0f} s; "
            f"{left_out} more stay out of every figure: spam, tests, merged or deleted",
            err=True,
        )
        if not no_serve:
            start(replace(own), lambda url: _tell(own, url), with_worker=True)


def _tell(session: Session, url: str) -> None:
    link = first_link(session, url)
    click.echo(f"TicketLens is at {url}" + (f"\nsign in once at {link}" if link else ""))


def _refuse_foreign(session: Session) -> None:
    """The demo's tickets never go to a store that holds others."""
    sources = dict(session.lens.facet("source", _everything()))
    if set(sources) - {"demo"}:
        raise ConfigError("this store holds tickets of your own; name another for the demo by --store")


def _everything() -> Filter:
    return Filter(excluded="any")


def _fill(session: Session, count: int, step: Step) -> None:
    there = session.lens.count(_everything())
    progress = step("demo tickets")
    if there >= count:
        progress(there, there)
        return
    done, now = 0, datetime.now(UTC)
    voices = Voices(now)
    for report in session.lens.add(_batches(count, now, voices)):
        done += report.received
        progress(done, count)
    _fill_voice(session, voices, step("demo answers"))
    for _ in session.lens.articles.add(_voiced(articles(now))):
        pass


def _batches(count: int, now: datetime, voices: Voices) -> Iterator[TicketBatch]:
    made = generate(count, until=now)
    while batch := tuple(islice(made, BATCH)):
        for row in batch:
            voices.see(row)
        yield TicketBatch(tuple(row.ticket for row in batch))


def _fill_voice(session: Session, voices: Voices, progress: Callable[[int, int], None]) -> None:
    voice, done = session.lens.voice, 0
    for told in voice.add_answers(_voiced(voices.answers())):
        progress(done := done + told.received, 0)
    for told in voice.add_customers(_voiced(voices.customers())):
        progress(done := done + told.received, 0)


def _voiced(made: Iterator[Voiced]) -> Iterator[VoiceBatch[Voiced]]:
    while batch := tuple(islice(made, VOICED)):
        yield VoiceBatch(batch, numbers=tuple(range(len(batch))))
