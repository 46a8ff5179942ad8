"""What kind of bytes a file begins with, and in which encoding its text is."""

import codecs
import re
from pathlib import Path

from connectors.opening import CHUNK, Bytes, Unreadable

_SCANNED = 64 * 1024 * 1024
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
ESCAPED = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")


def checked_encoding(path: Path, encoding: str) -> str:
    try:
        b"a".decode(encoding, "replace")
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise Unreadable(path, f'no encoding is called "{encoding[:40]}"') from None


def refuse_other_kinds(path: Path, start: bytes) -> None:
    for magic, kind in _OTHER_KINDS:
        if start.startswith(magic):
            raise Unreadable(path, f"is not text but {kind}")


def guess_encoding(path: Path, start: bytes, source: Bytes) -> tuple[str, str | None]:
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
            broken = len(ESCAPED.findall(text))
            breaks += broken
            fits += len(_NOT_ASCII.findall(text)) - broken
        chunk = source.stream.read(CHUNK)
    return fits >= breaks


def _legacy(start: bytes) -> str:
    """Windows' Western code page, or the Cyrillic one where letters above ASCII come in words, not one by one."""
    runs = sum(len(run) for run in _HIGH_RUN.findall(start))
    return "cp1251" if runs > len(_HIGH.findall(start)) * 0.5 else "cp1252"
