"""The bytes of a delivery, unpacked, and never more of them than its source may send."""

import zlib

from flask import Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from web.whole import TOO_LARGE, whole_body

CHUNK = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS


def read_body(request: Request, largest: int) -> tuple[bytes, bytes]:
    """(as it came, unpacked). Raises 413, 415 for what is no JSON or packed otherwise, 400 for what is broken."""
    _must_be_json(request.mimetype)
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip"):
        raise UnsupportedMediaType("Send the body as it is, or packed by gzip.")
    raw = whole_body(request, largest)
    return raw, unpacked(raw, largest) if packed.endswith("gzip") else raw


def unpacked(raw: bytes, largest: int) -> bytes:
    """Raises 413 before more than `largest` bytes are unpacked."""
    parts, size, left = [], 0, raw
    unpacker = zlib.decompressobj(GZIP)
    try:
        while left and not unpacker.eof:
            part = unpacker.decompress(left, CHUNK)
            size += len(part)
            if size > largest:
                raise RequestEntityTooLarge(TOO_LARGE)
            parts.append(part)
            left = unpacker.unconsumed_tail
    except zlib.error:
        raise BadRequest("The body is said to be gzip, and is not.") from None
    if not unpacker.eof:
        raise BadRequest("The gzip body ends before its end.")
    return b"".join(parts)


def _must_be_json(kind: str) -> None:
    """Those who name no type send JSON too."""
    if kind and kind not in ("application/json", "text/json", "text/plain") and not kind.endswith("+json"):
        raise UnsupportedMediaType("Send JSON (application/json).")
