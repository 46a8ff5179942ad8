"""The web application over a Lens: everything is put together here."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from ticketlens.hooks.gate import open_gate
from ticketlens.lens import Lens
from ticketlens.people import People
from web.addresses import understand_encoded_slashes
from web.api import api, docs
from web.auth import OPEN, auth, guard_doors
from web.headers import protect_answers
from web.health import health
from web.hooks import hooks
from web.origin import LOOPBACK, check_origins
from web.packed import LARGEST_BODY
from web.pages import pages
from web.problems import explain_errors
from web.secret import fetch_secret_later


def create_app(
    lens: Lens,
    *,
    secret: bytes | None,
    loopback_only: bool = True,
    base_url: str | None = None,
    proxies: int = 0,
    people: People | None = None,
) -> Flask:
    """`secret` signs forms; every process that serves one store needs the same. None: fetch it once the store answers.

    `loopback_only` says that the server listens on loopback alone: while nobody is set up, only such a one lets anybody
    in. `base_url` is the address that people use: https makes cookies Secure, and its host is the only one answered to
    beside loopback names. `proxies` is the exact number of reverse proxies in front.
    """
    app = Flask("web")
    tls = base_url is not None and urlsplit(base_url).scheme == "https"
    app.config.update(_settings(secret, tls=tls))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["ticketlens"] = lens
    app.extensions["people"] = people or People(lens.store)
    app.extensions["gate"] = open_gate(lens.helpdesks.registry, lens.store)
    understand_encoded_slashes(app)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    explain_errors(app)
    if secret is None:
        fetch_secret_later(app, lens.store, OPEN)
    protect_answers(app, tls=tls)
    check_origins(app, _hosts(loopback_only, base_url))
    guard_doors(app, loopback_only=loopback_only and not proxies)
    forms = CSRFProtect(app)
    forms.exempt(api)
    forms.exempt(hooks)
    for part in (pages, api, docs, auth, health, hooks):
        app.register_blueprint(part)
    return app


def _settings(secret: bytes | None, *, tls: bool) -> dict[str, object]:
    return {
        "SECRET_KEY": secret,
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 200,
        "SESSION_COOKIE_NAME": "__Host-tl_form" if tls else "tl_form",
        "SESSION_COOKIE_SECURE": tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": int(timedelta(hours=24).total_seconds()),
        # It looks at the Referer, which our pages never send; web.origin looks at Sec-Fetch-Site and Origin.
        "WTF_CSRF_SSL_STRICT": False,
    }


def _hosts(loopback_only: bool, base_url: str | None) -> tuple[str, ...] | None:
    """The names we answer to; None, any, where the server is open to others and nobody said its name."""
    named = urlsplit(base_url).hostname if base_url else None
    if named:
        return (*LOOPBACK, named)
    return LOOPBACK if loopback_only else None
