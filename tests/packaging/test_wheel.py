"""What is built from the checkout works in an empty environment elsewhere, with every file that it needs."""

import json
import shutil
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
PACKAGES = ("ticketlens", "connectors", "clustering", "web")


def tracked(root: Path, *folders: str) -> list[str]:
    """Files of the checkout in these folders, new ones included, ignored ones not; all, where there is no git."""
    if not (root / ".git").exists():
        found = (path for folder in folders for path in (root / folder).rglob("*") if path.is_file())
        return sorted(str(path.relative_to(root)) for path in found if "__pycache__" not in path.parts)
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    named = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\n")
    return sorted(name for name in named if name and (root / name).is_file())


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel built from it."""
    pytest.importorskip("build", reason="the package build is not installed; make setup brings it")
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in tracked(root, "."):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, source / name)
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", target, source], source)
    return target


@pytest.fixture(scope="module")
def installed(built: Path, outside: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's own environment, which finds all other packages where they are; the path of its bin folder."""
    home = tmp_path_factory.mktemp("elsewhere") / "env"
    venv.create(home, with_pip=False, symlinks=True)
    packages = next((home / "lib").glob("python*/site-packages"))
    (packages / "others.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    wheel = next(built.glob("*.whl"))
    install = [sys.executable, "-m", "pip", "--python", home / "bin/python", "install", "--no-deps", "--no-index"]
    run([*install, "--ignore-installed", "--quiet", wheel], home, outside)
    where = run([home / "bin/python", "-c", "import ticketlens; print(ticketlens.__file__)"], home, outside)
    assert where.startswith(str(home)), "another ticketlens stands before the one installed"
    return home / "bin"


def run(command: Sequence[Any], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    told = subprocess.run(
        list(map(str, command)), cwd=folder, env=dict(environment) if environment else None,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, f"{command}: {told.returncode}\n{told.stdout[-2000:]}\n{told.stderr[-4000:]}"
    return told.stdout


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(root: Path, built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
        assert "License: Apache-2.0" in wheel.read(metadata).decode()
    assert held == set(tracked(root, *PACKAGES))


def test_the_source_distribution_holds_tests_and_docs_too(root: Path, built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as packed:
        held = {member.name.partition("/")[2] for member in packed.getmembers() if member.isfile()}
    named = tracked(root, *PACKAGES, "tests", "docs", "benchmarks")
    assert set(named) - held == set()
    assert {"LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "constraints.txt"} <= held


def test_the_installed_demo_serves_its_pages_elsewhere(
    installed: Path, outside: Mapping[str, str], tmp_path: Path, serve: Callable[..., Any], visitor: Any,
    pages: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    demo = [str(installed / "ticketlens"), "demo", "--tickets", "200"]
    run([*demo, "--no-serve"], tmp_path, outside)
    server = serve([*demo, "--port", "0"], tmp_path, outside)
    seen = pages(visitor, server.link())
    told = json.loads(seen["/api/v1/coverage"])
    assert told["tickets"] + sum(told["excluded"].values()) == 200
    assert any(path.startswith("/static/") for path in seen), "the first page asks for no static file"
    assert server.stop() == 0


def test_an_empty_store_is_served_elsewhere_too(
    installed: Path, outside: Mapping[str, str], tmp_path: Path, serve: Callable[..., Any], visitor: Any
) -> None:
    server = serve([str(installed / "ticketlens"), "serve", "--port", "0", "--json"], tmp_path, outside)
    assert "ticketlens import" in visitor.get(server.link())
    told = json.loads(next(line for line in server.said if line.startswith("{")))
    assert json.loads(visitor.get(told["url"] + "/readyz"))
    assert server.stop() == 0
