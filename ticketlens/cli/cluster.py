"""ticketlens cluster: vectors, then topics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import click

from ticketlens.cli.session import Session, Step, echo_json, json_option, steps
from ticketlens.engine import Progress
from ticketlens.errors import ConfigError
from ticketlens.grouping import ClusterReport
from ticketlens.holder import holder_of
from ticketlens.lease import Lease
from ticketlens.lens import Lens
from ticketlens.runs.words import in_words
from ticketlens.store.leases import Claim
from ticketlens.worker import MEASURE

ASK_AGAIN_SECONDS = 1.0


@click.command()
@click.option("--full", is_flag=True, help="find all topics anew, in place of joining new tickets to those there are")
@click.option("--publish", is_flag=True, help="let what was found take effect, however much it changes")
@json_option
@click.pass_obj
def cluster(session: Session, full: bool, publish: bool, as_json: bool) -> None:
    """Group tickets by meaning: vectors for new texts, then topics."""
    lens = session.lens
    if lens.empty():
        raise ConfigError("there are no tickets yet; import some with: ticketlens import FILE")
    with steps(quiet=as_json) as step:
        if lens.stale:
            _measure_again(lens, step("recompute times"))
        report = _cluster(lens, step, full=full, publish=publish)
    if as_json:
        echo_json(report.to_json())
        return
    if report.difference is not None:
        click.echo(f"new grouping: {in_words(report.difference)}")
    if not report.published:
        click.echo("it waits for a person: ticketlens run publish, or ticketlens run discard")
    if report.names is not None:
        click.echo(report.names.line)
    c = report.coverage
    click.echo(f"{report.topics:,} topics hold {c.core + c.weak + c.edited:,} of {report.tickets:,} tickets "
               f"({c.core:,} core, {c.weak:,} weak, {c.edited:,} edited); {c.ungrouped:,} are in none")  # fmt: skip
    click.echo("seconds: " + ", ".join(f"{name} {spent:.1f}" for name, spent in report.seconds.items()))


def _cluster(lens: Lens, step: Step, *, full: bool, publish: bool) -> ClusterReport:
    lease = lens.grouping()
    with _in_turn(lease, "groups", lens.zone):
        return lens.cluster(full=full, publish=publish, again=True, step=lambda name: _checked(lease, step(name)))


def _measure_again(lens: Lens, progress: Progress) -> None:
    """After a worker that is at it, where that left anything to do."""
    lease = lens.alone(MEASURE)
    with _in_turn(lease, "recomputes times", lens.zone):
        if lens.stale:
            lens.rederive(_checked(lease, progress))


@contextmanager
def _in_turn(lease: Lease, work: str, zone: str) -> Iterator[None]:
    """The lease, once whoever has it at the moment is done."""
    told = False
    while True:
        with lease.held() as ours:
            if ours:
                yield
                return
        if not told and (claim := lease.claim()) is not None:
            click.echo(waiting(claim, work, zone), err=True)
            told = True
        time.sleep(ASK_AGAIN_SECONDS)


def waiting(claim: Claim, work: str, zone: str) -> str:
    """What is known: who took the lease last, and when it ends if nothing more is heard."""
    holder = holder_of(claim.holder)
    until = f"{claim.until.astimezone(ZoneInfo(zone)):%H:%M:%S}"
    return (
        f"{holder.told if holder else 'another process'} {work}, or did until a moment ago; waiting until it is done, "
        f"or until {until} if nothing more is heard of it"
    )


def _checked(lease: Lease, progress: Progress) -> Progress:
    def tell(done: int, total: int) -> None:
        lease.check()
        progress(done, total)

    return tell
