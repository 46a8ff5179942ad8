"""A new source, another setting of one, and its end: forms for who may administer."""

from itertools import count

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ticketlens.connector import Connector, Receiver
from ticketlens.errors import ConfigError
from ticketlens.model.person import Role
from ticketlens.sources.hook_secret import SECRET
from ticketlens.sources.registry import Source, fields_of
from web.auth import needs
from web.pages import asked, sources
from web.pages.source_shown import FORGET, entered, form_fields, needed, without_secrets


@needs(Role.ADMIN)
def kinds() -> str:
    found = sorted(asked.lens().kinds.values(), key=lambda kind: kind.title.casefold())
    return render_template("source_kinds.html", kinds=found, needs=needed)


@needs(Role.ADMIN)
def add(kind: str) -> ResponseReturnValue:
    made = asked.lens().kinds.get(kind)
    if made is None:
        abort(404, description="There is no connector for this kind of source.")
    return _form(made) if request.method == "GET" else _added(made)


def _added(made: type[Connector]) -> ResponseReturnValue:
    """Answered without a redirect: the secret of webhooks is in this answer and in no other."""
    lens, given = asked.lens(), entered(made, request.form)
    name = request.form.get("name", "").strip()
    try:
        lens.helpdesks.add(name, made.name, {key: value for key, value in given.items() if value})
    except ConfigError as error:
        return _form(made, name, given, without_secrets(str(error), made, given)), 400
    lens.helpdesks.rounds.ask(name)
    one = sources.find(name)
    own = one.proof in ("ours", "sent") and not given[SECRET]
    secret = lens.helpdesks.registry.settings(name)[SECRET] if own else None
    return render_template("source_added.html", one=one, secret=secret, **sources.around([one]))


def _form(made: type[Connector], name: str = "", given: dict[str, str] | None = None, wrong: str | None = None) -> str:
    fields = form_fields(made, entered=given)
    return render_template(
        "source_add.html", kind=made, name=name or _free(made.name), fields=fields, wrong=wrong,
        hooks=issubclass(made, Receiver), schedule=asked.lens().helpdesks.rounds.schedule,
    )  # fmt: skip


def _free(kind: str) -> str:
    """A name that is not taken: zendesk, zendesk-2, …"""
    taken = {one.name for one in asked.lens().helpdesks.registry.all()}
    names = (kind if number == 1 else f"{kind}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


@needs(Role.ADMIN)
def change(name: str) -> ResponseReturnValue:
    """A secret that is left empty stays; another setting that is left empty is taken away."""
    lens, held = asked.lens(), sources.must_be(name)
    made = lens.kinds.get(held.kind)
    if made is None:
        abort(404, description="The connector of this source is not installed.")
    told = entered(made, request.form)
    secret = {one.name for one in fields_of(made) if one.secret}
    forgotten = {one: "" for one in secret if request.form.get(FORGET + one) == "yes"}
    given = {key: value for key, value in told.items() if value or key not in secret} | forgotten
    try:
        _check_address(held, made, told)
        lens.helpdesks.change(name, given)
    except ConfigError as error:
        return sources.shown(name, wrong=without_secrets(str(error), made, told)), 400
    lens.helpdesks.rounds.ask(name)
    return sources.shown(name, changed=True)


def _check_address(held: Source, made: type[Connector], told: dict[str, str]) -> None:
    """Secrets go to no other address than the one that they were entered for."""
    kept = [one.name for one in made.fields if one.secret and one.name in held.secret_names]
    if told.get("url", "") != held.values.get("url", "") and not all(told[name] for name in kept):
        raise ConfigError(f"to change the address, enter {' and '.join(kept)} again: what is kept is for the old one")


@needs(Role.ADMIN)
def remove(name: str) -> ResponseReturnValue:
    sources.must_be(name)
    if request.method == "GET":
        one = sources.find(name)
        return render_template("source_remove.html", one=one, **sources.around([one]))
    asked.lens().helpdesks.remove(name)
    return redirect(url_for("pages.sources"), 303)
