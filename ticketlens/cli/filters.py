"""The filters of interface and address as options: every field of the table has one."""

from collections.abc import Callable
from typing import Any

import click

from ticketlens.model.filter import DATED, FIELDS, STATES, Filter
from ticketlens.query import parse_filter


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --from, --to, --group, … and --custom NAME=VALUE; they arrive together as keyword arguments."""
    options = [
        click.option("--from", "from_", metavar="DAY", help="first day, such as 2026-11-02"),
        click.option("--to", metavar="DAY", help="last day, included"),
        click.option("--dated", type=click.Choice(DATED), help="what happened between these days (default: arrived)"),
        *(click.option(f"--{name}", f"f_{name}", multiple=True, metavar="VALUE") for name in FIELDS),
        click.option("--custom", "f_custom", multiple=True, metavar="NAME=VALUE"),
        click.option("--is", "is_", multiple=True, type=click.Choice(STATES)),
        click.option("--q", metavar="WORDS", help="words that the text holds"),
        click.option(
            "--excluded",
            metavar="REASON",
            help="what stays out of every figure: spam, deleted, merged, test, no_customer_message, bot_only, any",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def chosen_filter(given: dict[str, Any]) -> Filter:
    """The filter of what `filter_options` gave; its arguments are taken out of `given`."""
    custom = [text.partition("=") for text in given.pop("f_custom")]
    told: dict[str, list[str]] = {f"custom.{name}": [] for name, _, _ in custom}
    for name, _, value in custom:
        told[f"custom.{name}"].append(value)
    for name in FIELDS:
        if values := given.pop(f"f_{name}"):
            told[name] = list(values)
    told["is"] = list(given.pop("is_"))
    for name, argument in (("from", "from_"), ("to", "to"), ("dated", "dated"), ("q", "q"), ("excluded", "excluded")):
        if value := given.pop(argument):
            told[name] = [value]
    return parse_filter(told)
