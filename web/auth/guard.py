"""The guard at every door: a page or call that nobody opened on purpose needs a sign-in, and a role."""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from ticketlens.model.person import Role, Visitor
from web.auth.cookie import session_secret
from web.current import people
from web.origin import SAFE, from_loopback, from_own_page

OPEN = ("static", "health.alive", "health.ready")
"""Answered to whomever, without a look at the store: also while it is away."""

OPEN_PARTS = ("auth", "hooks")
View = TypeVar("View", bound=Callable[..., object])


def guard_doors(app: Flask, *, loopback_only: bool) -> None:
    app.config["LOOPBACK_ONLY"] = loopback_only
    app.before_request(_guard)
    app.context_processor(lambda: {"current_person": g.get("person")})


def needs(role: Role) -> Callable[[View], View]:
    """The role that a view asks for; without it, reading asks for a viewer and all else for a lead."""

    def mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return mark


def let_in_without_names() -> bool:
    """Whether this server may let in somebody without a name: it listens on loopback only, and this came from there."""
    return bool(current_app.config["LOOPBACK_ONLY"]) and from_loopback()


def _guard() -> AnyResponse | None:
    g.person = None
    if request.endpoint in OPEN:
        return None
    g.person = visitor = _identify()
    if request.blueprint in OPEN_PARTS:
        return None
    if visitor is None:
        return _ask_to_sign_in()
    if not visitor.role.covers(_needed()):
        raise Forbidden(f"This needs the role {_needed().value!r}; yours is {visitor.role.value!r}.")
    if visitor.by == "session" and _is_api() and request.method not in SAFE:
        raise Forbidden("Writing through the API needs a token: `ticketlens token add NAME --role lead`.")
    return None


def _identify() -> Visitor | None:
    """A token that is shown counts alone: a wrong one is nobody, whatever else came with it."""
    if _is_api() and "Authorization" in request.headers:
        return _by_token()
    return _by_session() or (_by_loopback() if _is_api() else None)


def _by_token() -> Visitor | None:
    shown = request.authorization
    if shown is None or shown.type != "bearer" or not shown.token:
        return None
    token = people().find_token(shown.token)
    return Visitor(token.name, token.role, "token") if token else None


def _by_session() -> Visitor | None:
    secret = session_secret()
    found = people().find_session(secret) if secret else None
    if found is None or (found[1].name is None and not let_in_without_names()):
        return None
    return found[1]


def _by_loopback() -> Visitor | None:
    """While nobody is set up, programs on this machine; not a page of another site in a browser on it."""
    alone = let_in_without_names() and from_own_page() and not people().anyone()
    return Visitor(None, Role.ADMIN, "loopback") if alone else None


def _needed() -> Role:
    view = current_app.view_functions.get(request.endpoint or "")
    return cast(Role, getattr(view, "needs", Role.VIEWER if request.method in SAFE else Role.LEAD))


def _is_api() -> bool:
    """Whether it is programs that ask: they show a token and are sent to no page."""
    return request.path.startswith("/api/v") or request.path == "/metrics"


def _ask_to_sign_in() -> Response:
    if _is_api() or request.method not in SAFE:
        challenge = WWWAuthenticate("bearer", {"realm": "ticketlens"})
        raise Unauthorized("This needs a token, or a sign-in.", www_authenticate=challenge)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return cast(Response, redirect(url_for("auth.sign_in", next=None if wanted == "/" else wanted), 303))
