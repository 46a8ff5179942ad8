"""Bodies that come packed by gzip; what counts against a limit is what comes out."""

import zlib
from collections.abc import Iterator

from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

LARGEST_BODY = 1024 * 1024
CHUNK = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS


def plain(body: bytes, headers: Headers, largest: int) -> bytes:
    """The body as it was before it was packed. Raises 413 over `largest` bytes, 415 for another packing, 400."""
    packed = headers.get("Content-Encoding", "identity").strip().lower()
    if packed in ("gzip", "x-gzip"):
        return unpacked(body, largest)
    if packed not in ("identity", ""):
        raise UnsupportedMediaType("Send the body as it is, or packed by gzip.")
    return body


def unpacked(raw: bytes, largest: int) -> bytes:
    """Raises 413 before more than `largest` bytes are unpacked; measured first, so that a bomb costs no memory."""
    size = 0
    for part in _parts(raw):
        size += len(part)
        if size > largest:
            raise RequestEntityTooLarge(f"The body unpacks to more than {largest:,} bytes.")
    return b"".join(_parts(raw))


def _parts(raw: bytes) -> Iterator[bytes]:
    unpacker, left = zlib.decompressobj(GZIP), raw
    try:
        while left and not unpacker.eof:
            yield unpacker.decompress(left, CHUNK)
            left = unpacker.unconsumed_tail
    except zlib.error:
        raise BadRequest("The body is said to be gzip, and is not.") from None
    if not unpacker.eof:
        raise BadRequest("The gzip body ends before its end.")
