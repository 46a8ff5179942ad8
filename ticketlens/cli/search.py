"""ticketlens search: tickets by what they mean."""

import click
from rich.console import Console
from rich.table import Table

from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.errors import ConfigError


@click.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="how many tickets at most")
@json_option
@click.pass_obj
def search(session: Session, text: str, limit: int, as_json: bool) -> None:
    """The tickets whose meaning is nearest to TEXT, in whatever words they were written."""
    if not text.strip():
        raise ConfigError("search: TEXT is empty; write what to look for, such as: ticketlens search 'card refused'")
    lens = session.lens
    found = lens.search(text, limit=limit)
    topics = lens.topic_names()
    if as_json:
        items = [{**lens.row_json(row, topics), "similarity_to_text": round(cosine, 4)} for row, cosine in found]
        echo_json({"items": items})
        return
    table = Table("near", "ticket", "created", "subject", "topic")
    for row, cosine in found:
        topic = topics.get(row.topic) if row.topic is not None else None
        ticket = row.ticket
        table.add_row(f"{cosine:.2f}", f"{ticket.source} {ticket.id}", f"{ticket.created_at:%Y-%m-%d}", ticket.subject,
                      topic.name if topic else "")  # fmt: skip
    if not found:
        click.echo("nothing to compare with yet; run: ticketlens cluster", err=True)
        return
    Console(markup=False).print(table)
