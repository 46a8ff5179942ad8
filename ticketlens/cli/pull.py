"""ticketlens pull: what changed in the helpdesks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import click

from ticketlens.cli.session import Session, Step, echo_json, json_option, steps
from ticketlens.cli.telling import tell
from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.lens import Lens
from ticketlens.model.report import Report
from ticketlens.query import check_year, parse_moment
from ticketlens.sources.pulling import Pulled


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--since", metavar="DATE", help="what changed since a day or a time; the next pull goes on as before")
@click.option("--full", is_flag=True, help="read everything again, and find what was deleted")
@json_option
@click.pass_obj
def pull(session: Session, names: tuple[str, ...], since: str | None, full: bool, as_json: bool) -> None:
    """Store what changed in the sources NAME…, or in all of them.

    A source that fails keeps no other from being read. What was stored before stays, and the next pull goes on there.
    """
    if since and full:
        raise ConfigError("--since reads a part and --full everything: give one of them")
    lens = session.lens
    moment = _moment(since, lens.zone) if since else None
    registry = lens.helpdesks.registry
    chosen = [registry.get(name).name for name in names] or [one.name for one in registry.all()]
    with steps(quiet=as_json) as step:
        told = list(_each(lens, list(dict.fromkeys(chosen)), moment, full, step))
    if as_json:
        echo_json({"sources": [one.to_json() for one in told]})
    else:
        _print(told)
    failed = [one for one in told if one.error]
    for one in failed:
        click.echo(f"ticketlens: {one.source}: {one.error}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def _each(lens: Lens, names: list[str], since: datetime | None, full: bool, step: Step) -> Iterator[Pulled]:
    for name in names:
        begun, progress = lens.now(), step(f"pull {name}")
        try:
            told = lens.helpdesks.pull(name, since=since, full=full, step=progress)
        except TicketLensError as error:
            told = Pulled(name, Report(), (lens.now() - begun).total_seconds(), str(error))
        if told.error is None:
            progress(told.report.received, told.report.received)
        yield told


def _moment(text: str, zone: str) -> datetime:
    """A day begins in the workspace's zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return parse_moment("--since", text).astimezone(UTC)
    check_year("--since", day)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _print(told: list[Pulled]) -> None:
    if not told:
        click.echo("no source yet; add one with: ticketlens source add NAME KIND KEY=VALUE…", err=True)
    for one in told:
        tell(one.report, f"{one.source}: ", f"; {one.deleted:,} deleted there" if one.deleted else "")
