"""ticketlens cluster: vectors, then topics."""

import click

from ticketlens.cli.session import Session, echo_json, json_option, steps
from ticketlens.errors import ConfigError


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
        report = lens.cluster(full=full, step=step)
    if as_json:
        echo_json(report.to_json())
        return
    c = report.coverage
    click.echo(f"{report.topics:,} topics hold {c.core + c.weak + c.edited:,} of {report.tickets:,} tickets "
               f"({c.core:,} core, {c.weak:,} weak, {c.edited:,} edited); {c.ungrouped:,} are in none")  # fmt: skip
    click.echo("seconds: " + ", ".join(f"{name} {spent:.1f}" for name, spent in report.seconds.items()))
