"""Addresses in which a part may hold a slash (a source or a ticket's id), percent-encoded both ways.

WSGI servers decode the whole path before anyone splits it, so "a%2Fb/c" and "a/b/c" arrive alike. `EncodedSlashes`
takes the path from the raw address again and leaves %2F and %25 as they are; the converters decode them part by part.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes, urlsplit

from flask import Flask
from werkzeug.routing import PathConverter, UnicodeConverter

from web.wsgi import WSGI, Environment, StartResponse

_KEPT = re.compile(r"%(2[Ff]|25)")
_BAD = re.compile(r"[\x00-\x20\\\x7f]")


class EncodedSlashes:
    def __init__(self, app: WSGI) -> None:
        self._app = app

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = _path(environ)
        return self._app(environ, start_response)


class Part(UnicodeConverter):
    """One part of a path; a slash in its value is %2F in the address."""

    def to_python(self, value: str) -> str:
        return _decoded(value)

    def to_url(self, value: object) -> str:
        return quote(str(value), safe="")


class Rest(PathConverter):
    """All the rest of a path; slashes within its value may stand as they are."""

    regex = r"[^/][\s\S]*?"

    def to_python(self, value: str) -> str:
        return _decoded(value)

    def to_url(self, value: object) -> str:
        encoded = quote(str(value), safe="/")
        return "%2F" + encoded[1:] if encoded.startswith("/") else encoded


def understand_encoded_slashes(app: Flask) -> None:
    app.wsgi_app = EncodedSlashes(app.wsgi_app)  # type: ignore[method-assign]
    app.url_map.merge_slashes = False
    app.url_map.converters.update({"default": Part, "string": Part, "path": Rest})


def own_path(address: str | None) -> str:
    """`address` if it is a path on this server, else "/": what may follow a redirect."""
    if not address or not address.startswith("/") or address.startswith("//") or _BAD.search(address):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc else address


def _path(environ: Environment) -> str:
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if not raw:
        return str(environ.get("PATH_INFO", "")).replace("%", "%25")
    path = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "", raw).partition("?")[0].partition("#")[0]
    return unquote_to_bytes(_KEPT.sub(r"%25\1", path)).decode("latin-1").removeprefix(environ.get("SCRIPT_NAME", ""))


def _decoded(value: str) -> str:
    return value.replace("%2F", "/").replace("%2f", "/").replace("%25", "%")
