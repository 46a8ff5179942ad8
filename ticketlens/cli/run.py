"""ticketlens run: what a grouping found, and whether it takes effect."""

from typing import Any

import click

from ticketlens.cli.session import Session, echo_json, json_option, who
from ticketlens.model.run import difference_of
from ticketlens.naming.naming import names_of
from ticketlens.runs.words import in_words

why_option = click.option("--why", help="kept with the run")


@click.group()
def run() -> None:
    """What groupings found, and whether they take effect."""


@run.command("list")
@json_option
@click.pass_obj
def list_runs(session: Session, as_json: bool) -> None:
    """The run that waits, if any, then those that took effect, the latest first."""
    runs = session.lens.runs
    waiting = runs.waiting()
    told = [_told(one, "took effect") for one in runs.history()]
    rows = [*([_told(waiting, "waiting")] if waiting else []), *told]
    if as_json:
        echo_json({"runs": rows})
        return
    for row in rows:
        by = f", by {row['by']}" if row["by"] else ""
        click.echo(f"{row['id'] or '':>4}  {row['at'][:16]}  {row['state']}, {row['kind']}{by}: {row['words']}")
        if row["names"]:
            click.echo(f"{'':24}{row['names']['words']}")
    if not rows:
        click.echo("no run yet; group tickets with: ticketlens cluster")


@run.command()
@why_option
@click.pass_obj
def publish(session: Session, why: str | None) -> None:
    """Let the run that waits take effect."""
    number = session.lens.runs.publish_waiting(by=who(), why=why)
    click.echo(f"run {number} took effect; bring the former topics back with: ticketlens run back")


@run.command()
@click.pass_obj
def discard(session: Session) -> None:
    """Drop the run that waits."""
    session.lens.runs.discard_waiting()
    click.echo("dropped; the topics stay as they are")


@run.command()
@why_option
@click.pass_obj
def back(session: Session, why: str | None) -> None:
    """Bring the topics of the former run back, with all edits since on top."""
    number = session.lens.runs.bring_back(by=who(), why=why)
    click.echo(f"run {number} took effect: the topics before the last run; the same command goes forward again")


def _told(run: Any, state: str) -> dict[str, Any]:
    difference, names = run.get("difference"), names_of(run)
    return {
        "id": run.get("id"), "at": run["at"], "state": state, "kind": run.get("kind", "full"), "by": run.get("by"),
        "why": run.get("why"), "texts": run["texts"], "difference": difference,
        "words": in_words(difference_of(difference)) if difference else "the first grouping",
        "names": {**names.to_json(), "words": names.line} if names else None,
    }  # fmt: skip
