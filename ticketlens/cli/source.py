"""ticketlens source: the helpdesk accounts that tickets are pulled from."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from ticketlens.answers.words import length
from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.connector import Connector, Receiver, hook_proof
from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.hooks.counts import HookCounts
from ticketlens.lens import Lens
from ticketlens.sources.hook_secret import SECRET
from ticketlens.sources.registry import Source, fields_of
from ticketlens.sources.standing import Standing

PATIENCE_SECONDS = 120.0
FILE, STANDARD_INPUT = "@", "@-"
given_argument = click.argument("given", nargs=-1, metavar="KEY=VALUE…")


@click.group()
def source() -> None:
    """The helpdesk accounts that tickets are pulled from."""


@source.command()
@click.argument("name")
@click.argument("kind")
@given_argument
@json_option
@click.pass_obj
def add(session: Session, name: str, kind: str, given: tuple[str, ...], as_json: bool) -> None:
    """Add an account of a helpdesk: NAME is yours to choose, KIND is its helpdesk.

    KEY=@FILE takes a value from a file and KEY=@- from a line of standard input: so secrets stay off the command line.
    The kinds and their keys: ticketlens source kinds.
    """
    lens = session.lens
    settings = _settings(given)
    added = lens.helpdesks.add(name, kind, settings)
    made = lens.helpdesks.registry.kind_of(added)
    hook = _hook(lens, name) if issubclass(made, Receiver) else None
    own = lens.helpdesks.registry.settings(name).get(SECRET) if hook and SECRET not in settings else None
    if as_json:
        echo_json({"name": name, "kind": kind, "webhook_url": hook, "webhook_secret": own})
    else:
        click.echo(f"{name} is added; read its tickets with: ticketlens pull {name}")
        _tell_hook(made, name, hook, own, is_set=SECRET in added.secret_names)
    _warn_of_secrets(made, given)
    _warn_of_tickets(name, lens.helpdesks.sizes().get(name, 0))


@source.command()
@json_option
@click.pass_obj
def kinds(session: Session, as_json: bool) -> None:
    """The helpdesks that there are connectors for, and the keys of each."""
    found = session.found.kinds
    for problem in session.found.problems:
        click.echo(f"ticketlens: {problem}", err=True)
    if as_json:
        echo_json({"kinds": [{"kind": name, "title": kind.title, "keys": _keys(kind)} for name, kind in found.items()]})
        return
    for name, kind in found.items():
        click.echo(f"{name:<12} {kind.title}")
        for one in fields_of(kind):
            marks = ", ".join(word for word, holds in (("secret", one.secret), ("optional", not one.required)) if holds)
            click.echo(f"  {one.name:<24} {one.help}{f' ({marks})' if marks else ''}")


@source.command()
@click.argument("name")
@given_argument
@click.pass_obj
def change(session: Session, name: str, given: tuple[str, ...]) -> None:
    """Change settings of the source NAME; KEY= takes one away.

    After another address or way of reading, the next pull reads from the beginning.
    """
    lens = session.lens
    if not given:
        raise ConfigError(f"nothing to change; {name} has {', '.join(_named(lens, lens.helpdesks.registry.get(name)))}")
    changed = lens.helpdesks.change(name, _settings(given))
    click.echo(f"{name} is changed; see whether it works with: ticketlens source test {name}")
    _warn_of_secrets(lens.helpdesks.registry.kind_of(changed), given)


@source.command()
@click.argument("name")
@click.option("--again", is_flag=True, help="in place of one that was made and never used; the former one still counts")
@json_option
@click.pass_obj
def rotate(session: Session, name: str, again: bool, as_json: bool) -> None:
    """Make a new secret for the webhooks of the source NAME.

    It is shown this once. The former one still counts, until ticketlens source forget-secret NAME.
    """
    lens = session.lens
    secret = lens.helpdesks.rotate(name, again=again)
    kind = lens.helpdesks.registry.kind_of(lens.helpdesks.registry.get(name))
    if as_json:
        echo_json({"name": name, "webhook_url": _hook(lens, name), "webhook_secret": secret})
        return
    _tell_hook(kind, name, _hook(lens, name), secret, is_set=True)
    click.echo(f"when {kind.title} uses it, end the former one: ticketlens source forget-secret {name}")


@source.command("forget-secret")
@click.argument("name")
@click.pass_obj
def forget_secret(session: Session, name: str) -> None:
    """End the former secret of the webhooks of the source NAME, so that the last one counts alone."""
    session.lens.helpdesks.forget_secret(name)
    click.echo(f"the former webhook secret of {name} counts no more")


@source.command("list")
@json_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """Every source: how fresh it is, what went wrong, and where its webhooks go."""
    told = session.lens.helpdesks.standings()
    if as_json:
        echo_json({"sources": [one.to_json() for one in told]})
        return
    click.echo("\n".join(_lines(told)) or "no source yet; add one with: ticketlens source add NAME KIND KEY=VALUE…")


@source.command()
@click.argument("name")
@json_option
@click.pass_obj
def test(session: Session, name: str, as_json: bool) -> None:
    """Read the first tickets of the source NAME, and store nothing."""
    session.lens.helpdesks.registry.get(name)
    count, subject, error = 0, None, None
    try:
        count, subject = session.lens.helpdesks.test(name, PATIENCE_SECONDS)
    except TicketLensError as trouble:
        error = str(trouble)
    if as_json:
        echo_json({"source": name, "tickets": count, "subject": subject, "error": error})
    elif error is None:
        click.echo(_read(name, count, subject))
    if error is not None:
        click.echo(f"ticketlens: {name}: {error}", err=True)
        raise click.exceptions.Exit(1)


@source.command()
@click.argument("name")
@click.pass_obj
def remove(session: Session, name: str) -> None:
    """Remove the source NAME with its secrets and what its webhook brought; its tickets stay."""
    session.lens.helpdesks.remove(name)
    click.echo(f"{name} is removed; its tickets stay")


def _settings(given: Iterable[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for text in given:
        key, mark, value = text.partition("=")
        if not mark or not key:
            raise ConfigError(f"{text.partition('=')[0][:40]!r}: write KEY=VALUE")
        if key in told:
            raise ConfigError(f"{key}: given twice")
        told[key] = _value(key, value)
    return told


def _value(key: str, text: str) -> str:
    if text == STANDARD_INPUT:
        return sys.stdin.readline().rstrip("\r\n")
    if not text.startswith(FILE):
        return text
    try:
        return Path(text.removeprefix(FILE)).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no text"
        raise ConfigError(f"{key}: {text.removeprefix(FILE)}: {reason}") from None


def _warn_of_secrets(kind: type[Connector], given: Iterable[str]) -> None:
    hidden = {one.name for one in fields_of(kind) if one.secret}
    for key, _, value in (text.partition("=") for text in given):
        if key in hidden and value and not value.startswith(FILE):
            click.echo(
                f"ticketlens: {key} stood on the command line, where the shell's history and other people on this "
                f"machine may see it; next time write {key}=@FILE or {key}=@-",
                err=True,
            )


def _warn_of_tickets(name: str, tickets: int) -> None:
    if tickets:
        what = "is 1 ticket" if tickets == 1 else f"are {tickets:,} tickets"
        click.echo(
            f"ticketlens: there {what} of {name} already, which go on as tickets of this account; if they are of "
            "another one, remove this source and choose another name before it is pulled",
            err=True,
        )


def _keys(kind: type[Connector]) -> list[dict[str, object]]:
    return [
        {"key": one.name, "secret": one.secret, "required": one.required, "help": one.help} for one in fields_of(kind)
    ]


def _named(lens: Lens, told: Source) -> list[str]:
    return [one.name for one in fields_of(lens.helpdesks.registry.kind_of(told))]


def _hook(lens: Lens, name: str) -> str:
    return f"{lens.settings.address}/hooks/{name}"


def _tell_hook(kind: type[Connector], name: str, hook: str | None, secret: str | None, *, is_set: bool) -> None:
    if hook is None:
        return
    click.echo(f"webhook address  {hook}")
    if secret:
        click.echo(f"webhook secret   {secret}   (shown once)")
        if hook_proof(kind) == "sent":
            click.echo(f"or, where no header can be sent, both at once: {hook}/{secret}")
    elif not is_set:
        click.echo(f"webhook secret   {kind.title} makes it: copy it there, then run")
        click.echo(f"                 ticketlens source change {name} {SECRET}=@FILE")


def _read(name: str, count: int, subject: str | None) -> str:
    if not count:
        return f"{name} answers; there is no ticket in it yet"
    return f"{name} answers: {count:,} tickets on its first page, the last one is {subject or 'without a subject'!r}"


def _lines(told: Iterable[Standing]) -> Iterable[str]:
    for one in told:
        lag = "" if one.lag is None else f", {length(one.lag.total_seconds() / 60)} behind"
        yield f"{one.name:<20} {one.title:<14} {one.phase}{lag}; {one.tickets:,} tickets"
        if one.phase == "pulling":
            yield f"  {one.state.done:,}{f' of {one.state.total:,}' if one.state.total else ''} read so far"
        if one.remedy:
            yield f"  ! {one.remedy}"
        if one.state.full_error:
            yield f"  ! the last full pull: {one.state.full_error}"
        if one.webhook_url:
            yield f"  webhook {one.webhook_url} ({_called(one.hooks)})"
        if one.hook_error:
            yield f"  ! webhook: {one.hook_error}"


def _called(hooks: HookCounts) -> str:
    """What came by webhook, in words."""
    if not hooks.received:
        return "not called yet"
    rest = ((hooks.set_aside, "set aside"), (hooks.refused, "refused"), (hooks.waiting, "waiting"))
    return ", ".join([f"{hooks.received:,} received", *(f"{n:,} {word}" for n, word in rest if n)])
