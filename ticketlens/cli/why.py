"""ticketlens why: what made a mean wait move, topic by topic, or by any other field."""

from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ticketlens.answers.compare_words import difference_words
from ticketlens.answers.comparison_json import explanation_json
from ticketlens.cli.compare import chosen_sides, side_options
from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.model.comparison import Effect, Explanation, Reason


@click.command()
@click.option("--split-by", default="topic", show_default=True, metavar="FIELD")
@side_options
@json_option
@click.pass_obj
def why(session: Session, /, as_json: bool, split_by: str, **given: Any) -> None:
    """Why a mean wait moved between two periods or filters: mix, and speed, of each topic, group, channel, …"""
    wanted, as_of = chosen_sides(given)
    told = session.lens.comparing.why(wanted, split_by=split_by, as_of=as_of)
    if as_json:
        echo_json(explanation_json(told))
        return
    _print(told)


def _print(told: Explanation) -> None:
    console = Console(markup=False)
    console.print(told.sentence)
    for note in told.notes:
        console.print(f"Note: {note}.")
    if not told.reasons:
        return
    table = Table()
    for head in (told.split_by, "n before", "n after", "speed", "mix", "together", "95 % interval"):
        table.add_column(head, justify="left" if head == told.split_by else "right")
    for reason in told.reasons:
        table.add_row(*_cells(reason))
    console.print(table)


def _cells(reason: Reason) -> tuple[str, ...]:
    ends = f"{_minutes(reason.total.low)} to {_minutes(reason.total.high)}"
    effects = (_effect(effect) for effect in (reason.speed, reason.mix, reason.total))
    return (reason.name, f"{reason.n[0]:,}", f"{reason.n[1]:,}", *effects, ends)


def _effect(effect: Effect) -> str:
    """In brackets where it may be chance."""
    return _minutes(effect.value) if effect.clear else f"({_minutes(effect.value)})"


def _minutes(value: float) -> str:
    return difference_words(value, "minutes")
