"""The name of a process that holds a lease, by which others on its machine can tell whether it is still there."""

import hashlib
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

PARTS = 4
ENDED = "ZX"
"""The states of a process that has ended, and that nobody has asked about yet (proc(5))."""


@dataclass(frozen=True, slots=True)
class Holder:
    host: str
    place: str
    process: int

    @property
    def is_here(self) -> bool:
        """Whether it runs, or ran, where processes have the numbers that they have for us."""
        return bool(self.place) and self.place == _place()

    @property
    def is_gone(self) -> bool:
        """Whether its process has surely ended; False where that cannot be told."""
        return self.is_here and not _runs(self.process)

    @property
    def told(self) -> str:
        return f"process {self.process}" + ("" if self.is_here else f" on {self.host}")


def holder_name() -> str:
    """Host, place, process, and something of its own: of two in one process each has a name."""
    return f"{socket.gethostname()}-{_place()}-{os.getpid()}-{secrets.token_hex(4)}"


def holder_of(name: str) -> Holder | None:
    """None for a name of another form."""
    parts = name.rsplit("-", PARTS - 1)
    if len(parts) != PARTS or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    return Holder(parts[0], parts[1], int(parts[2]))


def _place() -> str:
    """Of this boot of this machine and, in a container, of its own numbers of processes; "" where nobody says."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        return hashlib.sha256(f"{boot}{os.readlink('/proc/self/ns/pid')}".encode()).hexdigest()[:12]
    except OSError:
        return ""


def _runs(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] not in ENDED
