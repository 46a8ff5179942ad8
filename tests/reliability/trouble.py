"""Trouble that is made on purpose, and what is seen of the service meanwhile."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

import apsw
import pytest
from reliability.house import House, until

PATIENCE_SECONDS = 10.5
"""A helpdesk waits for 10 s."""

VERSION = "8.19.5"


@dataclass
class Seen:
    """What /healthz and /readyz answered, and how long the slowest /healthz took."""

    house: House
    health: Counter[int] = field(default_factory=Counter)
    ready: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0

    def watch(self, seconds: float) -> None:
        last = time.monotonic() + seconds
        while (began := time.monotonic()) < last:
            self.health[self.house.get("/healthz", 20.0)[0]] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.ready[self.house.get("/readyz", PATIENCE_SECONDS)[0]] += 1
            time.sleep(0.25)

    def watch_until_refused(self, times: int, seconds: float) -> None:
        """Until deliveries were answered by 503 that often."""
        last = time.monotonic() + seconds
        while self.house.sender.answers[503] < times:
            assert time.monotonic() < last, f"only {dict(self.house.sender.answers)} in {seconds:.0f} s"
            self.watch(0.5)

    def must_be_well(self) -> None:
        sender = self.house.sender
        for program in self.house.programs:
            program.must_live()
        assert set(self.health) == {200}, self.health
        assert self.slowest < PATIENCE_SECONDS
        assert set(sender.answers) <= {202, 503}, sender.answers
        assert sender.without_retry_after == 0
        assert (sender.cut, sender.slowest < PATIENCE_SECONDS) == (0, True), sender.slowest

    def told(self) -> str:
        sender = self.house.sender
        ready = ", ".join(f"{n} times {status or 'none'}" for status, n in sorted(self.ready.items()))
        return (
            f"{len(sender.acknowledged):,} acknowledged, 0 lost, 0 doubled; {sender.answers[503]:,} times 503 with "
            f"Retry-After; slowest answer {sender.slowest:.1f} s, of /healthz {self.slowest:.1f} s; /readyz {ready}"
        )


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own; needs the right to mount one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte is left on that disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    yield
    filler.unlink()


@contextmanager
def unwritable(*files: Path) -> Iterator[None]:
    """Not even by root, nor by who has them open already; skips where kernel or file system cannot do that."""
    probe = files[0].with_name("probe")
    with probe.open("wb", buffering=0) as held:
        binds = _change("+i", probe) and not _writes(held)
        _change("-i", probe)
    if not binds:
        pytest.skip("a file that is open cannot be made immutable here (chattr +i)")
    assert _change("+i", *files)
    try:
        yield
    finally:
        _change("-i", *files)


def _change(how: str, *files: Path) -> bool:
    return subprocess.run(["chattr", how, *map(str, files)], capture_output=True, check=False).returncode == 0


def _writes(file: FileIO) -> bool:
    try:
        file.write(b"x")
    except OSError:
        return False
    return True


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """By another program, which writes."""
    other = apsw.Connection(str(file))
    other.set_busy_timeout(20_000)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def cluster_of_one(start: str, folder: Path, port: int) -> Iterator[tuple[str, list[int]]]:
    """(address, process ids) of a server of the test's own."""
    told = ["--version", VERSION, "--port", str(port), "--heap", "512m", "--data", str(folder)]
    made = subprocess.run([start, *told, "--detach"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr + made.stdout
    pids = [int(one) for one in (folder / "pids").read_text().split()]
    try:
        yield made.stdout.strip().splitlines()[-1].split()[-1], pids
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        subprocess.run([start, "--stop", "--data", str(folder)], capture_output=True, check=False)


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """They hold their connections and say nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def enough(house: House, more: int = 50) -> None:
    """So many deliveries more were acknowledged."""
    before = len(house.sender.acknowledged)
    until(lambda: len(house.sender.acknowledged) >= before + more, 60, "acknowledgements")
