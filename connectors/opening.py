"""A file opened for reading as text: unpacked if it is packed, decoded by what it holds, one line at a time."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ticketlens.errors import TicketLensError
from ticketlens.intake.shown import shown

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SAMPLE = 65_536
LONGEST_LINE = 64 * 1024 * 1024
_SCANNED = 64 * 1024 * 1024
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS = (
    (b"PK\x03\x04", "a zip archive or an Excel file: save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file: save it as CSV"),
    (b"%PDF", "a PDF: export the tickets as CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PAR1", "a Parquet file: save it as CSV or NDJSON"),
    (b"SQLite format 3", "an SQLite database"),
    (b"BZh", "packed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "packed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it first"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\x00\t\n\r\f\v\x1b"))
_ESCAPED = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")


class Unreadable(TicketLensError):
    """A file that cannot be read at all; the text is one line that says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(shown(f"{path.name}: {reason}", 500))


class Line(NamedTuple):
    """One physical line, its number from 1, and what is wrong with it, if anything."""

    number: int
    text: str
    flaw: str | None


class _Tolerant(io.RawIOBase):
    """Bytes up to the point where a packed file breaks off; `broken` then says how."""

    def __init__(self, inner: io.BufferedReader | gzip.GzipFile) -> None:
        self._inner = inner
        self.broken: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        try:
            piece = self._inner.read1(len(view)) if self.broken is None else b""
        except EOFError:
            self.broken, piece = "the packed file breaks off here", b""
        except (OSError, zlib.error):
            self.broken, piece = "the file is damaged from here on", b""
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._inner.close()
        super().close()


@dataclass(slots=True)
class Bytes:
    """`stream` gives unpacked bytes; `position` counts in the `total` bytes that the file has on disk."""

    path: Path
    stream: io.BufferedReader
    total: int
    packed: bool
    _tolerant: _Tolerant
    _disk: BinaryIO

    @property
    def position(self) -> int:
        return self.total if self._disk.closed else self._disk.tell()

    @property
    def broken(self) -> str | None:
        return self._tolerant.broken

    def close(self) -> None:
        self.stream.close()
        self._disk.close()


def open_bytes(path: Path) -> Bytes:
    """The file's bytes, unpacked where it begins like a gzip file; Unreadable where it cannot be opened."""
    try:
        if path.is_dir():
            raise Unreadable(path, "is a folder")
        disk = path.open("rb")
        packed = disk.read(2) == b"\x1f\x8b"
        disk.seek(0)
        total = path.stat().st_size
    except (OSError, ValueError) as error:
        raise Unreadable(path, _said(error)) from None
    tolerant = _Tolerant(gzip.GzipFile(fileobj=disk) if packed else disk)
    return Bytes(path, io.BufferedReader(tolerant, _CHUNK), total, packed, tolerant, disk)


def _said(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "cannot be opened").lower()


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
        if not line.isascii() and _ESCAPED.search(line):
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
    while (rest := text.readline(_CHUNK)) and rest[-1] != "\n":
        pass


def open_text(path: Path, encoding: str | None = None) -> TextFile:
    """What the file holds as text; Unreadable for a picture, an archive, random bytes, an unknown encoding."""
    source = open_bytes(path)
    try:
        start = source.stream.read(SAMPLE)
        if source.broken and not start:
            raise Unreadable(path, "is packed, but cannot be unpacked")
        _refuse_other_kinds(path, start)
        chosen, note = (_checked(path, encoding), None) if encoding else _encoding(path, start, source)
    except OSError as error:
        raise Unreadable(path, _said(error)) from None
    finally:
        source.close()
    sample = codecs.getincrementaldecoder(chosen)("replace").decode(start)
    return TextFile(path, chosen, sample, [note] if note else [])


def _checked(path: Path, encoding: str) -> str:
    try:
        b"a".decode(encoding, "replace")
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise Unreadable(path, f'no encoding is called "{encoding[:40]}"') from None


def _refuse_other_kinds(path: Path, start: bytes) -> None:
    for magic, kind in _OTHER_KINDS:
        if start.startswith(magic):
            raise Unreadable(path, f"is not text but {kind}")


def _encoding(path: Path, start: bytes, source: Bytes) -> tuple[str, str | None]:
    """The encoding and, where it was guessed, a sentence that says so."""
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name, None
    if (wide := _wide(start)) is not None:
        return wide, f"{path.name} is read as {wide.upper()}, which it does not say itself"
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if start.count(0) > len(start) * 0.3 or controls > len(start) * 0.05:
        raise Unreadable(path, "is not text")
    if _is_utf8(start, source):
        return "utf-8", None
    name = _legacy(start)
    return name, f"{path.name} is not UTF-8: read as {name.replace('cp', 'Windows-')} (encoding= chooses another)"


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark shows as zeros in every second place."""
    half = len(start) // 2
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if half and odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if half and even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _is_utf8(start: bytes, source: Bytes) -> bool:
    """Whether UTF-8 fits better than not: a few broken rows do not make a file another encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    fits = breaks = scanned = 0
    chunk = start
    while chunk and scanned < _SCANNED:
        scanned += len(chunk)
        text = decoder.decode(chunk)
        if not text.isascii():
            broken = len(_ESCAPED.findall(text))
            breaks += broken
            fits += len(_NOT_ASCII.findall(text)) - broken
        chunk = source.stream.read(_CHUNK)
    return fits >= breaks


def _legacy(start: bytes) -> str:
    """Windows' Western code page, or the Cyrillic one where letters above ASCII come in words, not one by one."""
    runs = sum(len(run) for run in _HIGH_RUN.findall(start))
    return "cp1251" if runs > len(_HIGH.findall(start)) * 0.5 else "cp1252"
