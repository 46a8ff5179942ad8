"""ticketlens compare: one figure in two periods, or of two filters."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from ticketlens.answers.comparison_json import comparison_json
from ticketlens.answers.sides import Pairing, versus
from ticketlens.cli.filters import chosen_filter, filter_options
from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.errors import ConfigError
from ticketlens.model.comparison import Comparison
from ticketlens.query import parse_moment


def side_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is measured and on which two sides, for `compare` and `why`."""
    options = [
        click.option("--metric", default="ttr.full", show_default=True),
        click.option("--clock", type=click.Choice(["calendar", "business"]), default="calendar", show_default=True),
        click.option("--cohort", type=click.Choice(["arrived", "solved"]), default="arrived", show_default=True),
        click.option("--by", type=click.Choice(["day", "week", "month", "quarter"]), default="week", show_default=True),
        click.option("--period", metavar="NAME", help="the later side: 2026-W46, 2026-11, 2026-11-02..2026-11-29"),
        click.option("--against", metavar="NAME", help="previous, year, same (time), or a period of its own"),
        click.option("--versus", multiple=True, metavar="FIELD=VALUE", help="the other side's filter, such as group=b"),
        click.option("--horizon", type=float, metavar="HOURS", help="of restricted means, in hours of the clock"),
        click.option("--as-of", metavar="TIME", help="as it was known then, such as 2026-11-16T09:00:00Z"),
    ]
    for option in reversed([*options]):
        command = option(command)
    return filter_options(command)


def chosen_sides(given: dict[str, Any]) -> tuple[Pairing, datetime | None]:
    """What `side_options` gave; its arguments are taken out of `given`."""
    where = chosen_filter(given)
    as_of, horizon = given.pop("as_of"), given.pop("horizon")
    told: dict[str, list[str]] = {}
    for text in given.pop("versus"):
        name, there, value = text.partition("=")
        if not there:
            raise ConfigError(f"--versus: {text[:40]!r} is not FIELD=VALUE")
        told.setdefault(name, []).append(value)
    names = ("metric", "clock", "cohort", "by", "period", "against")
    chosen = {name: given.pop(name) for name in names}
    minutes = None if horizon is None else horizon * 60
    return (
        Pairing(**chosen, where=where, versus=versus(where, told), horizon=minutes),
        parse_moment("--as-of", as_of) if as_of else None,
    )


@click.command()
@side_options
@json_option
@click.pass_obj
def compare(session: Session, /, as_json: bool, **given: Any) -> None:
    """One figure in two periods, or of two filters in the same time."""
    wanted, as_of = chosen_sides(given)
    told = session.lens.comparing.compare(wanted, as_of=as_of)
    if as_json:
        echo_json(comparison_json(told))
        return
    _print(told)


def _print(told: Comparison) -> None:
    click.echo(told.sentence)
    if told.curves:
        click.echo(f"Whole curves: {told.curves.verdict} (log-rank, p = {told.curves.p:.3f}).")
    for note in told.notes:
        click.echo(f"Note: {note}.")
    click.echo(f"Working days: {told.calendar}. As of {told.as_of:%Y-%m-%d %H:%M %Z}, {told.zone}.")
