"""ticketlens store: move everything to another store."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from ticketlens.cli.session import echo_json, json_option, steps
from ticketlens.errors import ConfigError
from ticketlens.store.base import Store
from ticketlens.store.copying import Copied, copy
from ticketlens.store.open import open_store, store_exists


@click.group()
def store() -> None:
    """Move everything to another store."""


@store.command("copy")
@click.argument("from_", metavar="FROM")
@click.argument("to", metavar="TO")
@json_option
def copy_(from_: str, to: str, as_json: bool) -> None:
    """Copy everything from the store at FROM to the one at TO, an empty one, and compare both.

    Run it again after a break, or to bring the copy up to date: what is there already is left as it is.
    """
    if from_ == to:
        raise ConfigError("copy: both addresses name the same store")
    if not store_exists(from_):
        raise ConfigError("copy: there is no store at the first address")
    with _opened(from_) as source, _opened(to) as target, steps(quiet=as_json) as step:
        told = copy(source, target, step)
    differ = [one.part for one in told if not one.same]
    if as_json:
        echo_json({"parts": [_part(one) for one in told], "same": not differ})
    else:
        _tell(told)
    if differ:
        click.echo(f"ticketlens: {', '.join(differ)} differ: the source changed under way; run it again", err=True)
        raise click.exceptions.Exit(1)


@contextmanager
def _opened(url: str) -> Iterator[Store]:
    opened = open_store(url)
    try:
        yield opened
    finally:
        opened.close()


def _part(one: Copied) -> dict[str, object]:
    return {
        "part": one.part,
        "pieces": one.target.pieces,
        "written": one.written,
        "erased": one.erased,
        "sha256": one.target.sha256,
        "source": {"pieces": one.source.pieces, "sha256": one.source.sha256},
        "same": one.same,
    }


def _tell(told: list[Copied]) -> None:
    for one in told:
        state = "the same on both sides" if one.same else f"DIFFERS, the source has {one.source.pieces:,}"
        click.echo(f"{one.part:<12} {one.target.pieces:>11,}  {one.written:>11,} written  {one.target.sha256[:16]}  "
                   f"{state}")  # fmt: skip
