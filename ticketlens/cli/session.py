"""What every command starts from: settings, one store, one Lens, and how progress is shown."""

import getpass
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clustering.standard import StandardEngine
from ticketlens.cli.plugins import Found, find_kinds
from ticketlens.config import Settings, load_settings
from ticketlens.lens import Lens
from ticketlens.store.elastic.address import LONG, Options
from ticketlens.store.open import open_store

UNKNOWN_TOTAL = 10_000
json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON object and nothing else")


@dataclass
class Session:
    """Made once a command; the store is opened when it is first needed, and closed at the end.

    `patience` is for how many seconds a store that can take no writes now is tried again.
    """

    config: Path | None = None
    store: str | None = field(default=None, repr=False)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    patience: float = LONG

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.config, overrides={"store": self.store, **self.overrides})

    @cached_property
    def lens(self) -> Lens:
        store = open_store(self.settings.store, self.options)
        return Lens(store, self.settings, StandardEngine(), kinds=self.found.kinds)

    @cached_property
    def found(self) -> Found:
        """The kinds of source, those of other packages too."""
        return find_kinds()

    @property
    def options(self) -> Options:
        told = self.settings
        return Options(told.elastic_ca_file, told.elastic_api_key, told.elastic_timeout, self.patience)

    def close(self) -> None:
        if "lens" in self.__dict__:
            self.lens.store.close()


def echo_json(told: Mapping[str, object]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))


def _plain_step(quiet: bool, name: str) -> Callable[[int, int], None]:
    """Where no bar can be drawn, a line for each quarter done; of an unknown total, for each 10,000."""
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        part = 4 * done // total if total else done // UNKNOWN_TOTAL
        if part > told and not quiet:
            told = part
            click.echo(f"{name}: {done:,} of {total:,}" if total else f"{name}: {done:,}", err=True)

    return tell


Step = Callable[[str], Callable[[int, int], None]]


@contextmanager
def steps(*, quiet: bool) -> Iterator[Step]:
    """A progress line for each named step, on standard error; each says how long it took."""
    columns = (TextColumn("{task.description:<18}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        yield partial(_plain_step, quiet)
        return
    with Progress(*columns, console=console, disable=quiet) as bars:

        def start(name: str) -> Callable[[int, int], None]:
            task = bars.add_task(name, total=None)
            return lambda done, total: bars.update(task, completed=done, total=total or None)

        yield start


def who() -> str:
    """Who sits at the command line, as the system calls them: kept with what they do."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
