"""ticketlens store: move everything to another store, or to what a newer TicketLens needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

import click

from ticketlens.cli.session import Session, echo_json, json_option, steps
from ticketlens.errors import ConfigError
from ticketlens.store.base import Store
from ticketlens.store.copying import Copied, copy
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.open import open_store, store_exists


@click.group()
def store() -> None:
    """Move everything to another store, or to what this TicketLens needs."""


@store.command("copy")
@click.argument("from_", metavar="FROM")
@click.argument("to", metavar="TO")
@json_option
@click.pass_obj
def copy_(session: Session, from_: str, to: str, as_json: bool) -> None:
    """Copy everything from the store at FROM to the one at TO, an empty one, and compare both.

    Both are reached by the same settings `elastic.*`: elastic.ca_file counts where an address is https, and
    elastic.api_key where it has no user.

    Run it again after a break, or to bring the copy up to date: what is there already is left as it is.
    """
    if from_ == to:
        raise ConfigError("copy: both addresses name the same store")
    if not store_exists(from_):
        raise ConfigError("copy: there is no store at the first address")
    with _opened(session, from_) as source, _opened(session, to) as target, steps(quiet=as_json) as step:
        told = copy(source, target, step)
    differ = [one.part for one in told if not one.same]
    if as_json:
        echo_json({"parts": [_part(one) for one in told], "same": not differ})
    else:
        _tell(told)
    if differ:
        click.echo(f"ticketlens: {', '.join(differ)} differ: the source changed under way; run it again", err=True)
        raise click.exceptions.Exit(1)


@store.command()
@click.option("--back", is_flag=True, help="put the indices that the last migration replaced in their places again")
@click.option("--lose-writes", is_flag=True, help="with --back: also where that loses what was written since")
@json_option
@click.pass_obj
def migrate(session: Session, back: bool, lose_writes: bool, as_json: bool) -> None:
    """Bring the store to what this TicketLens needs, while it is read and written to.

    In Elasticsearch new indices are made, compared and put in place in one step; the old ones are kept. Restart what
    runs on an older TicketLens afterwards.
    """
    if lose_writes and not back:
        raise ConfigError("migrate: --lose-writes goes with --back")
    opened = session.lens.store
    if not isinstance(opened, ElasticStore):
        schema = opened.versions()["schema"]
        told = f"a SQLite file migrates by itself when it is opened; the schema is version {schema}"
        _say({"store": "sqlite", "schema": int(schema), "indices": []}, told, as_json)
        return
    if back:
        pairs = opened.migration().back(lose_writes=lose_writes)
        moved = "\n".join(f"{old} is in use again in place of {new}" for new, old in pairs)
        _say({"store": "elasticsearch", "back": [{"from": new, "to": old} for new, old in pairs]}, moved, as_json)
        return
    with steps(quiet=as_json) as step:
        done = opened.migration().run(step)
    lines = "\n".join(
        f"{one.noun:<24} {one.documents:>11,}  {one.sha256[:16]}  {one.old} -> {one.new}, "
        f"writers waited {one.blocked_seconds:.1f} s"
        for one in done
    )
    _say(
        {"store": "elasticsearch", "indices": [asdict(one) for one in done]},
        lines or "every index is of this version; nothing to do",
        as_json,
    )


def _say(told: Mapping[str, object], text: str, as_json: bool) -> None:
    if as_json:
        echo_json(told)
    else:
        click.echo(text)


@contextmanager
def _opened(session: Session, url: str) -> Iterator[Store]:
    opened = open_store(url, session.options.fitting(url))
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
