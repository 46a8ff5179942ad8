"""A file read as text, one physical line at a time, with what is wrong with each."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from connectors.encoding import ESCAPED, checked_encoding, guess_encoding, refuse_other_kinds
from connectors.opening import CHUNK, Bytes, Unreadable, open_bytes, why

SAMPLE = 65_536
LONGEST_LINE = 64 * 1024 * 1024


class Line(NamedTuple):
    """One physical line, its number from 1, and what is wrong with it, if anything."""

    number: int
    text: str
    flaw: str | None


@dataclass(slots=True)
class TextFile:
    """A text file that was looked at and can be read; `sample` is its beginning."""

    path: Path
    encoding: str
    sample: str
    notes: list[str] = field(default_factory=list)
    opened: Bytes | None = None

    def lines(self, newline: str) -> Iterator[Line]:
        """Physical lines with their ends; `newline` as in io.TextIOWrapper. A last line without its end is flawed
        where the file breaks off."""
        self.opened = open_bytes(self.path)
        try:
            with io.TextIOWrapper(self.opened.stream, self.encoding, self._on_error, newline) as text:
                yield from self._numbered(text)
        finally:
            self.opened.close()

    def _numbered(self, text: io.TextIOWrapper) -> Iterator[Line]:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            yield Line(number, line, self._flaw(line, text))
        if self.opened is not None and self.opened.broken:
            yield Line(number + 1, "", self.opened.broken)

    def _flaw(self, line: str, text: io.TextIOWrapper) -> str | None:
        if len(line) >= LONGEST_LINE and line[-1] != "\n":
            _skip_line(text)
            return f"a line of more than {LONGEST_LINE:,} characters"
        if not line.isascii() and ESCAPED.search(line):
            return "not valid UTF-8"
        if line[-1] not in "\r\n" and self.opened is not None and self.opened.broken:
            return self.opened.broken
        return None

    @property
    def _on_error(self) -> str:
        return "surrogateescape" if self.encoding.startswith("utf-8") else "replace"

    @property
    def position(self) -> int:
        return self.opened.position if self.opened else 0


def _skip_line(text: io.TextIOWrapper) -> None:
    while (rest := text.readline(CHUNK)) and rest[-1] != "\n":
        pass


def open_text(path: Path, encoding: str | None = None) -> TextFile:
    """What the file holds as text; Unreadable for a picture, an archive, random bytes, an unknown encoding."""
    source = open_bytes(path)
    try:
        start = source.stream.read(SAMPLE)
        if source.broken and not start:
            raise Unreadable(path, "is packed, but cannot be unpacked")
        refuse_other_kinds(path, start)
        chosen, note = (checked_encoding(path, encoding), None) if encoding else guess_encoding(path, start, source)
    except OSError as error:
        raise Unreadable(path, why(error)) from None
    finally:
        source.close()
    sample = codecs.getincrementaldecoder(chosen)("replace").decode(start)
    return TextFile(path, chosen, sample, [note] if note else [])
