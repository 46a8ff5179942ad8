"""Headers on every answer, errors included, and for how long a browser may keep it."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
A_YEAR = 365 * 24 * 3600


def protect_answers(app: Flask, *, tls: bool) -> None:
    headers = {**ALWAYS, "Strict-Transport-Security": f"max-age={A_YEAR}; includeSubDomains"} if tls else ALWAYS

    def protect(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        _limit_keeping(response)
        return response

    def name_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values and app.static_folder:
            values.setdefault("v", _version(Path(app.static_folder) / values["filename"]))

    app.after_request(protect)
    app.url_defaults(name_version)


def _limit_keeping(response: Response) -> None:
    """A static file with its version in its address never changes; what holds figures is never kept (Back button)."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        lasting = f"public, max-age={A_YEAR}, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = lasting
    elif not (response.status_code in (200, 304) and response.cache_control.public):
        response.headers["Cache-Control"] = "no-store"


def _version(path: Path) -> str | None:
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
