"""`make demo`, as the README says it, in a home folder of its own."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def ready(root: Path) -> None:
    """Never installs anything: that takes minutes, and belongs to `make setup`."""
    stamp = root / ".venv/.installed"
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    newest = max((root / name).stat().st_mtime for name in ("setup.cfg", "pyproject.toml", "constraints.txt"))
    if not stamp.exists() or stamp.stat().st_mtime < newest:
        pytest.skip("there is no .venv of this checkout, or an old one; make setup first")


@pytest.mark.usefixtures("ready")
def test_make_demo_serves_its_pages(
    root: Path, outside: Mapping[str, str], tmp_path: Path, serve: Callable[..., Any], visitor: Any,
    pages: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    port = str(free_port())
    server = serve(["make", "demo"], root, {**outside, "HOME": str(tmp_path), "TICKETLENS_PORT": port})
    link = server.link()
    assert f":{port}/" in link
    assert "Sign in" not in pages(visitor, link)["/"]
