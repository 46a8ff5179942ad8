"""What `ticketlens topic split --suggest` says."""

import click

from ticketlens.cli.session import echo_json
from ticketlens.lens import Lens
from ticketlens.model.part import Suggestion

TYPICAL = 3


def tell_parts(suggestion: Suggestion, lens: Lens, as_json: bool) -> None:
    """Each part with its key, its number of tickets, its name, and subjects that show what it is."""
    if as_json:
        echo_json(suggestion.to_json())
        return
    if not suggestion.parts:
        click.echo(f"topic {suggestion.topic} does not fall apart: its {suggestion.tickets:,} tickets are one thing")
        return
    for part in suggestion.parts:
        click.echo(f"{part.key}  {len(part.tickets):>7,} tickets  {part.name}")
        found = (lens.store.get_ticket(*key) for key in part.typical)
        subjects = dict.fromkeys(row.ticket.subject.strip() for row in found if row is not None)
        for subject in [one for one in subjects if one][:TYPICAL]:
            click.echo(f"{'':27}{subject[:90]}")
    click.echo(f"nothing has changed; split parts off with: ticketlens topic split {suggestion.topic} --part KEY")
