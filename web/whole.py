"""The body of a request as it came: all of it, or an error."""

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

TOO_LARGE = "The body is larger than may be sent here."


def whole_body(request: Request, largest: int) -> bytes:
    """Raises 413 for more than `largest` bytes, 400 for broken chunks, and for less than was told."""
    request.max_content_length = largest + 1  # a body in chunks is cut off there without a word
    try:
        raw = request.get_data(cache=False)
    except ParseException:
        raise BadRequest("The chunks of the body are not as HTTP wants them.") from None
    if len(raw) > largest:
        raise RequestEntityTooLarge(TOO_LARGE)
    if request.content_length is not None and len(raw) < request.content_length:
        raise BadRequest("The body ends before its end.")
    return raw
