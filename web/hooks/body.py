"""The bytes of a delivery, unpacked, and never more of them than its source may send."""

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from web.packed import plain
from web.whole import whole_body


def read_body(request: Request, largest: int) -> tuple[bytes, bytes]:
    """(as it came, unpacked). Raises 413, 415 for what is no JSON or packed otherwise, 400 for what is broken."""
    _must_be_json(request.mimetype)
    raw = whole_body(request, largest)
    return raw, plain(raw, request.headers, largest)


def _must_be_json(kind: str) -> None:
    """Those who name no type send JSON too."""
    if kind and kind not in ("application/json", "text/json", "text/plain") and not kind.endswith("+json"):
        raise UnsupportedMediaType("Send JSON (application/json).")
