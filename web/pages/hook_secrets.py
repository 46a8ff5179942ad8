"""The secret of a source's webhooks: a new one, the end of the former one, and one that the helpdesk made."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ticketlens.errors import ConfigError
from ticketlens.model.person import Role
from ticketlens.sources.hook_secret import SECRET
from web.auth import needs
from web.pages import asked, sources


@needs(Role.ADMIN)
def new(name: str) -> ResponseReturnValue:
    """Answered without a redirect: the secret is in this answer and in no other."""
    sources.must_be(name)
    try:
        secret = asked.lens().helpdesks.rotate(name, again=request.form.get("again") == "yes")
    except ConfigError as error:
        return sources.shown(name, wrong_secret=str(error)), 400
    one = sources.find(name)
    return render_template("hook_secret.html", one=one, secret=secret, **sources.around([one]))


@needs(Role.ADMIN)
def end(name: str) -> ResponseReturnValue:
    sources.must_be(name)
    try:
        asked.lens().helpdesks.forget_secret(name)
    except ConfigError as error:
        return sources.shown(name, wrong_secret=str(error)), 400
    return _back(name)


@needs(Role.ADMIN)
def enter(name: str) -> ResponseReturnValue:
    """One that the helpdesk made; the one before still counts."""
    sources.must_be(name)
    given = request.form.get("secret", "").strip()
    try:
        if not given:
            raise ConfigError("no secret was entered")
        asked.lens().helpdesks.change(name, {SECRET: given})
    except ConfigError as error:
        told = str(error).replace(given, "…") if len(given) > 3 else str(error)
        return sources.shown(name, wrong_secret=told), 400
    return _back(name)


def _back(name: str) -> ResponseReturnValue:
    return redirect(url_for("pages.source", name=name, _anchor="webhook"), 303)
