"""ticketlens cluster: vectors, then topics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ticketlens.cli.session import Session, Step, echo_json, json_option, steps
from ticketlens.engine import Progress
from ticketlens.errors import ConfigError
from ticketlens.grouping import ClusterReport
from ticketlens.lease import Lease
from ticketlens.lens import Lens

ASK_AGAIN_SECONDS = 1.0


@click.command()
@click.option("--full", is_flag=True, help="find all topics anew, in place of joining new tickets to those there are")
@json_option
@click.pass_obj
def cluster(session: Session, full: bool, as_json: bool) -> None:
    """Group tickets by meaning: vectors for new texts, then topics."""
    lens = session.lens
    if lens.empty():
        raise ConfigError("there are no tickets yet; import some with: ticketlens import FILE")
    with steps(quiet=as_json) as step:
        if lens.stale:
            recompute = step("recompute times")
            lens.rederive(lambda done: recompute(done, done))
        report = _cluster(lens, step, full=full)
    if as_json:
        echo_json(report.to_json())
        return
    c = report.coverage
    click.echo(f"{report.topics:,} topics hold {c.core + c.weak + c.edited:,} of {report.tickets:,} tickets "
               f"({c.core:,} core, {c.weak:,} weak, {c.edited:,} edited); {c.ungrouped:,} are in none")  # fmt: skip
    click.echo("seconds: " + ", ".join(f"{name} {spent:.1f}" for name, spent in report.seconds.items()))


def _cluster(lens: Lens, step: Step, *, full: bool) -> ClusterReport:
    lease = lens.grouping()
    with _in_turn(lease):
        return lens.cluster(full=full, step=lambda name: _checked(lease, step(name)))


@contextmanager
def _in_turn(lease: Lease) -> Iterator[None]:
    """The lease, once whoever groups at the moment is done."""
    told = False
    while True:
        with lease.held() as ours:
            if ours:
                yield
                return
        if not told:
            click.echo("a worker groups at the moment; waiting for it", err=True)
            told = True
        time.sleep(ASK_AGAIN_SECONDS)


def _checked(lease: Lease, progress: Progress) -> Progress:
    def tell(done: int, total: int) -> None:
        lease.check()
        progress(done, total)

    return tell
