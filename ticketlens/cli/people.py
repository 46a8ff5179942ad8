"""ticketlens person and token: who may sign in, and what programs may do."""

import sys

import click

from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.errors import ConfigError
from ticketlens.model.person import Role
from ticketlens.people import People

role_option = click.option(
    "--role", type=click.Choice([role.value for role in Role]), default="viewer", show_default=True
)


@click.group()
def person() -> None:
    """Who may sign in."""


@person.command("add")
@click.argument("name")
@role_option
@click.option(
    "--password-stdin", is_flag=True, help="take the password from standard input, in place of a one-time link"
)
@json_option
@click.pass_obj
def add_person(session: Session, name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add NAME, who signs in by a one-time link (printed once) or a password."""
    people = People(session.lens.store)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    added = people.add_person(name, Role(role), password)
    link = None if password else f"{_address(session)}/sign-in/{people.make_link(added.role, added.name)}"
    if as_json:
        echo_json({"name": added.name, "role": added.role.value, "link": link})
    else:
        click.echo(
            f"{added.name} may sign in as {added.role.value}" + (f"; once, within a day, at\n{link}" if link else "")
        )


@person.command("list")
@json_option
@click.pass_obj
def list_people(session: Session, as_json: bool) -> None:
    """Everybody who may sign in."""
    rows = [{"name": one.name, "role": one.role.value} for one in People(session.lens.store).all()]
    _tell(rows, "people", as_json, "nobody yet")


@person.command("remove")
@click.argument("name")
@click.pass_obj
def remove_person(session: Session, name: str) -> None:
    """Remove NAME and end their sign-in sessions."""
    if not People(session.lens.store).remove(name):
        raise ConfigError(f"there is no person {name!r}; see: ticketlens person list")
    click.echo(f"{name} is removed, and signed out everywhere")


@click.group()
def token() -> None:
    """What programs may do."""


@token.command("add")
@click.argument("name")
@role_option
@json_option
@click.pass_obj
def add_token(session: Session, name: str, role: str, as_json: bool) -> None:
    """Make a token NAME for programs; its secret is printed once."""
    secret = People(session.lens.store).add_token(name, Role(role))
    if as_json:
        echo_json({"token": secret, "name": name, "role": role})
    else:
        click.echo(secret)


@token.command("list")
@json_option
@click.pass_obj
def list_tokens(session: Session, as_json: bool) -> None:
    """All tokens, without their secrets."""
    rows = [{"name": one.name, "role": one.role.value} for one in People(session.lens.store).tokens.all()]
    _tell(rows, "tokens", as_json, "no token yet")


@token.command("revoke")
@click.argument("name")
@click.pass_obj
def revoke_token(session: Session, name: str) -> None:
    """End the token NAME at once."""
    if not People(session.lens.store).revoke(name):
        raise ConfigError(f"there is no token {name!r}; see: ticketlens token list")
    click.echo(f"{name} is revoked")


def _tell(rows: list[dict[str, str]], name: str, as_json: bool, none: str) -> None:
    if as_json:
        echo_json({name: rows})
    else:
        click.echo("\n".join(f"{row['name']}  {row['role']}" for row in rows) or none)


def _address(session: Session) -> str:
    return session.settings.address
