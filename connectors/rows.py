"""One record of a file before it is a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.errors import BadPayload


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where the record begins (its index in a JSON list), from 1; `row` is what it holds, or why it is set
    aside; `byte_position` is how far the file has been read, in bytes on disk."""

    line: int
    row: Mapping[str, object] | BadPayload
    byte_position: int
