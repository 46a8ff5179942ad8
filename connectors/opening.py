"""A file's bytes, unpacked where it is packed."""

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ticketlens.errors import TicketLensError
from ticketlens.intake.shown import shown

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 20


class Unreadable(TicketLensError):
    """A file that cannot be read at all; the text is one line that says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(shown(f"{path.name}: {reason}", 500))


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
        raise Unreadable(path, why(error)) from None
    tolerant = _Tolerant(gzip.GzipFile(fileobj=disk) if packed else disk)
    return Bytes(path, io.BufferedReader(tolerant, CHUNK), total, packed, tolerant, disk)


def why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "cannot be opened").lower()
