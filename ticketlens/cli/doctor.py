"""ticketlens doctor: versions, settings with where they come from, and what is wrong."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import click

from ticketlens import __version__
from ticketlens.cli.schedule import sentences
from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.config import TABLE, Settings, unknown_variables, variable
from ticketlens.errors import TicketLensError
from ticketlens.lens import Lens
from ticketlens.naming.naming import names_of
from ticketlens.store.base import Store
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.open import missing_folder, store_exists

PACKAGES = ("apsw", "flask", "hdbscan", "holidays", "numpy", "scikit-learn", "sentence-transformers", "torch")
FOREIGN = 0.1
REMEDY = 'set model = "multilingual", then ticketlens cluster --full'


@click.command()
@click.option("--store-only", is_flag=True, help="end with 1 only where the store cannot be used: for health checks")
@json_option
@click.pass_obj
def doctor(session: Session, store_only: bool, as_json: bool) -> None:
    """Versions, settings with their origin (secrets hidden), and what is wrong with its remedy."""
    problems: list[str] = [f"{name} is no setting; see: ticketlens doctor" for name in unknown_variables()]
    problems += session.found.problems
    settings = session.settings
    store: dict[str, str] = {}
    notes: list[str] = []
    try:
        if store_exists(settings.store):
            store = dict(session.lens.store.versions())
            wrong = session.lens.store.problems()
            problems += wrong
            if not wrong:
                notes = [*_hints(session.lens.store), *([] if store_only else _problems(session.lens))]
        elif (problem := missing_folder(settings.store)) is not None:
            problems.append(problem)
        else:
            store = {"store": "not there yet: ticketlens import FILE makes it"}
    except TicketLensError as error:
        problems.append(str(error))
    if not store_only:
        problems, notes = problems + notes, []
    told = {"versions": {**_versions(), **store}, "settings": _settings(settings), "problems": problems, "notes": notes}
    if as_json:
        echo_json(told)
    else:
        _print(told)
    if problems:
        raise click.exceptions.Exit(1)


def _versions() -> dict[str, str]:
    found = {"ticketlens": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def _settings(settings: Settings) -> list[dict[str, str]]:
    shown = []
    for row in TABLE:
        value = getattr(settings, row.attribute)
        text = _hidden(str(value)) if row.secret else _plain(value)
        shown.append(
            {
                "key": row.key,
                "value": text,
                "origin": settings.origins[row.key],
                "variable": variable(row.key),
                "help": row.help,
            }
        )
    return shown


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(getattr(one, "name", str(one)) for one in value) or "none"
    return str(value)


def _hidden(url: str) -> str:
    """An address without the name and the password in it; of another secret, that there is one."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return "…" if url else ""
    return f"{scheme}{mark}…@{rest.rpartition('@')[2]}" if "@" in rest else url


def _hints(store: Store) -> list[str]:
    return store.hints() if isinstance(store, ElasticStore) else []


def _problems(lens: Lens) -> list[str]:
    """Looking makes nothing: neither an index nor a record."""
    if isinstance(lens.store, ElasticStore) and not lens.store.begun():
        return []
    if lens.empty():
        return _sources(lens)
    found = lens.ready() + _holidays(lens) + _sources(lens) + _names(lens)
    share = lens.foreign_share()
    if share > FOREIGN and lens.settings.model == "english":
        found.append(f"{share * 100:.0f} % of the tickets are not in English: {REMEDY}")
    missing = lens.store.count_without_vector(lens.engine.key(lens.settings.model))
    if missing:
        found.append(f"{missing:,} texts are in no topic yet: run ticketlens cluster, or ticketlens worker")
    return found


def _holidays(lens: Lens) -> list[str]:
    """Where the installed package tells other dates than those kept; they stay until somebody says so."""
    told = [line for one in lens.hours.changes() for line in sentences(one)]
    return [f"{line}; the dates kept still count: take the new ones by ticketlens schedule refresh" for line in told]


def _names(lens: Lens) -> list[str]:
    """What the namer did not name in the last run, where there is one."""
    told = names_of(lens.runs.last() or {}) if lens.settings.namer_url else None
    return [f"{told.line}; asked again at the next run"] if told is not None and told.kept else []


def _sources(lens: Lens) -> list[str]:
    """What is wrong with each source; what a key that is missing cannot open is told before it is tried."""
    found = []
    for one in lens.helpdesks.standings():
        trouble = one.remedy
        try:
            lens.helpdesks.registry.settings(one.name)
        except TicketLensError as error:
            trouble = str(error)
        if trouble:
            found.append(f"source {one.name}: {trouble}")
    return found


def _print(told: Mapping[str, object]) -> None:
    versions, settings, problems, notes = told["versions"], told["settings"], told["problems"], told["notes"]
    assert isinstance(versions, dict)
    assert isinstance(settings, list)
    assert isinstance(problems, list)
    assert isinstance(notes, list)
    click.echo("\n".join(f"{name:<22} {value}" for name, value in versions.items()))
    click.echo()
    click.echo("\n".join(f"{row['key']:<22} {row['value']:<34} {row['origin']}" for row in settings))
    click.echo()
    click.echo("\n".join(f"! {problem}" for problem in problems) or "nothing is wrong")
    click.echo("".join(f"  {note}\n" for note in notes), nl=False)
