"""JSON files: one object a line, or one list of objects."""

from collections.abc import Iterator

from connectors.opening import Unreadable
from connectors.rows import Row
from connectors.text import TextFile
from ticketlens.errors import BadPayload
from ticketlens.intake.payload import DECODER, parse_json

LONGEST_LIST = 512 * 1024 * 1024
_BLANK = " \t\r\n\f\v\ufeff\x00"


def ndjson_rows(file: TextFile) -> Iterator[Row]:
    for number, text, flaw in file.lines("\n"):
        stripped = text.strip(_BLANK)
        if flaw is not None:
            yield Row(number, BadPayload("", flaw), file.position)
        elif stripped:
            yield Row(number, _object(stripped), file.position)


def _object(text: str) -> dict[str, object] | BadPayload:
    try:
        value = parse_json(text)
    except BadPayload as error:
        return error
    return value if isinstance(value, dict) else BadPayload("", "an object expected")


def json_rows(file: TextFile) -> Iterator[Row]:
    """The objects of a list, or one object that fills the file, up to the first place that cannot be read."""
    text, flaw = _whole(file)
    start = len(text) - len(text.lstrip(_BLANK))
    if text[start : start + 1] != "[":
        yield Row(1, _object(text.strip(_BLANK)), file.position)
        return
    index, at = 0, _skip(text, start + 1)
    while at < len(text) and text[at] != "]":
        index += 1
        value, at = _next(text, at)
        yield Row(index, value, file.position * at // len(text))
        if isinstance(value, BadPayload) and at >= len(text):
            return
        at = _skip(text, at)
    if at >= len(text):
        yield Row(index + 1, BadPayload("", flaw or "the list is not closed"), file.position)


def _whole(file: TextFile) -> tuple[str, str | None]:
    parts, length, flaw = [], 0, None
    for line in file.lines("\n"):
        parts.append(line.text)
        length += len(line.text)
        flaw = flaw or line.flaw
        if length > LONGEST_LIST:
            raise Unreadable(file.path, "is too long for one list: write one object a line (NDJSON)")
    return "".join(parts), flaw


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _next(text: str, at: int) -> tuple[dict[str, object] | BadPayload, int]:
    """The object that begins at a place and where it ends; after an error, the end of the text."""
    try:
        value, end = DECODER.raw_decode(text, at)
    except BadPayload as error:
        return BadPayload(error.path, f"{error.reason}; the rest of the list is not read"), len(text)
    except (ValueError, RecursionError):
        return BadPayload("", f"not JSON from character {at + 1} on; the rest of the list is not read"), len(text)
    return (value if isinstance(value, dict) else BadPayload("", "an object expected")), end
