"""What became of records, as a command tells it: counts, the first that were set aside, notes."""

import click

from ticketlens.model.report import Report

SHOWN_ASIDE = 10


def tell(report: Report, before: str = "", after: str = "") -> None:
    """`before` and `after` stand around the counts, on their line."""
    click.echo(
        f"{before}{report.received:,} received: {report.stored:,} stored, {report.unchanged:,} unchanged, "
        f"{report.set_aside:,} set aside, {report.refused:,} refused{after}"
    )
    for item in report.set_aside_items[:SHOWN_ASIDE]:
        click.echo(f"  {item.place} {item.number}{f', id {item.id}' if item.id else ''}: {item.reason}")
    if report.set_aside > SHOWN_ASIDE:
        click.echo(f"  … and {report.set_aside - SHOWN_ASIDE:,} more; --json lists the first 1,000")
    for note in report.notes:
        click.echo(f"  {note}")
