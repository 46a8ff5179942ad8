"""Every shell command that a page shows is run as it stands there, in a folder of its own with a small file."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click
import pytest

from ticketlens.cli.main import cli
from ticketlens.demo import generate

ROOT = Path(__file__).resolve().parents[2]
LASTING = ("serve", "demo", "worker")
COLUMNS = ("id", "subject", "body", "created_at", "solved_at", "status")


def shell_lines(page: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


PAGES = {
    str(page.relative_to(ROOT)): lines
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if (lines := shell_lines(page))
}
LINES = sorted({line for lines in PAGES.values() for line in lines})
MAKE = [line for line in LINES if line.startswith("make ")]
OURS = [line for line in LINES if "ticketlens " in line]


def words(line: str) -> list[str]:
    """What follows the program's name."""
    program, *rest = shlex.split(line)
    assert Path(program).name == "ticketlens", line
    return rest


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
    command = [sys.executable, "-m", "ticketlens", *arguments]
    environment = {**kept, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write_tickets(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for row in islice(generate(300, seed=3, until=datetime(2026, 11, 18, tzinfo=UTC)), 300):
            solved = row.ticket.solved_at
            times = row.ticket.created_at.isoformat(), solved.isoformat() if solved else ""
            table.writerow((row.ticket.id, row.ticket.subject, row.ticket.body, *times, row.ticket.status))


def test_every_line_is_of_a_kind_that_is_tried_here() -> None:
    assert set(LINES) == {*MAKE, *OURS}
    assert "make demo" in PAGES["README.md"]


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("line", MAKE)
def test_make_knows_the_target(line: str) -> None:
    told = subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("line", [line for line in OURS if words(line)[0] in LASTING])
def test_a_command_that_lasts_is_written_right(line: str) -> None:
    """Serving has tests of its own; here, its options have to be understood."""
    name, *rest = words(line)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, rest)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page, lines in PAGES.items() if any("ticketlens " in line for line in lines)]
)
def test_the_commands_of_a_page_do_their_work_in_order(page: str, tmp_path: Path) -> None:
    write_tickets(tmp_path / "tickets.csv")
    for line in (line for line in PAGES[page] if "ticketlens " in line and words(line)[0] not in LASTING):
        told = run(words(line), tmp_path)
        assert told.returncode == 0, f"{line}\n{told.stdout}\n{told.stderr}"
