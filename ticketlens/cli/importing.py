"""ticketlens import: tickets, answers to surveys, customers or articles from files."""

import codecs
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from connectors.file import FilePage, FileSource
from ticketlens.cli.session import Session, Step, echo_json, json_option, steps
from ticketlens.cli.telling import tell
from ticketlens.config import Settings
from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.intake.article import article_reader
from ticketlens.intake.context import ReadContext
from ticketlens.intake.mapping import FieldMapping, fields_from_option, mapping_from, mapping_from_file
from ticketlens.intake.vocabulary import ANSWERS, ARTICLES, NOUNS, TICKETS, Vocabulary
from ticketlens.intake.voice import answer_reader, customer_reader
from ticketlens.lens import Lens
from ticketlens.model.batch import VoiceBatch, Voiced
from ticketlens.model.report import Report
from ticketlens.sources.imported import note

FOREIGN = 0.1


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", help="the source that the tickets belong to; wins over what a row says (default: import)")
@click.option(
    "--format", "format_", type=click.Choice(["csv", "ndjson", "json", "mbox"]), help="where the content does not tell"
)
@click.option("--encoding", help="utf-8, cp1252, …, where the content does not tell")
@click.option("--map", "fields", multiple=True, metavar="FIELD=COLUMN,…", help="which column is which field of ours")
@click.option("--mapping", type=click.Path(path_type=Path), help="a TOML file with fields, values and defaults")
@click.option(
    "--kind", type=click.Choice(list(NOUNS)), default="tickets", show_default=True, help="what the files hold"
)
@json_option
@click.pass_obj
def import_(
    session: Session, files: tuple[Path, ...], source: str | None, format_: str | None, encoding: str | None,
    fields: tuple[str, ...], mapping: Path | None, kind: str, as_json: bool,
) -> None:  # fmt: skip
    """Store tickets from CSV, NDJSON or mbox FILEs (.gz too); by --kind answers to surveys, customers,
    or articles of the help centre.

    Run it again at any time: what is stored already is counted as unchanged.
    """
    plan = _mapping(mapping, fields, NOUNS[kind])
    _check_encoding(encoding)
    report, failed = Report(), []
    with steps(quiet=as_json) as step:
        for file in files:
            context, own, error = _context(session.settings, plan, source), Report(), None
            try:
                reading = FileSource(file, context, format=format_, encoding=encoding)
                for told in _reports(session.lens, kind, reading, step):
                    own = own.add(told)
            except TicketLensError as trouble:
                error = str(trouble)
                failed.append(error)
            report = report.add(own).add(Report(notes=context.notes.sentences()))
            if own.received:
                redact = session.lens.preparer.redactor.redact
                note(session.lens.store, context.now, file.name, kind, own, error, redact)
    if kind == TICKETS.noun:
        report = replace(report, notes=(*report.notes, *_languages(session.lens)))
    if as_json:
        echo_json({**report.to_json(), "errors": failed})
    else:
        tell(report)
    for message in failed:
        click.echo(f"ticketlens: {message}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def _mapping(file: Path | None, options: Iterable[str], of: Vocabulary) -> FieldMapping:
    told = mapping_from_file(file, of) if file else FieldMapping()
    fields = {ours: theirs for option in options for ours, theirs in fields_from_option(option, of).items()}
    return replace(told, fields={**told.fields, **mapping_from({"fields": fields}, of).fields}) if fields else told


def _reports(lens: Lens, kind: str, source: FileSource, step: Step) -> Iterator[Report]:
    if kind == TICKETS.noun:
        return _import(lens, source, step)
    if not source.path.exists():
        raise ConfigError(f"{source.path}: there is no such file")
    progress = step(f"import {source.path.name}")
    if kind == ANSWERS.noun:
        return lens.voice.add_answers(_seen(source.batches(answer_reader(source.context)), progress))
    if kind == ARTICLES.noun:
        return lens.articles.add(_seen(source.batches(article_reader(source.context)), progress))
    return lens.voice.add_customers(_seen(source.batches(customer_reader(source.context)), progress))


def _seen(batches: Iterable[VoiceBatch[Voiced]], progress: Callable[[int, int], None]) -> Iterator[VoiceBatch[Voiced]]:
    for batch in batches:
        yield batch
        progress(batch.position, batch.total)


def _context(settings: Settings, mapping: FieldMapping, source: str | None) -> ReadContext:
    return ReadContext(now=datetime.now(UTC), source_override=source, zone=ZoneInfo(settings.zone), mapping=mapping)


def _check_encoding(name: str | None) -> None:
    try:
        codecs.lookup(name or "utf-8")
    except LookupError:
        raise ConfigError(f"--encoding: {name!r} is no encoding; write one like utf-8 or cp1252") from None


def _import(lens: Lens, source: FileSource, step: Step) -> Iterator[Report]:
    """What became of each batch: what is told of is stored, also where the file breaks off later."""
    if not source.path.exists():
        raise ConfigError(f"{source.path}: there is no such file")
    context = source.context
    reading = lens.reading(context.source_override or context.source, _fingerprint(context.mapping))
    yield from lens.add(_watched(source.pages(), step(f"import {source.path.name}")), reading=reading)


def _fingerprint(mapping: FieldMapping) -> str:
    return hashlib.sha256(mapping.fingerprint.encode()).hexdigest()[:16]


def _watched(pages: Iterable[FilePage], progress: object) -> Iterator[FilePage]:
    for page in pages:
        yield page
        progress(page.position, page.total)  # type: ignore[operator]


def _languages(lens: Lens) -> tuple[str, ...]:
    share = lens.foreign_share()
    if share <= FOREIGN or lens.settings.model != "english":
        return ()
    return (
        f'{share * 100:.0f} % of the tickets are not in English: set model = "multilingual" before ticketlens cluster',
    )
