"""The command line in a process of its own, in a folder of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from helpdesks.zendesk import Server as Zendesk

from ticketlens.cli.main import main

ROOT = Path(__file__).parents[2]


class Told(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What --json printed: one object on one line, and nothing else."""
        assert len(self.out.splitlines()) == 1, self
        return json.loads(self.out)


Run = Callable[..., Told]


@pytest.fixture
def run_apart(tmp_path: Path) -> Run:
    """`run_apart("import", "a.csv")` in a process of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])

    def call(*arguments: str) -> Told:
        command = [sys.executable, "-m", "ticketlens", *arguments]
        done = subprocess.run(command, check=False, cwd=tmp_path, env={**own, "PYTHONPATH": paths}, capture_output=True)
        return Told(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("import", "a.csv")` in the test's own folder: the same `main`, without the wait for a process."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TICKETLENS_")]:
        monkeypatch.delenv(name)

    def call(*arguments: str, env: dict[str, str] | None = None, stdin: str = "", code: int | None = 0) -> Told:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
        with monkeypatch.context() as here, redirect_stdout(out), redirect_stderr(err):
            here.setattr(sys, "stdin", io.StringIO(stdin))
            for name, value in (env or {}).items():
                here.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                main(list(arguments))
        told = Told(left.value.code, *(part.buffer.getvalue().decode() for part in _flushed(out, err)))
        assert code is None or told.code == code, told
        return told

    return call


def _flushed(*files: io.TextIOWrapper) -> tuple[Any, ...]:
    for file in files:
        file.flush()
    return files


@pytest.fixture
def helpdesk() -> Iterator[Zendesk]:
    """A Zendesk on loopback with three tickets, the last one solved; a page holds all of them."""
    server = Zendesk()
    server.page = 100
    for number in range(3):
        made = server.desk.create(f"Problem {number}", f"Text {number}")
        server.desk.tick(60)
    server.desk.solve(made)
    server.desk.tick(3_600)
    with server.serving():
        yield server


@pytest.fixture
def run_near(run: Run) -> Run:
    """The same `run`, with leave to reach this machine."""
    return lambda *arguments, **how: run(*arguments, env={"TICKETLENS_ALLOW_PRIVATE_HOSTS": "127.0.0.0/8"}, **how)


@pytest.fixture
def desk(helpdesk: Zendesk, run_near: Run, write: Callable[..., str]) -> Zendesk:
    """That Zendesk, entered as the source `desk`."""
    write("token", helpdesk.secret + "\n")
    told = helpdesk.settings()
    run_near("source", "add", "desk", "zendesk", f"url={told['url']}", f"email={told['email']}", "token=@token")
    return helpdesk


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], str]:
    def make(name: str, content: str | bytes) -> str:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return make
