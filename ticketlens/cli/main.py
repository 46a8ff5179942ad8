"""The command line: one file a command; an error is one line, and its exit status tells what kind."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ticketlens import __version__
from ticketlens.cli.cluster import cluster
from ticketlens.cli.compare import compare
from ticketlens.cli.demo import demo
from ticketlens.cli.doctor import doctor
from ticketlens.cli.export import export
from ticketlens.cli.importing import import_
from ticketlens.cli.parity import parity
from ticketlens.cli.people import person, token
from ticketlens.cli.pull import pull
from ticketlens.cli.run import run
from ticketlens.cli.schedule import schedule
from ticketlens.cli.search import search
from ticketlens.cli.serve import serve, worker
from ticketlens.cli.session import Session
from ticketlens.cli.source import source
from ticketlens.cli.store import store
from ticketlens.cli.topic import topic
from ticketlens.cli.trend import trend
from ticketlens.cli.why import why
from ticketlens.collector import look_seldom
from ticketlens.errors import ConfigError, TicketLensError

WRONG_USE = 2
FAILED = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--config", type=click.Path(path_type=Path), help="settings file (default: ticketlens.toml here)")
@click.option("--store", metavar="URL", help="where everything is kept, such as sqlite:///ticketlens.db")
@click.version_option(__version__, prog_name="ticketlens")
@click.pass_context
def cli(context: click.Context, config: Path | None, store: str | None) -> None:
    """Which problems keep coming back, how long customers really wait, and what changed since last week."""
    context.obj = Session(config, store)
    context.call_on_close(context.obj.close)


for command in (
    import_, source, pull, cluster, serve, worker, trend, compare, why, parity, search, export, doctor, demo, person,
    token, store, schedule, topic, run,
):  # fmt: skip
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends with 0 done, 1 something failed, 2 wrong use or settings."""
    look_seldom()
    try:
        status = cli.main(arguments, standalone_mode=False)  # of a command that left early, else what it returned
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(FAILED)
    except TicketLensError as error:
        click.echo(f"ticketlens: {error}", err=True)
        sys.exit(WRONG_USE if isinstance(error, ConfigError) else FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        click.echo(f"ticketlens: {error.strerror or error}", err=True)
        sys.exit(FAILED)
