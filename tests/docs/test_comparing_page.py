"""The page on comparing names every flag, every way to choose the other side, and every field that splits."""

from pathlib import Path
from typing import get_args

from ticketlens.answers.sides import AGAINST
from ticketlens.answers.why import SPLITS
from ticketlens.model.flag import FlagKind

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "comparing.md").read_text(encoding="utf-8")


def test_the_page_names_what_the_code_knows() -> None:
    assert [name for name in (*get_args(FlagKind), *AGAINST) if f"| `{name}` |" not in PAGE] == []
    assert [name for name in SPLITS if name not in PAGE] == []
