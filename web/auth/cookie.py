"""The cookie that holds the secret of a session."""

from flask import current_app, request
from werkzeug.wrappers import Response

from ticketlens.people.sessions import ABSOLUTE


def session_secret() -> str | None:
    return request.cookies.get(_name())


def keep_session(response: Response, secret: str) -> None:
    response.set_cookie(
        _name(), secret, max_age=ABSOLUTE, path="/", secure=_secure(), httponly=True, samesite="Lax"
    )  # fmt: skip


def drop_session(response: Response) -> None:
    response.delete_cookie(_name(), path="/", secure=_secure(), httponly=True, samesite="Lax")


def _name() -> str:
    """A browser takes a cookie named __Host- only over TLS, and only from this very host."""
    return "__Host-tl" if _secure() else "tl"


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
