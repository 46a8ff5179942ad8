"""The generated set of personal items, and one redactor with a key of its own."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ticketlens.intake.redact import Redactor


@pytest.fixture(scope="session")
def personal_items() -> Callable[..., list[Any]]:
    return runpy.run_path(str(Path(__file__).with_name("personal_items.py")))["items"]


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    return Redactor(b"a key for tests")
