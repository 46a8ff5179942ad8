"""ticketlens topic: what a person does to topics, each of it kept, and undone by its number."""

from collections.abc import Sequence

import click

from ticketlens.cli.parts import tell_parts
from ticketlens.cli.session import Session, echo_json, json_option, who
from ticketlens.edits import words
from ticketlens.errors import ConfigError
from ticketlens.intake.visible import one_line
from ticketlens.model.edit import TOPIC_KINDS, Edit
from ticketlens.model.theme import theme_fields

MOMENT = "%Y-%m-%d %H:%M"
why_option = click.option("--why", help="kept with the edit")
tickets_argument = click.argument("tickets", nargs=-1, required=True, metavar="SOURCE/ID…")


@click.group()
def topic() -> None:
    """Name, merge, split and shape topics; every edit can be undone."""


@topic.command("list")
@json_option
@click.pass_obj
def list_topics(session: Session, as_json: bool) -> None:
    """All topics that have not ended, by number."""
    themes = session.lens.edits.themes()
    rows: list[dict[str, object]] = [
        {
            "id": one.id, "name": one.name, "kind": one.kind, "pinned": one.pinned, "hidden": one.hidden,
            **theme_fields(one.theme, themes),
        }
        for one in session.lens.store.topics()
    ]  # fmt: skip
    if as_json:
        echo_json({"topics": rows})
        return
    for row in rows:
        theme = f"  (theme {row['theme']}: {row['theme_name']})" if row["theme"] else ""
        click.echo(f"{row['id']:>5}  {row['name']}{theme}")


@topic.command("set")
@click.argument("id", type=int)
@click.option("--name", help='"" brings back the name that was found')
@click.option("--kind", type=click.Choice(TOPIC_KINDS))
@click.option("--pin/--unpin", "pinned", default=None, help="first in lists; a run never drops it")
@click.option("--hide/--show", "hidden", default=None, help="out of lists and alerts; still counted")
@click.option("--owner")
@click.option("--note")
@click.option("--theme", type=int, help="the number of its theme; 0 for none")
@why_option
@json_option
@click.pass_obj
def set_fields(session: Session, /, id: int, why: str | None, as_json: bool, **told: object) -> None:
    """Change what is said of topic ID."""
    given = {name: value for name, value in told.items() if value is not None}
    _tell(session.lens.edits.set(id, given, by=who(), why=why), as_json)


@topic.command()
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID…")
@click.option("--into", type=int, required=True)
@why_option
@json_option
@click.pass_obj
def merge(session: Session, ids: Sequence[int], into: int, why: str | None, as_json: bool) -> None:
    """Make topics ID… one with another; what comes later follows."""
    _tell(session.lens.edits.merge(ids, into, by=who(), why=why), as_json)


@topic.command()
@click.argument("id", type=int)
@click.argument("tickets", nargs=-1, metavar="SOURCE/ID…")
@click.option("--suggest", is_flag=True, help="tell how it falls apart; changes nothing")
@click.option("--part", "parts", multiple=True, metavar="KEY", help="a part of the last suggestion; several times")
@click.option("--name", help="of the new topic, where it is one")
@why_option
@json_option
@click.pass_obj
def split(
    session: Session, id: int, tickets: Sequence[str], suggest: bool, parts: Sequence[str], name: str | None,
    why: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make exactly these tickets of topic ID, or parts of it that --suggest found, topics of their own."""
    if sum(map(bool, (tickets, suggest, parts))) != 1:
        raise ConfigError("name tickets as SOURCE/ID, or use --suggest, or --part KEY of a suggestion")
    if suggest:
        tell_parts(session.lens.parting.suggest(id), session.lens, as_json)
        return
    if parts:
        if name and len(parts) > 1:
            raise ConfigError("--name: a name is given to one part alone")
        made = session.lens.parting.split(id, dict.fromkeys(parts, name), by=who(), why=why)
        if as_json:
            echo_json({"edits": [edit.to_json() for edit in made]})
            return
        for edit in made:
            _tell(edit, as_json)
        return
    _tell(session.lens.edits.split(id, _keys(tickets), name=name, by=who(), why=why), as_json)


@topic.command()
@tickets_argument
@click.option("--to", required=True, metavar="ID|none")
@why_option
@json_option
@click.pass_obj
def move(session: Session, tickets: Sequence[str], to: str, why: str | None, as_json: bool) -> None:
    """Put exactly these tickets into a topic, or into none; they stay there."""
    if to != "none" and not to.isdecimal():
        raise ConfigError(f"--to: {to[:40]!r} is neither the number of a topic nor none")
    _tell(session.lens.edits.move(_keys(tickets), None if to == "none" else int(to), by=who(), why=why), as_json)


@topic.command()
@click.argument("one", type=int)
@click.argument("other", type=int)
@why_option
@json_option
@click.pass_obj
def apart(session: Session, one: int, other: int, why: str | None, as_json: bool) -> None:
    """Never let a grouping make one topic of ONE and OTHER."""
    _tell(session.lens.edits.apart(one, other, by=who(), why=why), as_json)


@topic.command()
@click.argument("id", type=int)
@click.argument("rule", nargs=-1, required=True, metavar="FIELD=VALUE…")
@click.option("--dry-run", is_flag=True, help="tell how many tickets it would take; changes nothing")
@why_option
@json_option
@click.pass_obj
def always(session: Session, id: int, rule: Sequence[str], dry_run: bool, why: str | None, as_json: bool) -> None:
    """Put every ticket that passes FIELD=VALUE… (q=words, tag=refund, …) into topic ID, now and later."""
    given: dict[str, list[str]] = {}
    for part in rule:
        name, sign, value = part.partition("=")
        if not sign:
            raise ConfigError(f"{part[:40]!r} is not like q=words or tag=refund")
        given.setdefault(name, []).append(value)
    reach = session.lens.edits.reach(id, given)
    made = {} if dry_run else session.lens.edits.always(id, given, by=who(), why=why).to_json()
    if as_json:
        echo_json({**made, "reach": reach.to_json()})
        return
    click.echo(reach.words)
    click.echo(f"edit {made['id']} (always) done; {_undo(made['id'])}" if made else "nothing has changed")


@topic.command()
@click.argument("theme", type=int)
@click.argument("name")
@why_option
@json_option
@click.pass_obj
def theme(session: Session, theme: int, name: str, why: str | None, as_json: bool) -> None:
    """Call theme THEME by NAME; "" brings back what it is found by."""
    _tell(session.lens.edits.call(theme, name, by=who(), why=why), as_json)


@topic.command()
@click.argument("number", type=int)
@json_option
@click.pass_obj
def undo(session: Session, number: int, as_json: bool) -> None:
    """Undo edit NUMBER, as if it had never been made."""
    _tell(session.lens.edits.undo(number, by=who()), as_json, "undone")


@topic.command()
@click.argument("id", type=int, required=False)
@json_option
@click.pass_obj
def edits(session: Session, id: int | None, as_json: bool) -> None:
    """All edits, or those of topic ID, the latest first."""
    told = session.lens.edits.history(id)
    if as_json:
        echo_json({"edits": [edit.to_json() for edit in told]})
        return
    names = {number: one.name for number, one in session.lens.topic_names().items()}
    themes = {number: one.name for number, one in session.lens.edits.themes().items()}
    for edit in told:
        undone = f"; undone {edit.undone.at:{MOMENT}} by {edit.undone.by}" if edit.undone else ""
        why = f" ({one_line(edit.why)})" if edit.why else ""
        done = words.line(words.told(edit, names, themes=themes))
        click.echo(f"{edit.id:>5}  {edit.at:{MOMENT}}  {edit.by} {done}{why}{undone}")


def _keys(tickets: Sequence[str]) -> list[tuple[str, str]]:
    """SOURCE/ID; an id may hold slashes."""
    keys = [ticket.partition("/") for ticket in tickets]
    wrong = [ticket for ticket, (source, sign, id_) in zip(tickets, keys, strict=True) if not (source and sign and id_)]
    if wrong:
        raise ConfigError(f"{wrong[0][:80]!r} is not like SOURCE/ID")
    return [(source, id_) for source, _, id_ in keys]


def _undo(number: object) -> str:
    return f"undo it with: ticketlens topic undo {number}"


def _tell(edit: Edit, as_json: bool, done: str = "done") -> None:
    if as_json:
        echo_json(edit.to_json())
        return
    more = f", {len(edit.tickets):,} tickets" if edit.tickets else ""
    made = f", topic {edit.told['made']} made" if edit.kind == "split" and edit.undone is None else ""
    click.echo(f"edit {edit.id} ({edit.kind}{more}{made}) {done}; {_undo(edit.id)}"
               if edit.undone is None else f"edit {edit.id} ({edit.kind}{more}) {done}")  # fmt: skip
