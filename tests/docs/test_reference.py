"""The reference pages say what the program's own tables say, and what the folders are."""

import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES: Mapping[str, Callable[[], str]] = runpy.run_path(str(DOCS / "make_reference.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


def test_the_picture_of_the_folders_names_every_package_and_no_other() -> None:
    picture = (DOCS / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    named = re.findall(r"^(\S+)/ ", picture, re.MULTILINE)
    tops = ("ticketlens", "connectors", "clustering", "web")
    found = {str(init.parent.relative_to(ROOT)) for top in tops for init in (ROOT / top).rglob("__init__.py")}
    assert len(named) == len(set(named))
    assert set(named) == found


def written() -> list[Path]:
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


@pytest.mark.parametrize("page", written(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_between_pages_leads_somewhere(page: Path) -> None:
    """Pictures are left out: `make pictures` draws them, where there is a browser."""
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    near = [link for link in links if "://" not in link and not link.endswith(".png")]
    assert [link for link in near if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", written(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    places = re.findall(r"`((?:ticketlens|connectors|clustering|web|docs|tests|benchmarks)/[\w./-]*)`", text)
    assert [place for place in places if not (ROOT / place).exists()] == []
