"""The body of a push as rows: one object, a list, or a row a line."""

import json
from typing import NoReturn

from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from web.packed import LARGEST_BODY, plain

JSON = "application/json"
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")


def read_rows(headers: Headers, body: bytes) -> list[object]:
    """Each row as JSON gives it; a line that is no JSON stays a text, to be set aside with its place."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    body = plain(body, headers, LARGEST_BODY)
    if kind in NDJSON:
        rows = [_line(line) for line in _text(body).split("\n") if line.strip()]
    elif kind == JSON:
        told = _parsed(_text(body))
        rows = told if isinstance(told, list) else [told]
    else:
        raise UnsupportedMediaType(f"Send {JSON} (one object or a list) or {NDJSON[0]} (an object a line).")
    if not rows:
        raise BadRequest("There are no tickets in the body.")
    return rows


def read_object(headers: Headers, body: bytes) -> dict[str, object]:
    """The one object of a JSON body."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise UnsupportedMediaType(f"Send {JSON}.")
    told = _parsed(_text(plain(body, headers, LARGEST_BODY)))
    if not isinstance(told, dict):
        raise BadRequest("The body is no JSON object.")
    return {str(name): value for name, value in told.items()}


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 (byte {error.start}).") from None


def _line(line: str) -> object:
    try:
        return _parsed(line)
    except BadRequest:
        return line


def _parsed(text: str) -> object:
    try:
        told = json.loads(text, parse_constant=_refuse)
        return _encodable(told) if "\\ud" in text.lower() else told
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise BadRequest("The body is no JSON: it holds a number that no number can be.") from None
    except RecursionError:
        raise BadRequest("The body is nested too deeply.") from None


def _encodable(told: object) -> object:
    """The same without halves of surrogate pairs, which JSON can write and UTF-8 cannot."""
    if isinstance(told, str):
        return told.encode("utf-8", "replace").decode()
    if isinstance(told, list):
        return [_encodable(part) for part in told]
    if isinstance(told, dict):
        return {_encodable(name): _encodable(part) for name, part in told.items()}
    return told


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
